import { createHash } from 'node:crypto';
import { err, LAYER_ROLES, localized, ok, type LayerRole, type Refusal, type Result } from '../../kernel/index.ts';
import type { Database, Queryable, Transaction } from '../../platform/db/index.ts';
import type { UploadedFile } from '../../platform/http/upload.ts';
import type { Services } from '../../platform/services.ts';
import { mayTouchCounty, type ActorContext } from '../access/index.ts';
import { hashOfContent, recordEvent } from '../audit/server.ts';
import { findLayerVersion, withdrawLayerVersion } from '../parcels/server.ts';
import { sevenParametersOf } from './datum-shift.ts';
import { RefusalError, type ReadOptions, type SourceField } from './format.ts';
import { writeSurveyGeoPackage } from './survey-file.server.ts';
import { surveySchemaOf } from './survey-schema.ts';
import {
  changeImport,
  deleteStaged,
  findImport,
  insertImport,
  listImports,
  rememberMapping,
  viewOf,
  type StoredImport,
} from './store.ts';
import type { FieldMapping, ImportCorrection, ImportView } from './views.ts';

export const READ_JOB = 'intake.read';
export const CHECK_JOB = 'intake.check';
export const COMMIT_JOB = 'intake.commit';
export const INTAKE_JOBS: readonly string[] = [READ_JOB, CHECK_JOB, COMMIT_JOB];

const NOT_FOUND: Refusal = {
  code: 'IMPORT-NOT-FOUND',
  message: localized('没有这次导入。', 'There is no such import.'),
  remedy: localized('请回到导入列表重新选择。', 'Go back to the list of imports and choose again.'),
};

function notNow(state: string): Refusal {
  return {
    code: 'IMPORT-NOT-NOW',
    message: localized(`导入当前状态为 ${state}，不能进行此操作。`, `The import is ${state}: this cannot be done now.`),
    remedy: localized('请刷新页面查看最新状态。', 'Refresh the page to see how it stands.'),
  };
}

const NOT_CURRENT: Refusal = {
  code: 'LAYER-NOT-CURRENT',
  message: localized('只能导出现行的图层版本。', 'Only the current version of a layer can be exported.'),
  remedy: localized('请刷新图层列表。', 'Refresh the list of layers.'),
};

const NOT_CHECKED: Refusal = {
  code: 'IMPORT-NOT-CHECKED',
  message: localized(
    '字段对应改变后的检查没有做完，不能入库。',
    'The check under the changed field mapping was not finished: nothing can be committed.',
  ),
  remedy: localized('请再次保存字段对应，重新检查。', 'Save the field mapping again: the rows are checked anew.'),
};

const COUNTY_UNKNOWN: Refusal = {
  code: 'IMPORT-COUNTY',
  message: localized(
    '县级行政区代码应为 6 位数字，且在您的管辖范围内。',
    'The county code must have 6 digits and lie in your division.',
  ),
  remedy: localized('请选择本县。', 'Choose your county.'),
  place: { field: 'countyCode' },
};

const DATUM_PARAMETERS: Refusal = {
  code: 'IMPORT-DATUM-PARAMETERS',
  message: localized(
    '七参数应为七个数:dx,dy,dz(米),rx,ry,rz(秒),s(ppm),且不全为 0。',
    'The seven parameters must be seven numbers, not all 0: dx,dy,dz (m), rx,ry,rz (seconds), s (ppm).',
  ),
  remedy: localized('请按测绘主管部门提供的参数填写。', 'Write them as the surveying authority gave them.'),
  place: { field: 'datumParameters' },
};

/** What a form says of a file beside the file. */
export interface ImportRequest {
  readonly countyCode: string;
  readonly role: LayerRole;
  readonly asOf: string;
  readonly options: ReadOptions;
}

/** Whether a text is a day of the calendar a database takes: 2024-02-30 is none, though it has the form of one. */
function isDay(text: string): boolean {
  if (!/^[12]\d{3}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** Reads the fields of an upload form; every wrong one is named. */
export function importRequestOf(
  fields: Readonly<Record<string, string>>,
  today: string,
): Result<ImportRequest, Refusal[]> {
  const refusals: Refusal[] = [];
  const wrong = (field: string, zh: string, en: string): void => {
    refusals.push({
      code: 'IMPORT-FORM',
      message: localized(zh, en),
      remedy: localized('请更正后重新提交。', 'Correct it and send again.'),
      place: { field },
    });
  };
  const text = (name: string): string | undefined => fields[name]?.trim() || undefined;
  const role = text('role') ?? 'parcels';
  if (!(LAYER_ROLES as readonly string[]).includes(role) || role === 'project')
    wrong('role', `未知的图层类型 ${role}`, `unknown layer role ${role}`);
  const countyCode = text('countyCode') ?? '';
  if (!/^\d{6}$/.test(countyCode)) refusals.push(COUNTY_UNKNOWN);
  const asOf = text('asOf') ?? today;
  if (!isDay(asOf)) wrong('asOf', '数据日期应为 yyyy-mm-dd', 'the date of the data must be yyyy-mm-dd');
  const crs = text('crs')?.replace(/^EPSG:/i, '');
  if (crs !== undefined && !/^\d{4,5}$/.test(crs)) wrong('crs', '坐标系应为 EPSG 代码', 'the CRS must be an EPSG code');
  const seven = text('datumParameters');
  const datumParameters = seven === undefined ? undefined : sevenParametersOf(seven);
  if (seven !== undefined && datumParameters === undefined) refusals.push(DATUM_PARAMETERS);
  if (refusals.length > 0) return err(refusals);
  const encoding = text('encoding');
  const layer = text('layer');
  return ok({
    countyCode,
    role: role as LayerRole,
    asOf,
    options: {
      ...(crs === undefined ? {} : { crs: Number(crs) }),
      ...(encoding === undefined ? {} : { encoding }),
      ...(layer === undefined ? {} : { layer }),
      ...(datumParameters === undefined ? {} : { datumParameters }),
    },
  });
}

/** Takes an uploaded file in: a row in state `reading` and the job that reads it, in one transaction. */
export async function createImport(
  services: Services,
  context: ActorContext,
  request: ImportRequest,
  file: UploadedFile,
): Promise<Result<ImportView, Refusal>> {
  if (!mayTouchCounty(context, request.countyCode)) return err(COUNTY_UNKNOWN);
  await file.keep();
  const importId = context.ids.next();
  return services.db.transaction(async (tx) => {
    await insertImport(tx, {
      importId,
      countyCode: request.countyCode,
      role: request.role,
      asOf: request.asOf,
      options: request.options,
      fileName: file.fileName,
      fileSize: file.size,
      fileHash: file.hash,
      createdAt: context.clock.now(),
      createdBy: context.actor,
    });
    await recordEvent(tx, context, {
      operation: 'intake.create',
      objectKind: 'import',
      objectId: importId,
      countyCode: request.countyCode,
      afterHash: file.hash,
      detail: { role: request.role, fileName: file.fileName, fileSize: file.size },
    });
    return ok(await startJob(services, tx, context, importId, READ_JOB, {}));
  });
}

async function startJob(
  services: Services,
  tx: Transaction,
  context: ActorContext,
  importId: string,
  kind: string,
  extra: Record<string, string>,
): Promise<ImportView> {
  const stored = (await findImport(tx, importId))!;
  const jobId = await services.jobs.enqueue(
    tx,
    { ...context, divisionCode: stored.countyCode },
    { kind, input: { importId, ...extra } },
  );
  await changeImport(tx, stored, [stored.state], { jobId });
  return viewOf({ ...stored, jobId });
}

/** The import, if it is there and of the actor's county. */
export async function importOf(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  importId: string,
): Promise<Result<StoredImport, Refusal>> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(importId)) return err(NOT_FOUND);
  const stored = await findImport(db, importId);
  return stored === undefined || !mayTouchCounty(context, stored.countyCode) ? err(NOT_FOUND) : ok(stored);
}

export async function importsOf(db: Queryable, context: Pick<ActorContext, 'divisionCode'>): Promise<ImportView[]> {
  return (await listImports(db, context.divisionCode.slice(0, 6), 200)).map(viewOf);
}

/** Does `work` on an import inside one transaction, so that two people pressing at once cannot both win. */
async function onImport(
  services: Services,
  context: ActorContext,
  importId: string,
  work: (tx: Transaction, stored: StoredImport) => Promise<Result<ImportView, Refusal>>,
): Promise<Result<ImportView, Refusal>> {
  return services.db.transaction(async (tx) => {
    const found = await importOf(tx, context, importId);
    return found.ok ? work(tx, found.value) : found;
  });
}

/**
 * Corrects how a file is understood. Another mapping is checked against the staged rows; another encoding, CRS or layer
 * reads the file again. The mapping is remembered for the next file with the same fields.
 */
export function correctImport(
  services: Services,
  context: ActorContext,
  importId: string,
  correction: ImportCorrection,
): Promise<Result<ImportView, Refusal>> {
  return onImport(services, context, importId, async (tx, stored) => {
    const seven = correction.datumParameters;
    const datumParameters = seven === undefined ? undefined : sevenParametersOf(seven);
    if (seven !== undefined && datumParameters === undefined) return err(DATUM_PARAMETERS);
    const readsAgain =
      seven !== undefined ||
      correction.encoding !== undefined ||
      correction.crs !== undefined ||
      correction.layer !== undefined;
    const mapping = correction.mapping === undefined ? null : correctedMapping(stored, correction.mapping);
    if (mapping !== null && !mapping.ok) return mapping;
    const options: ReadOptions = {
      ...stored.options,
      ...(correction.encoding === undefined ? {} : { encoding: correction.encoding }),
      ...(correction.crs === undefined ? {} : { crs: correction.crs }),
      ...(correction.layer === undefined ? {} : { layer: correction.layer }),
      ...(datumParameters === undefined ? {} : { datumParameters }),
    };
    const from = readsAgain ? (['staged', 'failed'] as const) : (['staged'] as const);
    const changed = await changeImport(
      tx,
      stored,
      from,
      {
        state: readsAgain ? 'reading' : 'staged',
        options,
        ...(mapping === null ? {} : { mapping: mapping.value }),
        // What was found under the old mapping holds no longer; the check takes the refusal away again.
        ...(readsAgain ? {} : { facts: { ...stored.facts, refusals: [NOT_CHECKED] } }),
        jobId: null,
      },
      { idle: stored.state === 'staged' },
    );
    if (!changed) return err(notNow(stored.state));
    if (mapping !== null) {
      const fieldsKey = fieldsKeyOf(stored.facts.fields ?? []);
      await rememberMapping(
        tx,
        { ...stored, fieldsKey },
        mapping.value.map(({ source, target }) => ({ source, target })),
        context.clock.now(),
      );
    }
    await recordEvent(tx, context, {
      operation: 'intake.correct',
      objectKind: 'import',
      objectId: importId,
      countyCode: stored.countyCode,
      beforeHash: understandingHash(stored.options, stored.mapping),
      afterHash: understandingHash(options, mapping === null ? stored.mapping : mapping.value),
      detail: { ...told(options), mapping: mapping !== null } as never,
    });
    return ok(await startJob(services, tx, context, importId, readsAgain ? READ_JOB : CHECK_JOB, {}));
  });
}

/** Hash of how a file is understood. */
function understandingHash(options: ReadOptions, mapping: readonly FieldMapping[]): string {
  return hashOfContent({ options, mapping } as never);
}

/** Options as the audit may know them: that there were parameters of a datum, not which; they are not public. */
function told({ datumParameters, ...options }: ReadOptions): Record<string, unknown> {
  return { ...options, ...(datumParameters === undefined ? {} : { datumParameters: true }) };
}

function correctedMapping(
  stored: StoredImport,
  wanted: NonNullable<ImportCorrection['mapping']>,
): Result<FieldMapping[], Refusal> {
  const targets = new Set(surveySchemaOf(stored.role).fields.map((field) => field.code));
  const bySource = new Map(wanted.map((entry) => [entry.source, entry.target]));
  const taken = new Set<string>();
  const mapping: FieldMapping[] = [];
  for (const entry of stored.mapping) {
    const target = bySource.has(entry.source) ? (bySource.get(entry.source) ?? null) : entry.target;
    if (target !== null && (!targets.has(target) || taken.has(target))) {
      return err({
        code: 'IMPORT-MAPPING',
        message: localized(
          `字段 ${target} 不存在或被对应了两次。`,
          `The field ${target} does not exist or is mapped twice.`,
        ),
        remedy: localized('每个标准字段只能由一列读取。', 'Each survey field is read from one column.'),
        place: { field: entry.source },
      });
    }
    if (target !== null) taken.add(target);
    mapping.push({ source: entry.source, target, decidedBy: target === entry.target ? entry.decidedBy : 'user' });
  }
  return ok(mapping);
}

/** Names the fields of a source, so that the next one like it is recognised. */
export function fieldsKeyOf(fields: readonly SourceField[]): string {
  return createHash('sha256')
    .update(JSON.stringify(fields.map((field) => field.name)))
    .digest('hex');
}

/** Commits the good rows, or all or none, as the user chose: a job makes the new layer version. */
export function commitImport(
  services: Services,
  context: ActorContext,
  importId: string,
  choice: 'goodRows' | 'allOrNone',
): Promise<Result<ImportView, Refusal>> {
  return onImport(services, context, importId, async (tx, stored) => {
    if (stored.state !== 'staged' || stored.jobId !== null) return err(notNow(stored.state));
    const [unchecked] = stored.facts.refusals ?? [];
    if (unchecked !== undefined) return err(unchecked);
    if (
      stored.facts.problemGroups?.some(
        (group) => group.rule === 'attribute.field-missing' && group.severity === 'error',
      ) === true
    ) {
      return err({
        code: 'IMPORT-FIELDS-MISSING',
        message: localized('缺少必需字段，不能入库。', 'A field the layer cannot do without is missing.'),
        remedy: localized(
          '请在字段对应中指定由哪一列读取，或补充该字段后重新导入。',
          'Say in the field mapping which column it is, or add the field and import again.',
        ),
      });
    }
    if (choice === 'allOrNone' && stored.badCount > 0) {
      return err({
        code: 'IMPORT-HAS-ERRORS',
        message: localized(
          `有 ${stored.badCount} 行有错误，按“全部或全不”未导入任何行。`,
          `${stored.badCount} rows have errors: by "all or none" nothing was imported.`,
        ),
        remedy: localized(
          '请下载错误清单改正后重新导入，或选择只导入合格行。',
          'Download the error list, correct the file and import again, or import the good rows only.',
        ),
      });
    }
    if (stored.featureCount === stored.badCount) {
      return err({
        code: 'IMPORT-NO-GOOD-ROWS',
        message: localized('没有可导入的合格行。', 'There are no good rows to import.'),
        remedy: localized(
          '请下载错误清单改正后重新导入。',
          'Download the error list, correct the file and import again.',
        ),
      });
    }
    await recordEvent(tx, context, {
      operation: 'intake.commit',
      objectKind: 'import',
      objectId: importId,
      countyCode: stored.countyCode,
      detail: { choice, good: stored.featureCount - stored.badCount, bad: stored.badCount },
    });
    return ok(await startJob(services, tx, context, importId, COMMIT_JOB, { choice }));
  });
}

/** Drops what was staged. */
export async function discardImport(
  services: Services,
  context: ActorContext,
  importId: string,
): Promise<Result<ImportView, Refusal>> {
  const discarded = await onImport(services, context, importId, async (tx, stored) => {
    if (
      !(await changeImport(
        tx,
        stored,
        ['staged', 'failed', 'cancelled'],
        { state: 'discarded' },
        { idle: stored.state === 'staged' },
      ))
    )
      return err(notNow(stored.state));
    await recordEvent(tx, context, {
      operation: 'intake.discard',
      objectKind: 'import',
      objectId: importId,
      countyCode: stored.countyCode,
    });
    return ok(viewOf({ ...stored, state: 'discarded' }));
  });
  if (discarded.ok) await deleteStaged(services.db.background, discarded.value);
  return discarded;
}

/** Undoes a committed import: its layer version is withdrawn, the one before is current again. */
export function undoImport(
  services: Services,
  context: ActorContext,
  importId: string,
): Promise<Result<ImportView, Refusal>> {
  return onImport(services, context, importId, async (tx, stored) => {
    if (stored.state !== 'committed' || stored.layerVersionId === null) return err(notNow(stored.state));
    // One write, one event: that of the version, which stands in the history of the import too.
    const withdrawn = await withdrawLayerVersion(tx, context, stored.layerVersionId, [importId]);
    if (!withdrawn.ok) return withdrawn;
    await changeImport(tx, stored, ['committed'], { state: 'undone' });
    return ok(viewOf({ ...stored, state: 'undone' }));
  });
}

/**
 * Writes a current layer version as the survey standard has it to a file in `folder`, with one audit row: coordinates
 * leave the house. Refused: LAYER-NOT-FOUND, LAYER-NOT-CURRENT, and every breach of the standard (SURVEY_EXPORT_…).
 */
export async function exportLayer(
  db: Database,
  context: ActorContext,
  layerVersionId: string,
  folder: string,
): Promise<Result<{ readonly path: string; readonly name: string }, Refusal[]>> {
  const found = await findLayerVersion(db, context, layerVersionId);
  if (!found.ok) return err([found.error]);
  const version = found.value;
  if (version.state !== 'current') return err([NOT_CURRENT]);
  let path: string;
  try {
    path = await writeSurveyGeoPackage(db.background, version, folder);
  } catch (error) {
    if (error instanceof RefusalError) return err([...error.refusals]);
    throw error;
  }
  await db.transaction((tx) =>
    recordEvent(tx, context, {
      operation: 'parcels.export',
      objectKind: 'layerVersion',
      objectId: layerVersionId,
      countyCode: version.countyCode,
      detail: { role: version.role, features: version.featureCount, format: 'gpkg' },
    }),
  );
  return ok({ path, name: `${version.countyCode}-${surveySchemaOf(version.role).table}-${version.asOf}.gpkg` });
}

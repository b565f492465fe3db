import type { AttributeValue, FeatureBatch, Problem } from '../../kernel/index.ts';
import { sql, type Database, type Queryable, type Transaction } from '../../platform/db/index.ts';
import { decodeBatch, encodeBatch } from '../parcels/index.ts';
import type { ReadOptions, SourceField } from './format.ts';
import type { CrsEvidence, EncodingEvidence, FieldMapping, ImportState, ImportView, ProblemGroup } from './views.ts';
import type { LayerRole, Refusal } from '../../kernel/index.ts';

/** What reading found out about a file. */
export interface ImportFacts {
  readonly format?: string;
  readonly layerName?: string;
  readonly layerNames?: readonly string[];
  readonly fields?: readonly SourceField[];
  readonly encoding?: EncodingEvidence | null;
  readonly crs?: CrsEvidence;
  readonly box?: readonly [number, number, number, number] | null;
  readonly problemGroups?: readonly ProblemGroup[];
  readonly refusals?: readonly Refusal[];
  /** While the file is read: the attempt that may stage rows. One that was taken for dead and wakes up may not. */
  readonly reader?: string;
}

/** An import as stored. */
export interface StoredImport {
  readonly importId: string;
  readonly countyCode: string;
  readonly role: LayerRole;
  readonly asOf: string;
  readonly state: ImportState;
  readonly jobId: string | null;
  readonly fileName: string;
  readonly fileSize: number;
  readonly fileHash: string;
  readonly options: ReadOptions;
  readonly facts: ImportFacts;
  readonly mapping: readonly FieldMapping[];
  readonly featureCount: number;
  readonly badCount: number;
  /** The version made of it; while it is being committed, the one being saved, which nobody else can see. */
  readonly layerVersionId: string | null;
  readonly createdAt: string;
}

const COLUMNS = sql`import_id as "importId", county_code as "countyCode", role, as_of as "asOf", state, job_id as "jobId",
  file_name as "fileName", file_size as "fileSize", file_hash as "fileHash", options, facts, mapping,
  feature_count as "featureCount", bad_count as "badCount", layer_version_id as "layerVersionId", created_at as "createdAt"`;

export function viewOf(stored: StoredImport): ImportView {
  const { facts, badCount, options: _options, ...rest } = stored;
  return {
    ...rest,
    layerVersionId: stored.state === 'committed' || stored.state === 'undone' ? stored.layerVersionId : null,
    format: facts.format ?? null,
    layerName: facts.layerName ?? null,
    layerNames: facts.layerNames ?? [],
    encoding: facts.encoding ?? null,
    crs: facts.crs ?? null,
    goodCount: stored.featureCount - badCount,
    badCount,
    box: facts.box ?? null,
    problemGroups: facts.problemGroups ?? [],
    // Those of the attempt before say nothing while a job is at work.
    refusals: stored.jobId === null ? (facts.refusals ?? []) : [],
  };
}

export type NewImport = Pick<
  StoredImport,
  'importId' | 'countyCode' | 'role' | 'asOf' | 'fileName' | 'fileSize' | 'fileHash' | 'options' | 'createdAt'
> & {
  readonly createdBy: string;
};

export async function insertImport(tx: Transaction, row: NewImport): Promise<void> {
  await tx.run(sql`insert into import (county_code, import_id, role, as_of, state, file_name, file_size, file_hash, options, created_at, created_by)
    values (${row.countyCode}, ${row.importId}, ${row.role}, ${row.asOf}, 'reading', ${row.fileName}, ${row.fileSize}, ${row.fileHash},
      ${JSON.stringify(row.options)}::jsonb, ${row.createdAt}, ${row.createdBy})`);
}

export function findImport(db: Queryable, importId: string): Promise<StoredImport | undefined> {
  return db.first<StoredImport>(sql`select ${COLUMNS} from import where import_id = ${importId}`);
}

/** Imports of the counties that begin with `scope`, newest first. */
export function listImports(db: Queryable, scope: string, limit: number): Promise<StoredImport[]> {
  return db.rows<StoredImport>(
    sql`select ${COLUMNS} from import where starts_with(county_code, ${scope}) order by created_at desc, import_id desc limit ${limit}`,
  );
}

/** Imports that have a job, as far as the table says: at a start some of these jobs are over. */
export function importsAtWork(db: Queryable): Promise<StoredImport[]> {
  return db.rows<StoredImport>(sql`select ${COLUMNS} from import where job_id is not null order by created_at`);
}

/** Versions that imports are being committed to. An import names its version in the transaction that makes it. */
export async function versionsBeingSaved(db: Queryable): Promise<Set<string>> {
  const rows = await db.rows<{ layerVersionId: string }>(
    sql`select layer_version_id as "layerVersionId" from import where state = 'staged' and layer_version_id is not null`,
  );
  return new Set(rows.map(({ layerVersionId }) => layerVersionId));
}

/** Imports that are over and still have staged rows: clearing them away was broken off. */
export function importsToClear(db: Queryable): Promise<ImportKey[]> {
  return db.rows<ImportKey>(sql`select county_code as "countyCode", import_id as "importId" from import
    where state not in ('reading', 'staged') and exists (select from staged_batch s
      where s.county_code = import.county_code and s.import_id = import.import_id)`);
}

/** What must hold for a change beside the state; anything else means that somebody was quicker. */
export interface ChangeGuard {
  /** No job is at work. */
  readonly idle?: boolean;
  /** This job is at work. */
  readonly jobId?: string;
  readonly reader?: string;
  readonly layerVersionId?: string;
}

/** Changes of an import; what is not named stays. */
export interface ImportChange {
  readonly state?: ImportState;
  readonly jobId?: string | null;
  readonly options?: ReadOptions;
  readonly facts?: ImportFacts;
  readonly mapping?: readonly FieldMapping[];
  readonly featureCount?: number;
  readonly badCount?: number;
  readonly layerVersionId?: string | null;
}

/** Changes an import that is in one of the states `from` and meets the guard. False where it does not. */
export async function changeImport(
  tx: Queryable,
  row: Pick<StoredImport, 'countyCode' | 'importId'>,
  from: readonly ImportState[],
  change: ImportChange,
  guard: ChangeGuard = {},
): Promise<boolean> {
  const sets = [sql`role = role`];
  if (change.state !== undefined) sets.push(sql`state = ${change.state}`);
  if (change.jobId !== undefined) sets.push(sql`job_id = ${change.jobId}`);
  if (change.options !== undefined) sets.push(sql`options = ${JSON.stringify(change.options)}::jsonb`);
  if (change.facts !== undefined) sets.push(sql`facts = ${JSON.stringify(change.facts)}::jsonb`);
  if (change.mapping !== undefined) sets.push(sql`mapping = ${JSON.stringify(change.mapping)}::jsonb`);
  if (change.featureCount !== undefined) sets.push(sql`feature_count = ${change.featureCount}`);
  if (change.badCount !== undefined) sets.push(sql`bad_count = ${change.badCount}`);
  if (change.layerVersionId !== undefined) sets.push(sql`layer_version_id = ${change.layerVersionId}`);
  const holds = [
    sql`county_code = ${row.countyCode} and import_id = ${row.importId} and state = any(${[...from]}::text[])`,
  ];
  if (guard.idle === true) holds.push(sql`job_id is null`);
  if (guard.jobId !== undefined) holds.push(sql`job_id = ${guard.jobId}`);
  if (guard.reader !== undefined) holds.push(sql`facts ->> 'reader' = ${guard.reader}`);
  if (guard.layerVersionId !== undefined) holds.push(sql`layer_version_id = ${guard.layerVersionId}`);
  const changed = await tx.run(sql`update import set ${sql.join(sets, sql`, `)} where ${sql.join(holds, sql` and `)}`);
  return changed === 1;
}

// Staged rows ------------------------------------------------------------------------------------------------------

type ImportKey = Pick<StoredImport, 'countyCode' | 'importId'>;

/** Stages a batch while the import is read by this reader; false where another one reads it by now. */
export async function insertStagedBatch(
  tx: Transaction,
  key: ImportKey,
  reader: string,
  batchNo: number,
  batch: FeatureBatch,
  bad: readonly number[],
): Promise<boolean> {
  const { payload, columns } = encodeBatch(batch);
  // The lock on the import's row holds until the end of the transaction: whoever takes over waits, then clears it away.
  const inserted =
    await tx.run(sql`insert into staged_batch (county_code, import_id, batch_no, payload, columns, problems, bad)
    select county_code, import_id, ${batchNo}::int4, ${Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)}::bytea, ${columns}::text,
      ${JSON.stringify(batch.problems)}::text, ${[...bad]}::int4[]
    from import where county_code = ${key.countyCode} and import_id = ${key.importId} and state = 'reading'
      and facts ->> 'reader' = ${reader} for share`);
  return inserted === 1;
}

export interface StagedBatch {
  readonly batchNo: number;
  /** As read, with the problems of reading and shape. */
  readonly batch: FeatureBatch;
  readonly bad: readonly number[];
}

/** Staged batches in file order, one at a time. */
export async function* readStagedBatches(db: Queryable, key: ImportKey): AsyncGenerator<StagedBatch> {
  for (let after = -1; ; ) {
    const row = await db.first<{
      batchNo: number;
      payload: Buffer;
      columns: string;
      problems: string;
      bad: number[];
    }>(sql`select batch_no as "batchNo",
      payload, columns, problems, bad from staged_batch where county_code = ${key.countyCode} and import_id = ${key.importId} and batch_no > ${after}
      order by batch_no limit 1`);
    if (row === undefined) return;
    const batch = { ...decodeBatch(row), problems: JSON.parse(row.problems) as Problem[] };
    yield { batchNo: row.batchNo, batch, bad: row.bad };
    after = row.batchNo;
  }
}

export async function setStagedBad(
  tx: Queryable,
  key: ImportKey,
  batchNo: number,
  bad: readonly number[],
): Promise<void> {
  await tx.run(sql`update staged_batch set bad = ${[...bad]}::int4[]
    where county_code = ${key.countyCode} and import_id = ${key.importId} and batch_no = ${batchNo}`);
}

const DELETED_AT_ONCE = { batches: 4, problems: 5_000 } as const;

/**
 * Whether rows of an import may be deleted, asked in the transaction of each piece and true until the end of it. It may also
 * throw. Without it whoever deletes piece by piece might go on into rows that somebody else has staged anew by then.
 */
export type MayDelete = (tx: Transaction) => Promise<boolean>;

/** Nobody needs the staged rows: the import is over, and stays so while the transaction lasts. */
export function isOver({ countyCode, importId }: ImportKey): MayDelete {
  return async (tx) =>
    (await tx.first(sql`select 1 from import where county_code = ${countyCode} and import_id = ${importId}
      and state not in ('reading', 'staged') for share`)) !== undefined;
}

async function deletePieces(
  db: Database,
  allowed: MayDelete,
  piece: (tx: Transaction) => Promise<number>,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const now = await db.transaction(async (tx) => ((await allowed(tx)) ? piece(tx) : 0));
    if (now === 0) return deleted;
    deleted += now;
  }
}

/**
 * Removes the staged rows of an import that is over or read again, piece by piece so that others are served in between; its
 * problems stay. What a crash leaves is found by `importsToClear`.
 */
export async function deleteStaged(db: Database, key: ImportKey, allowed: MayDelete = isOver(key)): Promise<void> {
  const of = sql`county_code = ${key.countyCode} and import_id = ${key.importId}`;
  const deleted = await deletePieces(db, allowed, (tx) =>
    tx.run(sql`delete from staged_batch where ${of}
      and batch_no in (select batch_no from staged_batch where ${of} limit ${DELETED_AT_ONCE.batches})`),
  );
  // The embedded engine has no vacuum of its own: without this the room would never be used again. Where nothing else is staged
  // the table is emptied in a moment; looking through a county's rows takes a second in which nobody is answered.
  if (db.engine !== 'embedded' || deleted <= DELETED_AT_ONCE.batches) return;
  const emptied = await db.transaction(async (tx) => {
    if ((await tx.first(sql`select 1 from staged_batch limit 1`)) !== undefined) return false;
    await tx.run(sql`truncate staged_batch`);
    return true;
  });
  if (!emptied) await db.run(sql`vacuum staged_batch`);
}

// Problems ---------------------------------------------------------------------------------------------------------

export async function insertProblems(
  tx: Transaction,
  key: ImportKey,
  firstSequence: number,
  problems: readonly Problem[],
): Promise<void> {
  if (problems.length === 0) return;
  await tx.run(sql`insert into import_problem (county_code, import_id, sequence, rule, severity, feature_no, body)
    select ${key.countyCode}, ${key.importId}::uuid, ${firstSequence}::int4 + u.i::int4 - 1, u.rule, u.severity, u.feature_no, u.body::jsonb
    from unnest(${problems.map((p) => p.rule)}::text[], ${problems.map((p) => p.severity)}::text[], ${problems.map((p) => p.featureNo)}::int4[],
      ${problems.map((p) => JSON.stringify(p).replaceAll('\\u0000', ''))}::text[]) with ordinality as u(rule, severity, feature_no, body, i)`);
}

export async function deleteProblems(db: Database, key: ImportKey, allowed: MayDelete = isOver(key)): Promise<void> {
  const of = sql`county_code = ${key.countyCode} and import_id = ${key.importId}`;
  await deletePieces(db, allowed, (tx) =>
    tx.run(sql`delete from import_problem where ${of}
      and sequence in (select sequence from import_problem where ${of} order by sequence limit ${DELETED_AT_ONCE.problems})`),
  );
}

export async function readProblems(
  db: Queryable,
  key: ImportKey,
  rule: string | undefined,
  offset: number,
  limit: number,
): Promise<{ total: number; problems: Problem[] }> {
  const where = sql`county_code = ${key.countyCode} and import_id = ${key.importId} ${rule === undefined ? sql`` : sql`and rule = ${rule}`}`;
  const { total } = await db.one<{ total: number }>(sql`select count(*) as total from import_problem where ${where}`);
  const rows = await db.rows<{ body: Problem }>(
    sql`select body from import_problem where ${where} order by sequence limit ${limit} offset ${offset}`,
  );
  return { total, problems: rows.map(({ body }) => body) };
}

/** Problems of the features from `first` to `last`, in order. */
export async function readProblemsOfFeatures(
  db: Queryable,
  key: ImportKey,
  first: number,
  last: number,
): Promise<Problem[]> {
  const rows = await db.rows<{
    body: Problem;
  }>(sql`select body from import_problem where county_code = ${key.countyCode} and import_id = ${key.importId}
    and feature_no between ${first} and ${last} order by feature_no, sequence`);
  return rows.map(({ body }) => body);
}

// Remembered mappings ----------------------------------------------------------------------------------------------

type MappingKey = { readonly countyCode: string; readonly role: LayerRole; readonly fieldsKey: string };

export async function recallMapping(
  db: Queryable,
  key: MappingKey,
): Promise<readonly Pick<FieldMapping, 'source' | 'target'>[]> {
  const row = await db.first<{
    mapping: Pick<FieldMapping, 'source' | 'target'>[];
  }>(sql`select mapping from mapping_memory
    where county_code = ${key.countyCode} and role = ${key.role} and fields_key = ${key.fieldsKey}`);
  return row?.mapping ?? [];
}

export async function rememberMapping(
  tx: Queryable,
  key: MappingKey,
  mapping: readonly Pick<FieldMapping, 'source' | 'target'>[],
  at: string,
): Promise<void> {
  await tx.run(sql`insert into mapping_memory (county_code, role, fields_key, mapping, updated_at)
    values (${key.countyCode}, ${key.role}, ${key.fieldsKey}, ${JSON.stringify(mapping)}::jsonb, ${at})
    on conflict (county_code, role, fields_key) do update set mapping = excluded.mapping, updated_at = excluded.updated_at`);
}

/** A row of a table or a map: values by field name. */
export type AttributeRow = readonly AttributeValue[];

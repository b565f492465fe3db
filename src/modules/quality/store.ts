import type { Problem } from '../../kernel/index.ts';
import { type Database, sql, type Queryable, type Transaction } from '../../platform/db/index.ts';
import type { QualityReport, RuleOutcome } from './assess.ts';

export interface LayerKey {
  readonly countyCode: string;
  readonly layerVersionId: string;
}

/** A stored report without its problems. */
export interface StoredReport extends LayerKey {
  readonly features: number;
  readonly errors: number;
  readonly warnings: number;
  readonly rules: readonly RuleOutcome[];
  readonly ranAt: string;
}

/** Rows of one statement: on the embedded engine everybody waits for it. */
const WRITTEN_AT_ONCE = 500;
const DELETED_AT_ONCE = 5_000;

function inVersion({ countyCode, layerVersionId }: LayerKey) {
  return sql`county_code = ${countyCode} and layer_version_id = ${layerVersionId}`;
}

/** Until the transaction ends nobody else starts a run of this layer version. */
export async function lockQuality(tx: Transaction, layerVersionId: string): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`quality:${layerVersionId}`}, 0))`);
}

/** Called first in each transaction; throws where another attempt at the job writes for the layer version by now. */
export type Fence = (tx: Transaction) => Promise<void>;

/**
 * Writes the problems of a report to come, in short transactions; nobody reads them before `replaceReport`. One job at a time
 * writes for a layer version (`startQuality` sees to it), and of this job one attempt (`fence`); what an earlier one left when it
 * died goes first. Gives the number of the report.
 */
export async function writeProblems(
  db: Database,
  key: LayerKey,
  problems: readonly Problem[],
  fence: Fence,
): Promise<number> {
  const current = await db.first<{ no: number }>(
    sql`select report_no as no from quality_report where ${inVersion(key)}`,
  );
  const reportNo = (current?.no ?? 0) + 1;
  await deleteOtherProblems(db, key, fence);
  for (let first = 0; first < problems.length; first += WRITTEN_AT_ONCE) {
    const some = problems.slice(first, first + WRITTEN_AT_ONCE);
    await db.transaction(async (tx) => {
      await fence(tx);
      await tx.run(sql`insert into quality_problem (county_code, layer_version_id, report_no, sequence, rule, severity, feature_no, body)
      select ${key.countyCode}, ${key.layerVersionId}::uuid, ${reportNo}::int4, ${first}::int4 + u.i::int4 - 1, u.rule, u.severity, u.feature_no, u.body::jsonb
      from unnest(${some.map((p) => p.rule)}::text[], ${some.map((p) => p.severity)}::text[], ${some.map((p) => p.featureNo)}::int4[],
        ${some.map((p) => JSON.stringify(p).replaceAll('\\u0000', ''))}::text[]) with ordinality as u(rule, severity, feature_no, body, i)`);
    });
  }
  return reportNo;
}

/** The report of that number is the one that is read from now on, with the problems written for it. */
export async function replaceReport(
  tx: Transaction,
  key: LayerKey,
  report: QualityReport,
  reportNo: number,
  ranAt: string,
): Promise<void> {
  await tx.run(sql`insert into quality_report (county_code, layer_version_id, report_no, features, errors, warnings, rules, ran_at)
    values (${key.countyCode}, ${key.layerVersionId}, ${reportNo}, ${report.features}, ${report.errors}, ${report.warnings},
      ${JSON.stringify(report.rules)}::jsonb, ${ranAt})
    on conflict (county_code, layer_version_id) do update set report_no = excluded.report_no, features = excluded.features,
      errors = excluded.errors, warnings = excluded.warnings, rules = excluded.rules, ran_at = excluded.ran_at`);
}

/** Deletes the problems of reports before the one that is read, piece by piece. Anybody may, at any time. */
export async function deleteOlderProblems(db: Database, key: LayerKey): Promise<void> {
  await deletePieces(db, key, sql`<`, async () => {});
}

/** Deletes the problems of every report but the one that is read: also what an attempt that died had written for one to come. */
async function deleteOtherProblems(db: Database, key: LayerKey, fence: Fence): Promise<void> {
  await deletePieces(db, key, sql`is distinct from`, fence);
}

async function deletePieces(db: Database, key: LayerKey, which: ReturnType<typeof sql>, fence: Fence): Promise<void> {
  const current = sql`(select report_no from quality_report where ${inVersion(key)})`;
  let deleted: number;
  do {
    deleted = await db.transaction(async (tx) => {
      await fence(tx);
      return tx.run(sql`delete from quality_problem where ${inVersion(key)} and (report_no, sequence) in
        (select report_no, sequence from quality_problem where ${inVersion(key)} and report_no ${which} ${current} limit ${DELETED_AT_ONCE})`);
    });
  } while (deleted === DELETED_AT_ONCE);
}

export function findReport(db: Queryable, key: LayerKey): Promise<StoredReport | undefined> {
  return db.first<StoredReport>(sql`select county_code as "countyCode", layer_version_id as "layerVersionId", features, errors, warnings, rules, ran_at as "ranAt"
    from quality_report where county_code = ${key.countyCode} and layer_version_id = ${key.layerVersionId}`);
}

export async function readReportProblems(
  db: Queryable,
  key: LayerKey,
  rule: string | undefined,
  offset: number,
  limit: number,
): Promise<{ total: number; problems: Problem[] }> {
  const where = sql`${inVersion(key)} and report_no = (select report_no from quality_report where ${inVersion(key)})
    ${rule === undefined ? sql`` : sql`and rule = ${rule}`}`;
  const { total } = await db.one<{ total: number }>(sql`select count(*) as total from quality_problem where ${where}`);
  const rows = await db.rows<{ body: Problem }>(
    sql`select body from quality_problem where ${where} order by sequence limit ${limit} offset ${offset}`,
  );
  return { total, problems: rows.map(({ body }) => body) };
}

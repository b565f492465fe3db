import type { Problem } from '../../kernel/index.ts';
import { sql, type Queryable, type Transaction } from '../../platform/db/index.ts';
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

/** Problems written with one statement. */
const ROWS_PER_STATEMENT = 5_000;

/** Replaces the report of a layer version. */
export async function saveReport(tx: Transaction, key: LayerKey, report: QualityReport, ranAt: string): Promise<void> {
  await tx.run(
    sql`delete from quality_report where county_code = ${key.countyCode} and layer_version_id = ${key.layerVersionId}`,
  );
  await tx.run(sql`insert into quality_report (county_code, layer_version_id, features, errors, warnings, rules, ran_at)
    values (${key.countyCode}, ${key.layerVersionId}, ${report.features}, ${report.errors}, ${report.warnings}, ${JSON.stringify(report.rules)}::jsonb, ${ranAt})`);
  for (let first = 0; first < report.problems.length; first += ROWS_PER_STATEMENT) {
    const problems = report.problems.slice(first, first + ROWS_PER_STATEMENT);
    await tx.run(sql`insert into quality_problem (county_code, layer_version_id, sequence, rule, severity, feature_no, body)
      select ${key.countyCode}, ${key.layerVersionId}::uuid, ${first}::int4 + u.i::int4 - 1, u.rule, u.severity, u.feature_no, u.body::jsonb
      from unnest(${problems.map((p) => p.rule)}::text[], ${problems.map((p) => p.severity)}::text[], ${problems.map((p) => p.featureNo)}::int4[],
        ${problems.map((p) => JSON.stringify(p).replaceAll('\\u0000', ''))}::text[]) with ordinality as u(rule, severity, feature_no, body, i)`);
  }
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
  const where = sql`county_code = ${key.countyCode} and layer_version_id = ${key.layerVersionId} ${rule === undefined ? sql`` : sql`and rule = ${rule}`}`;
  const { total } = await db.one<{ total: number }>(sql`select count(*) as total from quality_problem where ${where}`);
  const rows = await db.rows<{ body: Problem }>(
    sql`select body from quality_problem where ${where} order by sequence limit ${limit} offset ${offset}`,
  );
  return { total, problems: rows.map(({ body }) => body) };
}

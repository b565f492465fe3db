import { divisionLevel, divisionPrefix } from '../../kernel/index.ts';
import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { DivisionView } from './views.ts';

export interface DivisionRow {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly parentCode: string | null;
  readonly demo: boolean;
}

/** Parents first, whatever order they come in. */
function parentsFirst<T extends { readonly code: string }>(divisions: readonly T[]): T[] {
  return [...divisions].sort((a, b) => divisionPrefix(a.code).length - divisionPrefix(b.code).length);
}

export async function insertDivisions(tx: Transaction, divisions: readonly DivisionRow[]): Promise<void> {
  for (const { code, nameZh, nameEn, parentCode, demo } of parentsFirst(divisions)) {
    await tx.run(sql`insert into division (code, name_zh, name_en, parent_code, demo)
      values (${code}, ${nameZh}, ${nameEn}, ${parentCode}, ${demo})
      on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, demo = division.demo or excluded.demo`);
  }
}

/** Adds one division; false where its code is there already. Divisions below it whose parent was not known now get it. */
export async function addDivision(tx: Transaction, division: Omit<DivisionRow, 'demo'>): Promise<boolean> {
  const { code, nameZh, nameEn, parentCode } = division;
  const added = await tx.run(sql`insert into division (code, name_zh, name_en, parent_code)
    values (${code}, ${nameZh}, ${nameEn}, ${parentCode}) on conflict (code) do nothing`);
  if (added === 0) return false;
  await tx.run(sql`update division set parent_code = ${code} where code <> ${code}
    and starts_with(code, ${divisionPrefix(code)}) and parent_code is not distinct from ${parentCode}`);
  return true;
}

/** Adds the divisions that are not there yet; the names of those that are stay. */
export async function addMissingDivisions(
  tx: Transaction,
  divisions: readonly Omit<DivisionRow, 'demo'>[],
): Promise<void> {
  // One statement a level, parents first: a row must find its parent there.
  for (const length of [6, 9, 12]) {
    const rows = divisions.filter(({ code }) => code.length === length);
    if (rows.length === 0) continue;
    await tx.run(sql`insert into division (code, name_zh, name_en, parent_code)
      select * from unnest(${rows.map((row) => row.code)}::text[], ${rows.map((row) => row.nameZh)}::text[],
        ${rows.map((row) => row.nameEn)}::text[], ${rows.map((row) => row.parentCode)}::text[])
      on conflict (code) do nothing`);
  }
}

/** Which of these codes are there, in the order given. */
export async function knownDivisions(db: Queryable, codes: readonly string[]): Promise<string[]> {
  const rows = await db.rows<{ code: string }>(sql`select code from division where code = any(${codes}::text[])`);
  const known = new Set(rows.map(({ code }) => code));
  return codes.filter((code) => known.has(code));
}

/** Divisions inside (or equal to) `scope`, a code or prefix, in order of code. */
export async function readDivisions(
  db: Queryable,
  scope: string,
  filter: { readonly level?: DivisionView['level'] | undefined; readonly parent?: string | undefined },
): Promise<DivisionView[]> {
  const conditions = [sql`starts_with(code, ${scope})`];
  // A division's own parts at every depth: the villages of a county as well as those of a township.
  if (filter.parent !== undefined)
    conditions.push(sql`starts_with(code, ${divisionPrefix(filter.parent)}) and code <> ${filter.parent}`);
  const rows = await db.rows<Omit<DivisionRow, 'demo'>>(sql`select code, name_zh as "nameZh", name_en as "nameEn",
    parent_code as "parentCode" from division where ${sql.join(conditions, sql` and `)} order by code`);
  return rows
    .map(({ code, nameZh, nameEn, parentCode }) => ({
      code,
      name: { zh: nameZh, en: nameEn },
      parentCode,
      level: divisionLevel(code)!,
    }))
    .filter(({ level }) => filter.level === undefined || level === filter.level);
}

export async function hasDemoDivision(db: Queryable): Promise<boolean> {
  return (await db.first(sql`select 1 from division where demo limit 1`)) !== undefined;
}

import { assert } from '../../kernel/index.ts';
import { type Queryable, sql, type Transaction } from './database.ts';

/** A column whose values are kept; generated ones make themselves. */
export interface Column {
  readonly name: string;
  /** As SQL writes it: `geometry(MultiPolygon,4490)`. */
  readonly type: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** Of the product alone: what extensions brought (spatial_ref_sys) belongs to them. */
const OURS = sql`n.nspname = current_schema() and not exists (select from pg_depend d
  where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

/** The product's tables in this database, by name. */
export async function readTables(db: Queryable): Promise<Table[]> {
  const rows = await db.rows<{ table: string; name: string; type: string; generated: string }>(sql`
    select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attgenerated::text as generated
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and ${OURS}
    order by c.relname::text collate "C", a.attnum`);
  const tables = new Map<string, Column[]>();
  for (const { table, name, type, generated } of rows) {
    const columns = tables.get(table) ?? [];
    tables.set(table, columns);
    if (generated === '') columns.push({ name, type });
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}

/** Where a sequence stands. */
export interface SequenceState {
  readonly name: string;
  readonly last: number;
  readonly called: boolean;
}

export async function readSequences(tx: Transaction): Promise<SequenceState[]> {
  const names = await tx.rows<{ name: string }>(sql`select c.relname as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and ${OURS} order by c.relname::text collate "C"`);
  const states: SequenceState[] = [];
  for (const { name } of names) {
    const { last, called } = await tx.one<{ last: number; called: boolean }>(
      sql`select last_value as last, is_called as called from ${sql.ref(name)}`,
    );
    states.push({ name, last, called });
  }
  return states;
}

export async function setSequences(tx: Transaction, states: readonly SequenceState[]): Promise<void> {
  for (const { name, last, called } of states) {
    await tx.run(sql`select setval(${quoted(name)}::regclass, ${last}, ${called})`);
  }
}

/** Rows of every table, left as `null` where the table is not there. */
export async function countRows(db: Queryable, tables: readonly Table[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const { count } = await db.one<{ count: number }>(sql`select count(*) as count from ${sql.ref(name)}`);
    counts.set(name, count);
  }
  return counts;
}

/**
 * Takes away, until the function it gives is called, what would stand in the way of loading rows in any order: foreign keys
 * and the product's own triggers. Both belong to the owner of the tables, so the product's own role may do it. Putting the keys
 * back checks every row against them.
 */
export async function suspendKeys(tx: Transaction): Promise<() => Promise<void>> {
  const keys = await tx.rows<{ table: string; name: string; definition: string }>(sql`
    select c.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where k.contype = 'f' and k.conparentid = 0 and ${OURS} order by c.relname, k.conname`);
  const triggers = await tx.rows<{ table: string; name: string; mode: string }>(sql`
    select c.relname as table, t.tgname as name, t.tgenabled::text as mode
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgenabled <> 'D' and t.tgparentid = 0 and ${OURS} order by c.relname, t.tgname`);
  for (const { table, name } of keys) await tx.script(`alter table ${quoted(table)} drop constraint ${quoted(name)}`);
  for (const { table, name } of triggers)
    await tx.script(`alter table ${quoted(table)} disable trigger ${quoted(name)}`);
  return async () => {
    for (const { table, name, definition } of keys)
      await tx.script(`alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`);
    for (const { table, name, mode } of triggers) {
      const how = { O: '', R: 'replica ', A: 'always ' }[mode];
      assert(how !== undefined, `trigger ${name} is enabled in an unknown way: ${mode}`);
      await tx.script(`alter table ${quoted(table)} enable ${how}trigger ${quoted(name)}`);
    }
  };
}

/** A name as SQL takes it whatever it holds. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

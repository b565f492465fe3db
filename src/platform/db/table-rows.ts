import { assert } from '../../kernel/index.ts';
import { sql, type Transaction } from './database.ts';
import { quoted, type Table } from './tables.ts';

/** Rows travel in batches of about so much text: enough that questions do not count, little enough that memory does not. */
const BATCH_CHARACTERS = 2 * 1024 ** 2;
const BATCH_ROWS = 4000;
/** A function of PostgreSQL takes no more. */
const MOST_COLUMNS = 100;

/** Makes both engines write the same value as the same text. */
const SAME_TEXT = `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';
  set local bytea_output = 'hex'; set local extra_float_digits = 1; set local xmlbinary = 'base64';
  set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0;`;

/** What a transaction needs before it reads rows as text. */
export async function agreeOnText(tx: Transaction): Promise<void> {
  await tx.script(SAME_TEXT);
}

/**
 * All rows of a table, in batches, each row one line of text: a JSON array with the value of every column as PostgreSQL
 * writes it (`["330481", null, "2026-01-01"]`). The same value gives the same line on both engines. Memory stays flat: a cursor.
 */
export async function* readRows(tx: Transaction, table: Table): AsyncGenerator<string[]> {
  assert(table.columns.length <= MOST_COLUMNS, `${table.name} has more than ${MOST_COLUMNS} columns`);
  const values = table.columns.map(({ name }) => `${quoted(name)}::text`).join(', ');
  await tx.script(
    `declare rows_of_a_table no scroll cursor for select json_build_array(${values})::text as line from ${quoted(table.name)}`,
  );
  // A row may be a byte or a megabyte: how many to ask for is learnt from the batch before.
  for (let ask = 8; ; ) {
    const rows = await tx.rows<{ line: string }>(sql`fetch ${sql.lit(ask)} from rows_of_a_table`);
    if (rows.length === 0) break;
    const lines = rows.map(({ line }) => line);
    const characters = lines.reduce((sum, line) => sum + line.length, 0);
    yield lines;
    const wanted = Math.floor((BATCH_CHARACTERS * rows.length) / Math.max(1, characters));
    ask = Math.max(1, Math.min(wanted, ask * 8, BATCH_ROWS));
  }
  await tx.script('close rows_of_a_table');
}

/** Groups lines into batches that can be inserted. */
export async function* inBatches(lines: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  let characters = 0;
  for await (const line of lines) {
    batch.push(line);
    characters += line.length;
    if (characters < BATCH_CHARACTERS && batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Inserts rows as `readRows` wrote them; gives how many. */
export async function insertRows(tx: Transaction, table: Table, lines: readonly string[]): Promise<number> {
  const names = sql.join(table.columns.map(({ name }) => sql.ref(name)));
  const values = sql.join(table.columns.map(({ type }, i) => sql`(r.line ->> ${sql.lit(i)})::${sql.raw(type)}`));
  // `offset 0`: each line is parsed once, not once a column.
  return tx.run(sql`insert into ${sql.ref(table.name)} (${names}) overriding system value
    select ${values} from (select l::jsonb as line from string_to_table(${lines.join('\n')}, chr(10)) as l offset 0) as r`);
}

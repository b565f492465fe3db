import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../src/kernel/index.ts';
import type { Transaction } from '../../src/platform/db/index.ts';
import { ROOT } from '../tidy/source.ts';

/** Rows of one table as they were written under the schema of one migration. */
interface Section {
  readonly table: string;
  /** Number of the migration whose file holds it. */
  readonly since: number;
  readonly sql: string;
}

const FOLDER = join(ROOT, 'tests', 'migrations', 'rows');

/** Every section of `rows/NNNN.sql`, in order of the files. A later one for the same table takes the place of the earlier. */
const SECTIONS: readonly Section[] = readdirSync(FOLDER)
  .filter((name) => /^\d{4}\.sql$/.test(name))
  .sort()
  .flatMap((name) =>
    readFileSync(join(FOLDER, name), 'utf8')
      .split(/^-- table: (?=\w)/m)
      .slice(1)
      .map((part) => {
        const table = /^\w+/.exec(part)?.[0];
        assert(table !== undefined, `${name}: a section without a table`);
        return { table, since: Number(name.slice(0, 4)), sql: part.slice(table.length) };
      }),
  );

/** The sections that fit a schema, by table, in the order they can be inserted. */
export function sectionsOf(newestMigration: number): ReadonlyMap<string, Section> {
  const sections = new Map<string, Section>();
  // A Map keeps the place of a table's first section: what it refers to stands before it.
  for (const section of SECTIONS) if (section.since <= newestMigration) sections.set(section.table, section);
  return sections;
}

/** Fills every table of a schema with its rows. */
export async function fillRows(tx: Transaction, newestMigration: number): Promise<void> {
  for (const { sql } of sectionsOf(newestMigration).values()) await tx.script(sql);
}

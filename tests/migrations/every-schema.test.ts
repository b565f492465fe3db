import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenChains } from '../../src/modules/audit/server.ts';
import * as imports from '../../src/modules/intake/store.ts';
import * as parcels from '../../src/modules/parcels/store.ts';
import * as projects from '../../src/modules/projects/store.ts';
import * as quality from '../../src/modules/quality/store.ts';
import { type OpenedDatabase, openAsItIs, type Transaction } from '../../src/platform/db/index.ts';
import { migrateWithin, readMigrations } from '../../src/platform/db/migrations.ts';
import { countRows, readTables } from '../../src/platform/db/tables.ts';
import { findJob } from '../../src/platform/jobs/store.ts';
import { startPostgresql } from '../support/postgresql.ts';
import { fillRows, sectionsOf } from './rows.ts';

// Every schema there ever was, with rows as they were written under it, is brought to the newest one, on both engines. All of it
// happens in a transaction that is rolled back, so that one database serves for every schema.

const migrations = await readMigrations();
const COUNTY = '330481';
const VERSION = '00000000-0000-7000-8000-000000000021';

/** Rows a migration takes away on purpose: migration → table → why. */
const REMOVED: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  40: { tile: 'tiles cut by earlier rules are made anew' },
};

/** What the stores of today say of rows written under an earlier schema. `has`: the schema had that table. */
async function readThroughStores(tx: Transaction, has: (table: string) => boolean): Promise<void> {
  const version = await parcels.findVersion(tx, VERSION);
  expect(version).toMatchObject({ countyCode: COUNTY, state: 'current', featureCount: 1, areaDm2: 1_063_042 });
  expect(await parcels.listVersions(tx, COUNTY)).toHaveLength(1);
  for await (const batch of parcels.readBatches(tx, version!)) {
    expect([...batch.coords]).toEqual([120.5, 30.5, 120.501, 30.5, 120.501, 30.501, 120.5, 30.501]);
    expect(batch.columns[1]).toMatchObject({ name: '备注', values: ['引号"与\\反斜杠\n换行'] });
  }
  const page = await parcels.readFeaturePage(tx, version!, {}, 0, 10);
  expect(page.rows[0]).toMatchObject({ id: '33048100001', attributes: ['33048100001', '引号"与\\反斜杠\n换行'] });
  expect((await parcels.findFeature(tx, version!, 0))?.coordinates[0]![0]).toHaveLength(5);
  if (has('job')) {
    const job = await findJob(tx, '00000000-0000-7000-8000-000000000032');
    expect(job?.view).toMatchObject({ state: 'failed', progress: 0.25, error: { code: 'JOB-INTERRUPTED' } });
  }
  if (has('audit_event')) expect(await brokenChains(tx)).toEqual([]);
  if (has('import')) {
    const found = await imports.findImport(tx, '00000000-0000-7000-8000-000000000011');
    expect(imports.viewOf(found!)).toMatchObject({
      fileName: '三调.zip',
      fileSize: 12_345_678_901,
      state: 'committed',
    });
    for await (const staged of imports.readStagedBatches(tx, found!)) expect(staged).toBeDefined();
  }
  if (has('quality_report')) {
    const report = await quality.findReport(tx, { countyCode: COUNTY, layerVersionId: VERSION });
    expect(report).toMatchObject({ features: 1, errors: 0, warnings: 1 });
    const key = { countyCode: COUNTY, layerVersionId: VERSION };
    const problems = await quality.readReportProblems(tx, key, undefined, 0, 10);
    expect(problems.problems).toHaveLength(1);
  }
  if (has('project')) {
    const [project] = await projects.listProjects(tx, '');
    expect(project).toMatchObject({ name: '许村整治', areaDm2: 1_063_042 });
    expect(await projects.listRuns(tx, project!)).toHaveLength(1);
    expect(await projects.readStoredPack(tx, 'cd'.repeat(32))).toBe('{"id": "qinzhou-2020"}');
  }
}

const ROLLED_BACK = new Error('rolled back');

/** Does the work in a transaction nothing of which stays. */
async function tried(db: OpenedDatabase, work: (tx: Transaction) => Promise<void>): Promise<void> {
  const outcome = await db
    .transaction(async (tx) => {
      await work(tx);
      throw ROLLED_BACK;
    })
    .catch((error: unknown) => error);
  if (outcome !== ROLLED_BACK) throw outcome;
}

const ENGINES = [
  {
    name: 'embedded',
    open: async () => {
      const db = await openAsItIs({ folder: null });
      return { db, close: () => db.close() };
    },
  },
  {
    name: 'postgresql',
    open: async () => {
      const server = await startPostgresql();
      const db = await openAsItIs({ url: server.url });
      const close = async (): Promise<void> => {
        await db.close();
        await server.stop();
      };
      return { db, close };
    },
  },
];

describe.each(ENGINES)('every earlier schema on $name', ({ open }) => {
  let db: OpenedDatabase;
  let close = async (): Promise<void> => {};
  beforeAll(async () => {
    ({ db, close } = await open());
  });
  afterAll(() => close());

  it.each(migrations.map(({ name }, i) => ({ name, upTo: i + 1 })))(
    '$name comes to the newest with its rows',
    ({ upTo }) =>
      tried(db, async (tx) => {
        const earlier = migrations.slice(0, upTo);
        const newest = earlier.at(-1)!;
        await migrateWithin(tx, earlier);
        const seeded = await countRows(tx, await readTables(tx));
        await fillRows(tx, newest.number);

        // A table that comes with a migration brings rows with it (tests/migrations/rows/NNNN.sql), or this fails.
        const tables = (await readTables(tx)).filter(({ name }) => name !== 'schema_migration');
        expect(tables.map(({ name }) => name)).toEqual([...sectionsOf(newest.number).keys()].sort());
        const before = await countRows(tx, tables);
        for (const [name, rows] of before) expect(rows, `rows of ${name}`).toBeGreaterThan(seeded.get(name)!);

        const later = migrations.slice(upTo);
        expect(await migrateWithin(tx, migrations)).toEqual(later.map(({ name }) => name));
        const after = await countRows(tx, await readTables(tx));
        for (const [name, rows] of before) {
          const removed = later.some(({ number }) => REMOVED[number]?.[name] !== undefined);
          expect(after.get(name), `rows of ${name}`).toSatisfy((now: number) => (removed ? now < rows : now >= rows));
        }
        await readThroughStores(tx, (table) => before.has(table));
      }),
  );
});

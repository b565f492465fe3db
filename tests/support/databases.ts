import { type Database, openDatabase } from '../../src/platform/db/index.ts';
import { startPostgresql } from './postgresql.ts';

/** An open, migrated, empty database for one test file. */
export interface TestDatabase {
  readonly db: Database;
  close(): Promise<void>;
}

/**
 * Both engines, for `describe.each(ENGINES)`: every suite that touches SQL runs on both.
 *
 *     describe.each(ENGINES)('jobs on $name', ({ open }) => {
 *       let test: TestDatabase;
 *       beforeAll(async () => { test = await open(); });
 *       afterAll(() => test.close());
 */
export const ENGINES: readonly { readonly name: string; open(): Promise<TestDatabase> }[] = [
  {
    name: 'embedded',
    open: async () => {
      const db = await openDatabase({ folder: null });
      return { db, close: () => db.close() };
    },
  },
  {
    name: 'postgresql',
    open: async () => {
      const server = await startPostgresql();
      const db = await openDatabase({ url: server.url });
      return {
        db,
        close: async () => {
          await db.close();
          await server.stop();
        },
      };
    },
  },
];

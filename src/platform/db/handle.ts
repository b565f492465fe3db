import { AsyncLocalStorage } from 'node:async_hooks';
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../../kernel/index.ts';
import {
  compileQuery,
  type Database,
  type PoolCounts,
  type Query,
  type Queryable,
  type Transaction,
} from './database.ts';

/** Interactive statements go before those of jobs. */
export type Priority = 'interactive' | 'background';

export interface QueryOutcome {
  readonly rows: readonly unknown[];
  readonly affected: number;
}

/** One connection, held from acquire to release. */
export interface Connection {
  query(text: string, parameters: readonly unknown[]): Promise<QueryOutcome>;
  script(text: string): Promise<void>;
  /** `broken` throws the connection away instead of giving it to the next. */
  release(broken?: boolean): void;
}

/** What another thread needs to use the same database; send it with `transfer` of its port. */
export type EngineShare =
  | { readonly kind: 'embedded'; readonly port: MessagePort }
  | { readonly kind: 'postgresql'; readonly url: string };

/** What an engine brings; everything else is shared, so that both behave alike. */
export interface Engine {
  readonly kind: 'embedded' | 'postgresql';
  /** One statement by itself. */
  single(priority: Priority, text: string, parameters: readonly unknown[]): Promise<QueryOutcome>;
  acquire(priority: Priority): Promise<Connection>;
  share(): EngineShare;
  /** See `Database.listen`. */
  listen(channel: string, heard: () => void): () => void;
  pool?(): PoolCounts;
  close(): Promise<void>;
}

interface OpenTransaction {
  readonly engine: Engine;
  open: boolean;
}

// Remembers, along the chain of awaits, that a transaction is open, so that the root handle can refuse to be used in it.
const openTransactions = new AsyncLocalStorage<OpenTransaction>();

function queryable(execute: (query: Query<unknown>) => Promise<QueryOutcome>): Queryable {
  return {
    rows: async <Row>(query: Query<Row>) => (await execute(query)).rows as Row[],
    first: async <Row>(query: Query<Row>) => (await execute(query)).rows[0] as Row | undefined,
    one: async <Row>(query: Query<Row>) => {
      const { rows } = await execute(query);
      assert(rows.length === 1, `one row expected, ${rows.length} found`);
      return rows[0] as Row;
    },
    run: async (query) => (await execute(query)).affected,
  };
}

/** The handle stores work with, over any engine. */
export function databaseOver(engine: Engine): Database {
  return handle(engine, 'interactive', undefined);
}

function handle(engine: Engine, priority: Priority, sibling: Database | undefined): Database {
  const refuseInsideTransaction = (): void => {
    const holder = openTransactions.getStore();
    assert(
      holder === undefined || !holder.open || holder.engine !== engine,
      'the root database handle was used inside a transaction: pass the transaction instead',
    );
  };

  const transaction = async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    refuseInsideTransaction();
    const connection = await engine.acquire(priority);
    const state: OpenTransaction = { engine, open: true };
    const callbacks: (() => void)[] = [];
    let broken = false;
    let failure: unknown;
    try {
      await connection.query('begin', []);
      const tx: Transaction = {
        kind: 'transaction',
        ...queryable((query) => {
          assert(state.open, 'a transaction was used after its end');
          const { text, parameters } = compileQuery(query);
          return connection.query(text, parameters).catch((error: unknown) => {
            failure ??= error;
            throw error;
          });
        }),
        afterCommit: (callback) => callbacks.push(callback),
        script: (text) => connection.script(text),
      };
      let value: T;
      try {
        value = await openTransactions.run(state, () => work(tx));
        state.open = false;
        // After a failed statement the database would take COMMIT for a ROLLBACK and say nothing.
        if (failure !== undefined) throw failure;
        await connection.query('commit', []);
      } catch (error) {
        state.open = false;
        await connection.query('rollback', []).catch(() => {
          broken = true;
        });
        throw error;
      }
      for (const callback of callbacks) callback();
      return value;
    } finally {
      state.open = false;
      connection.release(broken);
    }
  };

  const database: Database = {
    kind: 'database',
    engine: engine.kind,
    ...queryable(async (query) => {
      refuseInsideTransaction();
      const { text, parameters } = compileQuery(query);
      return engine.single(priority, text, parameters);
    }),
    transaction,
    listen: (channel, heard) => engine.listen(channel, heard),
    pool: () => engine.pool?.(),
    close: () => engine.close(),
    get background() {
      return background;
    },
  };
  const background: Database =
    priority === 'background' ? database : (sibling ?? handle(engine, 'background', undefined));
  return database;
}

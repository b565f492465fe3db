import type { Database, Transaction } from '../../src/platform/db/index.ts';

/** A database whose background work (that of jobs) can be interrupted at an exact step. */
export interface InterruptedDatabase {
  readonly db: Database;
  /** Steps of jobs so far: single statements and whole transactions. */
  steps(): number;
  /** Resolves when the process "died". */
  readonly died: Promise<void>;
}

/**
 * Wraps a database so that `before` hears of each step of a job before it is taken. What it answers decides: `die` stands for
 * the death of the process: nothing that was begun is done, and no later call of anybody through this handle ever comes back.
 * (In the middle of a transaction death is the same as before it: the server rolls back.)
 */
export function interrupted(
  real: Database,
  before: (step: number) => Promise<'go on' | 'die'> | 'go on' | 'die',
): InterruptedDatabase {
  let steps = 0;
  let dead = false;
  let tellDeath = (): void => {};
  const died = new Promise<void>((resolve) => {
    tellDeath = resolve;
  });
  const never = <T>(): Promise<T> => new Promise<T>(() => {});
  const wrap = (db: Database, counted: boolean): Database => {
    const step = async <T>(work: () => Promise<T>): Promise<T> => {
      if (dead) return never();
      if (counted && (await before(steps++)) === 'die') {
        dead = true;
        tellDeath();
      }
      if (dead) return never();
      const value = await work();
      return dead ? never() : value;
    };
    return {
      kind: 'database',
      engine: db.engine,
      rows: (query) => step(() => db.rows(query)),
      first: (query) => step(() => db.first(query)),
      one: (query) => step(() => db.one(query)),
      run: (query) => step(() => db.run(query)),
      transaction: <T>(work: (tx: Transaction) => Promise<T>) => step(() => db.transaction(work)),
      listen: () => () => {},
      close: async () => {},
      get background() {
        return background;
      },
    };
  };
  const background = wrap(real.background, true);
  return { db: wrap(real, false), steps: () => steps, died };
}

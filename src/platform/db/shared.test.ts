import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, openShared, type OpenedDatabase, sql } from './index.ts';

describe('the embedded database used by a second thread', () => {
  let db: OpenedDatabase;
  beforeAll(async () => {
    db = await openDatabase({ folder: null });
    await db.run(sql`create table note (text text)`);
  });
  afterAll(() => db.close());
  const notes = () => db.rows(sql`select text from note order by text`);

  it('answers both, and undoes what a thread had begun when it was gone', async () => {
    const other = await openShared(db.share());
    await other.run(sql`insert into note values ('kept')`);
    let began = (): void => {};
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const lost = other.transaction(async (tx) => {
      await tx.run(sql`insert into note values ('half')`);
      began();
      // Never comes back by itself: its thread is closed meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await tx.run(sql`insert into note values ('half too')`);
    });
    lost.catch(() => {});
    await hasBegun;
    // Waits behind the transaction, and must not run inside it.
    const mine = db.transaction((tx) => tx.run(sql`insert into note values ('mine')`));
    await other.close();
    await mine;
    await expect(lost).rejects.toThrow(/embedded database stopped/);
    expect(await notes()).toEqual([{ text: 'kept' }, { text: 'mine' }]);
  });
});

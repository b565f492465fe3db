import { type Database, type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { GuessLimit } from './limits.ts';

/** Something guessed at, and how often it may be. `accountHash` ties it to an account, for unlocking. */
export interface Guarded {
  readonly key: string;
  readonly accountHash: string | null;
  readonly limit: GuessLimit;
}

/** A guess counted before it was looked at. */
export interface Reservation {
  readonly at: string;
  readonly day: string;
  readonly guarded: readonly Guarded[];
}

class Locked extends Error {
  override readonly name = 'Locked';
}

function after(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString();
}

/**
 * Counts one guess at all of these, or at none where one of them is locked or used up for the day. One statement a key does
 * both the looking and the counting under the row's lock, so that parallel guesses cannot slip past the limit; whoever was
 * right gives his guess back with `refund`.
 */
export async function reserveGuess(
  db: Database,
  guarded: readonly Guarded[],
  at: string,
  day: string,
): Promise<Reservation | undefined> {
  try {
    await db.transaction(async (tx) => {
      for (const one of guarded) if (!(await countGuess(tx, one, at, day))) throw new Locked();
    });
  } catch (error) {
    if (error instanceof Locked) return undefined;
    throw error;
  }
  return { at, day, guarded };
}

async function countGuess(tx: Transaction, guarded: Guarded, at: string, day: string): Promise<boolean> {
  const { guesses, windowSeconds, lockSeconds, guessesADay } = guarded.limit;
  const lockedUntil = after(at, lockSeconds);
  const recent = sql`array(select t from unnest(g.recent) as t where t > ${after(at, -windowSeconds)}::timestamptz)`;
  const counted =
    await tx.run(sql`insert into sign_in_guard as g (key, account_hash, recent, locked_until, day, day_count)
    values (${guarded.key}, ${guarded.accountHash}, array[${at}::timestamptz],
      ${guesses <= 1 ? lockedUntil : null}::timestamptz, ${day}::date, 1)
    on conflict (key) do update set
      recent = ${recent} || ${at}::timestamptz,
      locked_until = case when cardinality(${recent}) + 1 >= ${guesses} then ${lockedUntil}::timestamptz end,
      day = ${day}::date,
      day_count = case when g.day = ${day}::date then g.day_count + 1 else 1 end
    where (g.locked_until is null or g.locked_until <= ${at}::timestamptz)
      and (g.day <> ${day}::date or g.day_count < ${guessesADay})`);
  return counted === 1;
}

/** Takes a guess back that was right after all; `clear`: the ones of the last window too. */
export async function refundGuess(tx: Transaction, reservation: Reservation, clear: boolean): Promise<void> {
  for (const { key } of reservation.guarded) {
    await tx.run(sql`update sign_in_guard g set
        recent = case when ${clear} then '{}'
          when array_position(recent, ${reservation.at}::timestamptz) is null then recent
          else recent[:array_position(recent, ${reservation.at}::timestamptz) - 1]
            || recent[array_position(recent, ${reservation.at}::timestamptz) + 1:] end,
        locked_until = null,
        day_count = greatest(day_count - 1, 0)
      where key = ${key}`);
  }
}

/** Seconds until a guess is taken again. */
export async function waitSeconds(
  db: Queryable,
  guarded: readonly Guarded[],
  at: string,
  day: string,
  secondsLeftToday: number,
): Promise<number> {
  const rows = await db.rows<{ key: string; lockedUntil: string | null; day: string; dayCount: number }>(
    sql`select key, locked_until as "lockedUntil", day, day_count as "dayCount" from sign_in_guard
      where key in (${sql.join(guarded.map((one) => one.key))})`,
  );
  const waits = rows.map((row) => {
    const limit = guarded.find((one) => one.key === row.key)!.limit;
    const lock = row.lockedUntil === null ? 0 : Math.ceil((Date.parse(row.lockedUntil) - Date.parse(at)) / 1000);
    return Math.max(lock, row.day === day && row.dayCount >= limit.guessesADay ? secondsLeftToday : 0);
  });
  return Math.max(1, ...waits);
}

/** Forgets all guesses at an account, and its locks. */
export async function unlockAccount(tx: Transaction, accountHash: string): Promise<number> {
  return tx.run(sql`delete from sign_in_guard where account_hash = ${accountHash}`);
}

/** Forgets what no longer counts. */
export async function clearGuard(db: Queryable, at: string, day: string): Promise<void> {
  await db.run(
    sql`delete from sign_in_guard where day < ${day}::date and (locked_until is null or locked_until <= ${at})`,
  );
}

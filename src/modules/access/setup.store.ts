import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';

/** The three administrators were made. */
export async function isSetUp(db: Queryable): Promise<boolean> {
  return (
    (await db.first(sql`select 1 from one_time_code where purpose = 'setup' and used_at is not null`)) !== undefined
  );
}

/** Puts a new code in place of the former one; false where the set-up is done. */
export async function renewSetupCode(
  tx: Transaction,
  codeHash: string,
  at: string,
  expiresAt: string,
): Promise<boolean> {
  const renewed = await tx.run(sql`insert into one_time_code (purpose, code_hash, created_at, expires_at)
    values ('setup', ${codeHash}, ${at}, ${expiresAt})
    on conflict (purpose) do update set code_hash = excluded.code_hash, created_at = excluded.created_at,
      expires_at = excluded.expires_at where one_time_code.used_at is null`);
  return renewed === 1;
}

export async function setupCodeHolds(db: Queryable, codeHash: string, at: string): Promise<boolean> {
  return (
    (await db.first(sql`select 1 from one_time_code where purpose = 'setup' and used_at is null
      and code_hash = ${codeHash} and expires_at > ${at}`)) !== undefined
  );
}

/** Uses the code up; of two who try, one is told true. */
export async function spendSetupCode(tx: Transaction, codeHash: string, at: string): Promise<boolean> {
  const spent = await tx.run(sql`update one_time_code set used_at = ${at} where purpose = 'setup' and used_at is null
    and code_hash = ${codeHash} and expires_at > ${at}`);
  return spent === 1;
}

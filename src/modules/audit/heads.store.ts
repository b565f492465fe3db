import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { AuditHead } from './head.ts';
import type { VisibleChains } from './visibility.ts';

/** The newest event of a chain: whoever keeps it elsewhere sees when the tail was cut off. */
export interface ChainHead {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
}

/**
 * Names of all chains, in the same order everywhere. A walk from one to the next through the key: chains are few, events are
 * many. Reads columns every version of the table has.
 */
export async function readChainNames(db: Queryable): Promise<string[]> {
  const rows = await db.rows<{ chain: string }>(sql`with recursive walk as (
      (select chain from audit_event order by chain limit 1)
      union all
      select (select e.chain from audit_event e where e.chain > walk.chain order by e.chain limit 1) from walk where walk.chain is not null
    ) select chain from walk where chain is not null`);
  // The order of texts is the database's own; this one is the same everywhere.
  return rows.map((row) => row.chain).sort((one, other) => (one < other ? -1 : 1));
}

/** Heads of all chains, by chain. Reads columns every version of the table has. */
export async function readLastEvents(db: Queryable): Promise<ChainHead[]> {
  const heads: ChainHead[] = [];
  for (const chain of await readChainNames(db)) {
    heads.push(
      await db.one<ChainHead>(
        sql`select chain, sequence, hash from audit_event where chain = ${chain} order by sequence desc limit 1`,
      ),
    );
  }
  return heads;
}

/** The condition on `chain` that somebody's sight comes to. */
export function visibleCondition(visible: VisibleChains) {
  if (visible.kind === 'all') return sql`true`;
  if (visible.kind === 'one') return sql`chain = ${visible.chain}`;
  return sql`(chain ~ '^[0-9]{6}$' and starts_with(chain, ${visible.prefix}))`;
}

const HEAD_COLUMNS = sql`chain, sequence, hash, at, key_id as "keyId", signature`;

export async function insertHead(tx: Transaction, head: AuditHead): Promise<void> {
  await tx.run(sql`insert into audit_head (chain, sequence, hash, at, key_id, signature)
    values (${head.chain}, ${head.sequence}, ${head.hash}, ${head.at}, ${head.keyId}, ${head.signature})`);
}

/** Heads of a chain, or of all, oldest first. */
export function readSignedHeads(db: Queryable, chain?: string): Promise<AuditHead[]> {
  return db.rows<AuditHead>(
    sql`select ${HEAD_COLUMNS} from audit_head where ${chain === undefined ? sql`true` : sql`chain = ${chain}`}
      order by at, chain, sequence`,
  );
}

/** The newest heads of visible chains, newest first. */
export function readNewestHeads(
  db: Queryable,
  visible: VisibleChains,
  chain: string | undefined,
  limit: number,
): Promise<AuditHead[]> {
  const where = [visibleCondition(visible), ...(chain === undefined ? [] : [sql`chain = ${chain}`])];
  return db.rows<AuditHead>(
    sql`select ${HEAD_COLUMNS} from audit_head where ${sql.join(where, sql` and `)} order by at desc, chain, sequence desc limit ${limit}`,
  );
}

/** The earliest head at or after an event. */
export function findCoveringHead(db: Queryable, chain: string, sequence: number): Promise<AuditHead | undefined> {
  return db.first<AuditHead>(sql`select ${HEAD_COLUMNS} from audit_head
    where chain = ${chain} and sequence >= ${sequence} order by sequence, at limit 1`);
}

/** One signer at a time; false where another process is at it. */
export async function lockHeads(tx: Transaction): Promise<boolean> {
  const row = await tx.one<{ got: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended('audit:heads', 0)) as got`,
  );
  return row.got;
}

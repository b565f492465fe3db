import { createHash } from 'node:crypto';
import type { Json } from '../../kernel/index.ts';
import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { ActorContext } from '../access/index.ts';
import { type AuditEvent, type AuditFact, FIRST_PREVIOUS_HASH, hashedText, SYSTEM_CHAIN } from './event.ts';

const COLUMNS = sql`chain, sequence, at, actor, role, division_code as "divisionCode", operation,
  object_kind as "objectKind", object_id as "objectId", before_hash as "beforeHash", after_hash as "afterHash",
  result, detail, previous_hash as "previousHash", hash`;

function hashOf(event: Omit<AuditEvent, 'hash'>): string {
  return createHash('sha256').update(hashedText(event)).digest('hex');
}

/**
 * Writes the audit row of an operation, in its transaction: both stand or neither. Call it last, because the chain stays
 * locked until the commit.
 */
export async function recordEvent(tx: Transaction, context: ActorContext, fact: AuditFact): Promise<AuditEvent> {
  const chain = fact.countyCode ?? SYSTEM_CHAIN;
  // One writer a chain: reading the last row FOR UPDATE would not keep two writers from following the same event.
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`audit:${chain}`}, 0))`);
  const last = await tx.first<{ sequence: number; hash: string }>(
    sql`select sequence, hash from audit_event where chain = ${chain} order by sequence desc limit 1`,
  );
  const unsigned: Omit<AuditEvent, 'hash'> = {
    chain,
    sequence: (last?.sequence ?? 0) + 1,
    at: context.clock.now(),
    actor: context.actor,
    role: context.role,
    divisionCode: context.divisionCode,
    operation: fact.operation,
    objectKind: fact.objectKind,
    objectId: fact.objectId,
    beforeHash: fact.beforeHash ?? null,
    afterHash: fact.afterHash ?? null,
    result: fact.result ?? 'done',
    detail: (fact.detail ?? null) as Json,
    previousHash: last?.hash ?? FIRST_PREVIOUS_HASH,
  };
  const event: AuditEvent = { ...unsigned, hash: hashOf(unsigned) };
  await tx.run(sql`insert into audit_event (chain, sequence, at, actor, role, division_code, operation, object_kind, object_id,
      before_hash, after_hash, result, detail, previous_hash, hash)
    values (${event.chain}, ${event.sequence}, ${event.at}, ${event.actor}, ${event.role}, ${event.divisionCode}, ${event.operation},
      ${event.objectKind}, ${event.objectId}, ${event.beforeHash}, ${event.afterHash}, ${event.result},
      ${event.detail === null ? null : JSON.stringify(event.detail)}::jsonb, ${event.previousHash}, ${event.hash})`);
  return event;
}

/** Events of a chain, oldest first. */
export function readEvents(db: Queryable, chain: string): Promise<AuditEvent[]> {
  return db.rows<AuditEvent>(sql`select ${COLUMNS} from audit_event where chain = ${chain} order by sequence`);
}

/** The sequence number of the first event of the chain that does not hold, or null where all do. */
export async function firstBrokenEvent(db: Queryable, chain: string): Promise<number | null> {
  let previousHash = FIRST_PREVIOUS_HASH;
  let sequence = 0;
  for (const event of await readEvents(db, chain)) {
    sequence++;
    if (event.sequence !== sequence || event.previousHash !== previousHash || hashOf(event) !== event.hash)
      return sequence;
    previousHash = event.hash;
  }
  return null;
}

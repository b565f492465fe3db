import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../../kernel/index.ts';
import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { ActorContext } from '../access/index.ts';
import { checkChain, type ChainBreak } from './chain-check.ts';
import { type AuditEvent, type AuditFact, DONE, FIRST_PREVIOUS_HASH, hashedText, SYSTEM_CHAIN } from './event.ts';
import type { AuditHead } from './head.ts';
import { readChainNames, visibleCondition } from './heads.store.ts';
import type { ChainView } from './views.ts';
import type { VisibleChains } from './visibility.ts';

const columnsWith = (
  address: ReturnType<typeof sql>,
) => sql`chain, sequence, at, actor, role, division_code as "divisionCode",
  ${address} as address, operation,
  object_kind as "objectKind", object_id as "objectId", before_hash as "beforeHash", after_hash as "afterHash",
  result, detail, previous_hash as "previousHash", hash`;

const COLUMNS = columnsWith(sql`address`);

/** Events fetched at a time: hashing so many keeps others waiting some 20 ms. */
const PAGE = 2_000;

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Hash of an object's content for `beforeHash` and `afterHash`, where the content is not a file with a hash of its own. */
export function hashOfContent(content: Json): string {
  return sha256(canonicalJson(content));
}

/**
 * Writes the audit row of an operation, in its transaction: both stand or neither. Call it last, because the chain stays
 * locked until the commit.
 */
export async function recordEvent(tx: Transaction, context: ActorContext, fact: AuditFact): Promise<AuditEvent> {
  const chain = fact.chain ?? fact.countyCode ?? SYSTEM_CHAIN;
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
    address: context.address ?? null,
    operation: fact.operation,
    objectKind: fact.objectKind,
    objectId: fact.objectId,
    beforeHash: fact.beforeHash ?? null,
    afterHash: fact.afterHash ?? null,
    result: fact.result ?? DONE,
    detail: (fact.detail ?? null) as Json,
    previousHash: last?.hash ?? FIRST_PREVIOUS_HASH,
  };
  const event: AuditEvent = { ...unsigned, hash: sha256(hashedText(unsigned)) };
  await tx.run(sql`insert into audit_event (chain, sequence, at, actor, role, division_code, address, operation, object_kind, object_id,
      before_hash, after_hash, result, detail, previous_hash, hash)
    values (${event.chain}, ${event.sequence}, ${event.at}, ${event.actor}, ${event.role}, ${event.divisionCode}, ${event.address},
      ${event.operation}, ${event.objectKind}, ${event.objectId}, ${event.beforeHash}, ${event.afterHash}, ${event.result},
      ${event.detail === null ? null : JSON.stringify(event.detail)}::jsonb, ${event.previousHash}, ${event.hash})`);
  return event;
}

/** Events of a chain from one number to another (both included), oldest first, a page at a time. */
export async function* streamEvents(
  db: Queryable,
  chain: string,
  from = 1,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<readonly AuditEvent[]> {
  // A restored copy of an earlier schema is looked at before it is migrated.
  const address = await db.first(
    sql`select 1 from pg_attribute where attrelid = 'audit_event'::regclass and attname = 'address'`,
  );
  for (let after = from - 1; ; ) {
    const page =
      await db.rows<AuditEvent>(sql`select ${columnsWith(address === undefined ? sql`null` : sql`address`)} from audit_event
      where chain = ${chain} and sequence > ${after} and sequence <= ${to} order by sequence limit ${PAGE}`);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.sequence;
  }
}

/** Events of a chain, oldest first. For chains known to be short (tests, drills). */
export async function readEvents(db: Queryable, chain: string): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const page of streamEvents(db, chain)) events.push(...page);
  return events;
}

/** What a walk through a stored chain found. */
export interface ChainOutcome {
  readonly events: number;
  readonly coveredTo: number;
  readonly lastHash: string;
  readonly firstBad: ChainBreak | null;
}

/** Looks at every event of a stored chain again, a page at a time, against heads whose signatures hold. */
export async function verifyStoredChain(
  db: Queryable,
  chain: string,
  heads: readonly AuditHead[] = [],
): Promise<ChainOutcome> {
  const check = checkChain({ chain, sha256, heads });
  const outcome = (firstBad: ChainBreak | null): ChainOutcome => {
    const { events, coveredTo, lastHash } = check;
    return { events, coveredTo, lastHash, firstBad };
  };
  for await (const page of streamEvents(db, chain)) {
    for (const event of page) {
      const broken = check.take(event);
      if (broken !== null) return outcome(broken);
    }
  }
  return outcome(check.end());
}

/** The sequence number of the first event of the chain that does not hold, or null where all do. */
export async function firstBrokenEvent(db: Queryable, chain: string): Promise<number | null> {
  return (await verifyStoredChain(db, chain)).firstBad?.sequence ?? null;
}

/** Chains that do not hold, with the first event that does not. */
export async function brokenChains(db: Queryable): Promise<{ readonly chain: string; readonly sequence: number }[]> {
  const broken: { chain: string; sequence: number }[] = [];
  for (const chain of await readChainNames(db)) {
    const sequence = await firstBrokenEvent(db, chain);
    if (sequence !== null) broken.push({ chain, sequence });
  }
  return broken;
}

export async function readChains(db: Queryable, isVisible: (chain: string) => boolean): Promise<ChainView[]> {
  const views: ChainView[] = [];
  for (const chain of (await readChainNames(db)).filter(isVisible)) {
    const first = await db.one<{ at: string }>(
      sql`select at from audit_event where chain = ${chain} order by sequence limit 1`,
    );
    const last = await db.one<{ sequence: number; at: string; hash: string }>(
      sql`select sequence, at, hash from audit_event where chain = ${chain} order by sequence desc limit 1`,
    );
    const head = await db.first<{ sequence: number; at: string }>(
      sql`select sequence, at from audit_head where chain = ${chain} order by sequence desc, at desc limit 1`,
    );
    views.push({
      chain,
      events: last.sequence,
      firstAt: first.at,
      lastAt: last.at,
      lastHash: last.hash,
      head: head ?? null,
    });
  }
  const rank = (chain: string): number => (/^\d/.test(chain) ? 1 : 0);
  return views.sort((a, b) => rank(a.chain) - rank(b.chain) || (a.chain < b.chain ? -1 : 1));
}

/** Which events to show. `result`: `done`, `refused` (all but done) or a code. */
export interface EventFilter {
  readonly chain?: string | undefined;
  /** First and last moment, ISO; `to` itself is left out. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly actor?: string | undefined;
  readonly operation?: string | undefined;
  readonly objectKind?: string | undefined;
  readonly objectId?: string | undefined;
  readonly result?: string | undefined;
}

/** A place between two events, newest first. */
export interface EventCursor {
  readonly at: string;
  readonly chain: string;
  readonly sequence: number;
}

/** Events newest first, `limit` of them, beginning after the cursor. */
export function readEventPage(
  db: Queryable,
  visible: VisibleChains,
  filter: EventFilter,
  before: EventCursor | null,
  limit: number,
): Promise<AuditEvent[]> {
  const { chain, from, to, actor, operation, objectKind, objectId, result } = filter;
  const where = [visibleCondition(visible)];
  if (chain !== undefined) where.push(sql`chain = ${chain}`);
  if (from !== undefined) where.push(sql`at >= ${from}`);
  if (to !== undefined) where.push(sql`at < ${to}`);
  if (actor !== undefined) where.push(sql`actor = ${actor}`);
  if (operation?.endsWith('.') === true) where.push(sql`starts_with(operation, ${operation})`);
  else if (operation !== undefined) where.push(sql`operation = ${operation}`);
  if (objectKind !== undefined) where.push(sql`object_kind = ${objectKind}`);
  if (objectId !== undefined) where.push(sql`(object_id = ${objectId} or detail -> 'about' ? ${objectId})`);
  if (result === 'refused') where.push(sql`result <> 'done'`);
  else if (result !== undefined) where.push(sql`result = ${result}`);
  // Within one chain the order is that of its numbers, whatever the clocks said.
  const order = chain === undefined ? sql`at desc, chain desc, sequence desc` : sql`sequence desc`;
  if (before !== null) {
    where.push(
      chain === undefined
        ? sql`(at, chain, sequence) < (${before.at}::timestamptz, ${before.chain}, ${before.sequence})`
        : sql`sequence < ${before.sequence}`,
    );
  }
  return db.rows<AuditEvent>(
    sql`select ${COLUMNS} from audit_event where ${sql.join(where, sql` and `)} order by ${order} limit ${limit}`,
  );
}

export function findEvent(db: Queryable, chain: string, sequence: number): Promise<AuditEvent | undefined> {
  return db.first<AuditEvent>(
    sql`select ${COLUMNS} from audit_event where chain = ${chain} and sequence = ${sequence}`,
  );
}

/** First and last number of a chain's events within a time; undefined where there are none. */
export async function sequencesWithin(
  db: Queryable,
  chain: string,
  from: string | undefined,
  to: string | undefined,
): Promise<{ readonly first: number; readonly last: number } | undefined> {
  const where = [sql`chain = ${chain}`];
  if (from !== undefined) where.push(sql`at >= ${from}`);
  if (to !== undefined) where.push(sql`at < ${to}`);
  const row = await db.one<{ first: number | null; last: number | null }>(
    sql`select min(sequence) as first, max(sequence) as last from audit_event where ${sql.join(where, sql` and `)}`,
  );
  return row.first === null || row.last === null ? undefined : { first: row.first, last: row.last };
}

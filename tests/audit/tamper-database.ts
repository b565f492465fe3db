import type { AuditEvent, AuditHead } from '../../src/modules/audit/index.ts';
import { type ChainOutcome, verifyStoredChain } from '../../src/modules/audit/store.ts';
import { type Database, sql, type Transaction } from '../../src/platform/db/index.ts';

/** Writes events as they are, behind the product's back. */
export async function putEvents(tx: Transaction, events: readonly AuditEvent[]): Promise<void> {
  const rows = events.map(({ detail, ...event }) => ({ ...event, detail: JSON.stringify(detail) }));
  await tx.run(sql`insert into audit_event (chain, sequence, at, actor, role, division_code, address, operation, object_kind, object_id,
      before_hash, after_hash, result, detail, previous_hash, hash)
    select chain, sequence, at, actor, role, "divisionCode", address, operation, "objectKind", "objectId", "beforeHash", "afterHash",
      result, detail::jsonb, "previousHash", hash
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (chain text, sequence bigint, at timestamptz, actor text,
      role text, "divisionCode" text, address text, operation text, "objectKind" text, "objectId" text, "beforeHash" text,
      "afterHash" text, result text, detail text, "previousHash" text, hash text)`);
}

class Undo extends Error {}

/** What a verifier says of a chain whose rows an administrator of the database has replaced; all of it is taken back. */
export async function verifyReplaced(
  db: Database,
  chain: string,
  events: readonly AuditEvent[],
  heads: readonly AuditHead[],
): Promise<ChainOutcome> {
  let outcome: ChainOutcome | undefined;
  await db
    .transaction(async (tx) => {
      await tx.run(sql`alter table audit_event disable trigger audit_event_appended_only`);
      await tx.run(sql`alter table audit_event drop constraint audit_event_chain_previous_hash_key`);
      await tx.run(sql`delete from audit_event where chain = ${chain}`);
      // Rows have no order but their number.
      await putEvents(
        tx,
        events.map((event, at) => ({ ...event, sequence: at + 1 })),
      );
      outcome = await verifyStoredChain(tx, chain, heads);
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return outcome!;
}

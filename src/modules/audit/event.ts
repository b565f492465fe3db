import { canonicalJson, type Json } from '../../kernel/index.ts';

/** What one write leaves behind. Hashes are those of the object's content before and after, where it has one. */
export interface AuditFact {
  /** Module and verb: `parcels.withdraw`. */
  readonly operation: string;
  /** `layerVersion`, `import`, `project`, … */
  readonly objectKind: string;
  readonly objectId: string;
  /** County of the object: it decides the chain. Null for what concerns no county. */
  readonly countyCode: string | null;
  readonly beforeHash?: string | null;
  readonly afterHash?: string | null;
  /** `done`, or the code of the refusal. */
  readonly result?: string;
  readonly detail?: Json;
}

/** An event as stored, in its chain. */
export interface AuditEvent {
  readonly chain: string;
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly role: string;
  readonly divisionCode: string;
  readonly operation: string;
  readonly objectKind: string;
  readonly objectId: string;
  readonly beforeHash: string | null;
  readonly afterHash: string | null;
  readonly result: string;
  readonly detail: Json;
  readonly previousHash: string;
  readonly hash: string;
}

/** Chain of what concerns no county. */
export const SYSTEM_CHAIN = 'system';

/** The hash before the first event of a chain. */
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/** The text an event's hash is taken over: all of it but the hash, its predecessor's hash included. */
export function hashedText(event: Omit<AuditEvent, 'hash'>): string {
  const { chain, sequence, at, actor, role, divisionCode, operation, objectKind, objectId } = event;
  const { beforeHash, afterHash, result, detail, previousHash } = event;
  return canonicalJson({
    chain,
    sequence,
    at,
    actor,
    role,
    divisionCode,
    operation,
    objectKind,
    objectId,
    beforeHash,
    afterHash,
    result,
    detail,
    previousHash,
  });
}

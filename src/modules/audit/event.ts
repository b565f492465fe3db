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
  /** `audit` for what is done to the audit itself (looks, exports, checks); else the county decides. */
  readonly chain?: typeof AUDIT_CHAIN;
  readonly beforeHash?: string | null;
  readonly afterHash?: string | null;
  /** `done`, or the code of the refusal. */
  readonly result?: string;
  /** Facts beside the object. `about`: identifiers of other objects the event belongs to the history of. */
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
  /** Network address; null for the program itself, the terminal, and events from before addresses were kept. */
  readonly address: string | null;
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

/** Chain of what is done to the audit itself: who watches the watchers reads this one. */
export const AUDIT_CHAIN = 'audit';

/** `result` of an event whose operation was carried out; anything else is the code of a refusal. */
export const DONE = 'done';

/** The hash before the first event of a chain. */
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/** The keys of an event in the order of canonical JSON. */
export const EVENT_KEYS = [
  'actor',
  'address',
  'afterHash',
  'at',
  'beforeHash',
  'chain',
  'detail',
  'divisionCode',
  'hash',
  'objectId',
  'objectKind',
  'operation',
  'previousHash',
  'result',
  'role',
  'sequence',
] as const satisfies readonly (keyof AuditEvent)[];

const text = JSON.stringify;
const orNull = (value: string | null): string => (value === null ? 'null' : text(value));

/**
 * Canonical JSON of an event, written out by hand because a million of them are checked in a minute: the same bytes as
 * `canonicalJson`. An absent address leaves no key, which is how events were hashed before there were addresses.
 */
function written(event: Omit<AuditEvent, 'hash'>, hash: string | null): string {
  const { address } = event;
  return `{"actor":${text(event.actor)},${address === null ? '' : `"address":${text(address)},`}"afterHash":${orNull(event.afterHash)},"at":${text(event.at)},"beforeHash":${orNull(event.beforeHash)},"chain":${text(event.chain)},"detail":${canonicalJson(event.detail)},"divisionCode":${text(event.divisionCode)},${hash === null ? '' : `"hash":${text(hash)},`}"objectId":${text(event.objectId)},"objectKind":${text(event.objectKind)},"operation":${text(event.operation)},"previousHash":${text(event.previousHash)},"result":${text(event.result)},"role":${text(event.role)},"sequence":${event.sequence}}`;
}

/** The text an event's hash is taken over: all of it but the hash, its predecessor's hash included. */
export function hashedText(event: Omit<AuditEvent, 'hash'>): string {
  return written(event, null);
}

/** An event as one line of an export, without the line's end. The same event is always the same bytes. */
export function eventLine(event: AuditEvent): string {
  return written(event, event.hash);
}

/** The text the hash of an exported event is taken over, cut out of its line: `line` must be one `eventOfLine` takes. */
export function hashedTextOfLine(line: string, event: Pick<AuditEvent, 'hash'>): string {
  const key = `"hash":"${event.hash}",`;
  // Keys behind it are none called hash, and inside texts quotes are escaped; only `detail`, before it, may hold one.
  const at = line.lastIndexOf(key);
  return line.slice(0, at) + line.slice(at + key.length);
}

const HASH = /^[0-9a-f]{64}$/;
const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);

/**
 * The event of a line of an export, or undefined where the line is not, byte for byte, what `eventLine` writes: another
 * spacing, a key twice, a key of one's own are not let through.
 */
export function eventOfLine(line: string): AuditEvent | undefined {
  let value: Partial<Record<keyof AuditEvent, unknown>>;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { chain, sequence, at, actor, role, divisionCode, operation, objectKind, objectId, result } = value;
  const { beforeHash, afterHash, detail, previousHash, hash } = value;
  const address = value.address ?? null;
  const texts = [chain, at, actor, role, divisionCode, operation, objectKind, objectId, result, previousHash, hash];
  if (!texts.every(isText) || !isTextOrNull(address) || !isTextOrNull(beforeHash) || !isTextOrNull(afterHash))
    return undefined;
  if (!Number.isSafeInteger(sequence) || !HASH.test(hash as string) || detail === undefined) return undefined;
  const event = { ...value, address } as AuditEvent;
  return eventLine(event) === line ? event : undefined;
}

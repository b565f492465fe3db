import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Random } from '../../src/kernel/index.ts';
import { keysWith } from '../../src/modules/audit/head-key.server.ts';
import {
  type AuditEvent,
  type AuditHead,
  eventLine,
  FIRST_PREVIOUS_HASH,
  hashedText,
  headLine,
} from '../../src/modules/audit/index.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const rehashed = (event: AuditEvent): AuditEvent => ({ ...event, hash: sha256(hashedText(event)) });

/** A chain made in memory, as the store would have written it. */
export function madeChain(chain: string, count: number, from = Date.parse('2026-01-01T00:00:00.000Z')): AuditEvent[] {
  const events: AuditEvent[] = [];
  let previousHash = FIRST_PREVIOUS_HASH;
  for (let i = 1; i <= count; i++) {
    const event = rehashed({
      chain,
      sequence: i,
      at: new Date(from + i * 1_000).toISOString(),
      actor: `用户${i % 7}`,
      role: i % 3 === 0 ? 'reviewer' : 'clerk',
      divisionCode: chain,
      address: i % 5 === 0 ? null : `10.0.${i % 256}.7`,
      operation: i % 2 === 0 ? 'parcels.saveLayerVersion' : 'intake.create',
      objectKind: 'layerVersion',
      objectId: `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
      beforeHash: i % 4 === 0 ? sha256(`before ${i}`) : null,
      afterHash: sha256(`after ${i}`),
      result: i % 11 === 0 ? 'NOT-ALLOWED' : 'done',
      detail: { features: i, role: 'parcels', note: '田畴 "x"' },
      previousHash,
      hash: '',
    });
    events.push(event);
    previousHash = event.hash;
  }
  return events;
}

/** A key of this moment, and the heads of events by number. */
export function signer(): {
  readonly publicKeys: ReadonlyMap<string, string>;
  head(event: AuditEvent, at?: string): AuditHead;
} {
  const keys = keysWith(generateKeyPairSync('ed25519').privateKey, new Map());
  return {
    publicKeys: keys.publicKeys,
    head: ({ chain, sequence, hash }, at = '2026-02-01T00:00:00.000Z') => keys.sign({ chain, sequence, hash, at }),
  };
}

/** From event `index` on, hashes and links made anew: what somebody does who knows how a chain is made. */
export function recomputed(events: readonly AuditEvent[], index: number): AuditEvent[] {
  const next = events.slice(0, index);
  for (const event of events.slice(index)) {
    const previousHash = next.at(-1)?.hash ?? FIRST_PREVIOUS_HASH;
    next.push(rehashed({ ...event, sequence: next.length + 1, previousHash }));
  }
  return next;
}

const FIELDS = [
  'at',
  'actor',
  'role',
  'divisionCode',
  'address',
  'operation',
  'objectKind',
  'objectId',
  'beforeHash',
  'afterHash',
  'result',
  'detail',
  'previousHash',
  'hash',
] as const;

/** An event with one field changed to something that fits its form. */
export function edited(event: AuditEvent, field: (typeof FIELDS)[number], random: Random): AuditEvent {
  const other = sha256(`other ${random.next()}`);
  switch (field) {
    case 'at':
      return { ...event, at: new Date(Date.parse(event.at) + 1 + random.integer(0, 999_999)).toISOString() };
    case 'address':
      return { ...event, address: event.address === null ? '10.9.9.9' : null };
    case 'beforeHash':
    case 'afterHash':
      return { ...event, [field]: event[field] === null || random.integer(0, 1) === 0 ? other : null };
    case 'previousHash':
    case 'hash':
      return { ...event, [field]: other };
    case 'detail':
      return { ...event, detail: random.integer(0, 1) === 0 ? null : { ...(event.detail as object), features: -1 } };
    default:
      return { ...event, [field]: `${event[field]}x` };
  }
}

export const TAMPERINGS = [
  ...FIELDS.map((field) => `edit ${field}` as const),
  'delete',
  'delete several',
  'insert a copy',
  'insert a forged event',
  'reorder',
  'cut the tail',
  'older copy',
  'recompute from a point',
  'delete and recompute',
  'insert and recompute',
  'all gone',
] as const;
export type Tampering = (typeof TAMPERINGS)[number];

export interface Tampered {
  readonly events: readonly AuditEvent[];
  /** Number of the first event that can be seen not to hold. */
  readonly firstBad: number;
}

/**
 * A chain tampered with, whose last event is the one signed. `firstBad` is what a verifier must name: where hashes were made anew,
 * the next signed head (`headAt`, the number of an earlier head, or the last).
 */
export function tamper(
  events: readonly AuditEvent[],
  kind: Tampering,
  random: Random,
  headAt: readonly number[],
): Tampered {
  const count = events.length;
  const i = random.integer(0, count - 1);
  const nextHead = (from: number): number => headAt.find((sequence) => sequence >= from) ?? count;
  const without = (from: number, many: number): AuditEvent[] => [
    ...events.slice(0, from),
    ...events.slice(from + many),
  ];
  const withEvent = (at: number, event: AuditEvent): AuditEvent[] => [
    ...events.slice(0, at),
    event,
    ...events.slice(at),
  ];
  if (kind.startsWith('edit ')) {
    const field = kind.slice(5) as (typeof FIELDS)[number];
    const changed = events.map((event, at) => (at === i ? edited(event, field, random) : event));
    return { events: changed, firstBad: i + 1 };
  }
  switch (kind) {
    case 'delete':
      return { events: without(i, 1), firstBad: i + 1 };
    case 'delete several': {
      const many = 1 + random.integer(0, count - i - 1);
      return { events: without(i, many), firstBad: i + 1 };
    }
    case 'insert a copy': {
      const copied = events[random.integer(0, count - 1)]!;
      // A copy of the event that stands here looks right; the event after it, which bears its number again, does not.
      return { events: withEvent(i, copied), firstBad: copied.sequence === i + 1 ? i + 2 : i + 1 };
    }
    case 'insert a forged event': {
      const forged = rehashed({ ...events[i]!, actor: 'forged' });
      return { events: withEvent(i, forged), firstBad: headAt.includes(i + 1) ? i + 1 : i + 2 };
    }
    case 'reorder': {
      const j = (i + 1 + random.integer(0, count - 2)) % count;
      const moved = [...events];
      [moved[i], moved[j]] = [moved[j]!, moved[i]!];
      return { events: moved, firstBad: Math.min(i, j) + 1 };
    }
    case 'cut the tail':
    case 'older copy': {
      const kept = 1 + random.integer(0, count - 2);
      return { events: events.slice(0, kept), firstBad: kept + 1 };
    }
    case 'recompute from a point': {
      const changed = events.map((event, at) => (at === i ? edited(event, 'actor', random) : event));
      return { events: recomputed(changed, i), firstBad: nextHead(i + 1) };
    }
    case 'delete and recompute': {
      const shorter = recomputed(without(i, 1), i);
      const head = nextHead(i + 1);
      return { events: shorter, firstBad: head <= shorter.length ? head : shorter.length + 1 };
    }
    case 'insert and recompute':
      return { events: recomputed(withEvent(i, { ...events[i]!, actor: 'forged' }), i), firstBad: nextHead(i + 1) };
    default:
      return { events: [], firstBad: 1 };
  }
}

export const linesOfEvents = (events: readonly AuditEvent[]): string[] => events.map(eventLine);
export const textOfHeads = (heads: readonly AuditHead[]): string => heads.map((head) => `${headLine(head)}\n`).join('');

import { localized, type Localized } from '../../kernel/index.ts';
import { type AuditEvent, FIRST_PREVIOUS_HASH, hashedText } from './event.ts';
import type { AuditHead } from './head.ts';

export type BreakCode =
  | 'AUDIT-SEQUENCE'
  | 'AUDIT-LINK'
  | 'AUDIT-CONTENT'
  | 'AUDIT-HEAD-DIFFERS'
  | 'AUDIT-HEAD-SIGNATURE'
  | 'AUDIT-HEAD-KEY'
  | 'AUDIT-HEAD-FORM'
  | 'AUDIT-TAIL-MISSING'
  | 'AUDIT-CHAIN-MISSING'
  | 'AUDIT-LINE-FORM';

/** The first thing that does not hold in a chain. */
export interface ChainBreak {
  readonly chain: string;
  readonly sequence: number;
  readonly code: BreakCode;
  readonly message: Localized;
}

export function chainBreak(chain: string, sequence: number, code: BreakCode, zh: string, en: string): ChainBreak {
  return { chain, sequence, code, message: localized(zh, en) };
}

export interface ChainCheckOptions {
  readonly chain: string;
  /** SHA-256 of a text, hex. */
  readonly sha256: (text: string) => string;
  /** Heads of this chain whose signatures hold. */
  readonly heads?: readonly AuditHead[];
  /** The events are a part of the chain: it may begin anywhere, and end before the newest head. */
  readonly part?: boolean;
}

/** Looks at a chain event by event, in order; keeps nothing but the last hash. */
export interface ChainCheck {
  /** Events that hold so far. */
  readonly events: number;
  readonly lastSequence: number;
  readonly lastHash: string;
  /** Newest sequence number a head was compared at. */
  readonly coveredTo: number;
  /** What is wrong with the next event, or null. `text`: what its hash is of, where the caller has it already. */
  take(event: AuditEvent, text?: string): ChainBreak | null;
  /** What is wrong with the end, after the last event. */
  end(): ChainBreak | null;
}

export function checkChain(options: ChainCheckOptions): ChainCheck {
  const { chain, sha256, part = false } = options;
  const heads = [...(options.heads ?? [])].sort((a, b) => a.sequence - b.sequence);
  let nextHead = 0;
  let events = 0;
  let sequence = 0;
  let previousHash = FIRST_PREVIOUS_HASH;
  let coveredTo = 0;

  const atHead = (event: AuditEvent): ChainBreak | null => {
    for (; nextHead < heads.length && heads[nextHead]!.sequence <= event.sequence; nextHead++) {
      const head = heads[nextHead]!;
      // Heads before the first event of a part speak of events that are not here.
      if (head.sequence < event.sequence) continue;
      if (head.hash !== event.hash) {
        return chainBreak(
          chain,
          event.sequence,
          'AUDIT-HEAD-DIFFERS',
          `第 ${event.sequence} 条与 ${head.at} 签名的链头不符：第 ${coveredTo + 1} 条至第 ${event.sequence} 条之间被改写。`,
          `Event ${event.sequence} is not the one signed at ${head.at}: events between ${coveredTo + 1} and ${event.sequence} were rewritten.`,
        );
      }
      coveredTo = event.sequence;
    }
    return null;
  };

  return {
    get events() {
      return events;
    },
    get lastSequence() {
      return sequence;
    },
    get lastHash() {
      return previousHash;
    },
    get coveredTo() {
      return coveredTo;
    },
    take(event, text = hashedText(event)) {
      if (part && events === 0) {
        sequence = event.sequence - 1;
        previousHash = event.previousHash;
      }
      const expected = sequence + 1;
      if (event.chain !== chain || event.sequence !== expected) {
        return chainBreak(
          chain,
          expected,
          'AUDIT-SEQUENCE',
          `应为第 ${expected} 条，却是第 ${event.sequence} 条：有记录被删除、插入或调换。`,
          `Event ${expected} is expected, ${event.sequence} is found: events were deleted, inserted or reordered.`,
        );
      }
      // Content before link: of an event changed and hashed anew, the next one's link is what breaks.
      if (sha256(text) !== event.hash) {
        return chainBreak(
          chain,
          expected,
          'AUDIT-CONTENT',
          `第 ${expected} 条的内容与其哈希不符：内容被改动。`,
          `The content of event ${expected} does not give its hash: it was changed.`,
        );
      }
      if (event.previousHash !== previousHash) {
        return chainBreak(
          chain,
          expected,
          'AUDIT-LINK',
          `第 ${expected} 条没有接在第 ${expected - 1} 条之后：前一条被改写，或此条来自别处。`,
          `Event ${expected} does not follow event ${expected - 1}: that one was rewritten, or this one is from elsewhere.`,
        );
      }
      sequence = expected;
      previousHash = event.hash;
      events++;
      return atHead(event);
    },
    end() {
      const beyond = part ? undefined : heads.find((head) => head.sequence > sequence);
      if (beyond === undefined) return null;
      return chainBreak(
        chain,
        sequence + 1,
        events === 0 ? 'AUDIT-CHAIN-MISSING' : 'AUDIT-TAIL-MISSING',
        `链止于第 ${sequence} 条，而 ${beyond.at} 签名的链头已到第 ${beyond.sequence} 条：末尾被截去，或恢复了旧副本。`,
        `The chain ends with event ${sequence}, but a head signed at ${beyond.at} knows event ${beyond.sequence}: the tail was cut off, or an older copy was restored.`,
      );
    },
  };
}

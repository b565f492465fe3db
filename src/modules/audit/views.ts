import type { Localized } from '../../kernel/index.ts';
import type { AuditEvent } from './event.ts';
import type { AuditHead } from './head.ts';

/** GET /api/audit/chains → the chains one may read, `system` and `audit` first, then counties by code. */
export interface ChainView {
  /** `system`, `audit`, or a county code. */
  readonly chain: string;
  /** Number of the last event, which is their count: numbers begin at 1 and have no gap. */
  readonly events: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly lastHash: string;
  /** The newest signed head; null where none was made yet. */
  readonly head: { readonly sequence: number; readonly at: string } | null;
}

/** One event; `result` is `done` or the code of a refusal. */
export type AuditEventView = AuditEvent;

/**
 * GET /api/audit/events?chain=&from=&to=&actor=&operation=&objectKind=&objectId=&result=&before=&limit= → newest first.
 * `from` and `to`: yyyy-mm-dd (whole days, UTC) or ISO times. `operation`: whole, or a beginning that ends in a dot (`parcels.`).
 * `result`: `done`, `refused` (all but done), or a code. `objectId`: also events that speak of the object beside their own.
 */
export interface AuditPage {
  readonly events: readonly AuditEventView[];
  /** Give it as `before` for the next page; null where there is none. */
  readonly next: string | null;
}

/** GET /api/audit/events/:chain/:sequence → one event with what proves it. */
export interface AuditEventDetail {
  readonly event: AuditEventView;
  /** The text its hash is the SHA-256 of. */
  readonly hashedText: string;
  /** Its content gives its hash, and it follows the event before it. */
  readonly holds: boolean;
  /** The earliest signed head that covers it, or null. */
  readonly coveredBy: AuditHead | null;
}

/** What is wrong at one place of a chain. */
export interface BreakView {
  readonly chain: string;
  /** Number of the first event that does not hold; of the first missing one where the tail was cut off. */
  readonly sequence: number;
  /** AUDIT-SEQUENCE, AUDIT-LINK, AUDIT-CONTENT, AUDIT-HEAD-DIFFERS, AUDIT-TAIL-MISSING, AUDIT-HEAD-SIGNATURE, … */
  readonly code: string;
  readonly message: Localized;
  /** Line of the file, where a file was checked. */
  readonly line?: number;
}

/** POST /api/audit/verify {chain} → every event looked at again, against the signed heads in the database and beside it. */
export interface VerificationView {
  readonly chain: string;
  readonly events: number;
  readonly heads: number;
  /** Number of the newest event a signed head covers; younger ones could be cut off unseen until the next head. */
  readonly coveredTo: number;
  readonly lastHash: string;
  /** Null: everything holds. */
  readonly firstBad: BreakView | null;
  readonly milliseconds: number;
}

/** GET /api/audit/heads?chain=&limit= → newest first. */
export interface HeadsView {
  readonly heads: readonly AuditHeadView[];
  /** Public halves of the keys, PEM, by key id: for `tianchou audit verify --key`. */
  readonly keys: readonly { readonly keyId: string; readonly publicKey: string }[];
}

export interface AuditHeadView extends AuditHead {
  /** The day it was signed on (UTC), for printing. */
  readonly day: string;
  readonly signatureHolds: boolean;
}

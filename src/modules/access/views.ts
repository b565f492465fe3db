import type { DivisionLevel, Localized, Refusal } from '../../kernel/index.ts';

/** Body of every reply with status 4xx or 5xx, whatever the route. Never empty; the first one is what to show largest. */
export interface RefusalReply {
  readonly refusals: readonly Refusal[];
}

/** GET /api/status → what the frame of every screen shows. */
export interface StatusView {
  readonly version: string;
  /** `embedded` is not safe against power loss: the frame says so on every screen. */
  readonly database: 'embedded' | 'postgresql';
  /** The database holds the demo county (fictitious data). */
  readonly demo: boolean;
  /** A data set being loaded at start, 0 … 1, or null. */
  readonly loading: number | null;
  /** An administrator switched an outside base map on; it comes through /api/basemap/{z}/{x}/{y}. */
  readonly basemap: boolean;
}

export type * from './session-views.ts';
export type * from './organisation-views.ts';

/**
 * GET /api/divisions?level=county&parent=CODE (both optional; `parent`: all parts of it, at every depth) → DivisionView[] inside
 * one's own division: for pickers and scope.
 */
export interface DivisionView {
  readonly code: string;
  readonly name: Localized;
  readonly parentCode: string | null;
  readonly level: DivisionLevel;
}

/** What the main thread and the thread of the embedded engine say to each other. */
export interface EmbeddedStart {
  /** Data directory, or null for a database in memory. */
  readonly folder: string | null;
  readonly postgis: string;
  readonly template: string;
}

export type EmbeddedRequest =
  | { readonly id: number; readonly kind: 'query'; readonly text: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly kind: 'script'; readonly text: string }
  | { readonly id: number; readonly kind: 'close' };

export interface EmbeddedFailure {
  readonly message: string;
  readonly code: string | null;
  readonly constraint: string | null;
  readonly detail: string | null;
}

export type EmbeddedReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly failure: EmbeddedFailure }
  | { readonly kind: 'answer'; readonly id: number; readonly rows: readonly unknown[]; readonly affected: number }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: EmbeddedFailure };

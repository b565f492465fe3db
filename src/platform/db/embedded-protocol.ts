import type { MessagePort } from 'node:worker_threads';
import type { Priority } from './handle.ts';

/** What the main thread and the thread of the embedded engine say to each other. */
export interface EmbeddedStart {
  /** Data directory, or null for a database in memory. */
  readonly folder: string | null;
  readonly postgis: string;
  readonly template: string;
}

/** A statement waits in the thread of the engine, so that the most urgent of all threads goes first. */
export interface EmbeddedStatement {
  readonly id: number;
  readonly kind: 'query' | 'script';
  /** 0: by itself. Else the session: with its first statement it takes the one connection, until it is released. */
  readonly session: number;
  readonly priority: Priority;
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export type EmbeddedRequest =
  | EmbeddedStatement
  | { readonly kind: 'release'; readonly session: number }
  /** Another thread that uses the database; from the thread that opened it alone. */
  | { readonly kind: 'connect'; readonly port: MessagePort }
  | { readonly kind: 'close'; readonly id: number };

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

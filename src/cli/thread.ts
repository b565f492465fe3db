import type { Language } from '../kernel/index.ts';

/** What the main thread gives the thread that runs a command. */
export interface CommandTask {
  readonly args: readonly string[];
  readonly language: Language;
  readonly version: string;
  /** Standard error is a terminal. */
  readonly live: boolean;
  /** One 32-bit word; not 0 once the user wants to stop. */
  readonly cancel: SharedArrayBuffer;
}

/** What that thread says. `end` is the last. */
export type CommandMessage =
  | { readonly kind: 'out'; readonly text: string }
  | { readonly kind: 'err'; readonly text: string }
  | { readonly kind: 'unfinished'; readonly path: string }
  | { readonly kind: 'end'; readonly code: number };

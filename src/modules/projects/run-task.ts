import type { LayerRole, Refusal } from '../../kernel/index.ts';
import type { EncodedBatch } from '../parcels/index.ts';

/** A layer version as a run reads it. */
export interface RunLayer {
  readonly role: LayerRole;
  readonly layerVersionId: string;
  readonly sourceName: string;
  readonly sourceHash: string;
  readonly asOf: string;
  readonly epsg: number;
  readonly batches: readonly EncodedBatch[];
}

/** Everything a run needs, as plain data: the thread that computes it has no database. */
export interface RunTask {
  readonly layers: readonly RunLayer[];
  readonly plan: { readonly path: string; readonly hash: string };
  /** Canonical bytes of the pack, and the hash they are stored under. */
  readonly pack: { readonly hash: string; readonly text: string };
  /** Empty folder the files are written to. */
  readonly folder: string;
}

export type RunOutcome =
  | { readonly ok: true; readonly inputHash: string; readonly files: readonly string[] }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

/** What a run computes with; the server names the worker, since documents stand above projects. */
export interface RunWorker {
  readonly name: string;
}

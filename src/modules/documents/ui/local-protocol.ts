import type { LayerRole, Localized, Problem, Refusal } from '../../../kernel/index.ts';
import type { CrsEvidence, EncodingEvidence } from '../../intake/views.ts';
import type { HelperTask, KernelVariant } from '../../../web/kernel/kernel-host.ts';

/** What a file is for; `own`: a zone layer of the user's own, by the name of its file. */
export type LocalRole = LayerRole | 'own';

/** A dropped file, and those that lie beside it (the parts of a bare shapefile). */
export interface LocalFile {
  readonly id: string;
  readonly file: File;
  readonly beside: readonly File[];
}

/** What looking into a file tells. */
export interface FileLook {
  readonly format: string;
  readonly layerName: string;
  readonly featureCount: number | null;
  readonly fields: readonly string[];
  readonly crs: CrsEvidence;
  readonly encoding: EncodingEvidence | null;
  readonly role: LocalRole | null;
}

export interface ChosenFile extends LocalFile {
  readonly role: LocalRole;
  /** EPSG code a person gave. */
  readonly crs: number | null;
}

export interface RunOrder {
  readonly files: readonly ChosenFile[];
  readonly pack: { readonly hash: string; readonly text: string };
}

/** How a file was understood when it was read for the run. */
export interface FileEvidence {
  readonly id: string;
  readonly name: string;
  readonly sha256: string;
  readonly features: number;
  readonly crs: CrsEvidence;
  readonly encoding: EncodingEvidence | null;
  /** Errors and warnings, at most a hundred, and how many there are. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

export interface LocalOutcome {
  readonly balanceText: string;
  readonly findingsText: string;
  readonly inputHash: string;
  /** FeatureCollection of the plan, and of the parcels it reaches, in EPSG 4490. */
  readonly planGeojson: string;
  readonly planBox: readonly [number, number, number, number] | null;
  readonly projectName: string | null;
  readonly parcels: ReachedOutlines;
  readonly facts: readonly { readonly name: Localized; readonly value: Localized }[];
  readonly problems: readonly Problem[];
  readonly files: readonly FileEvidence[];
  readonly milliseconds: { readonly read: number; readonly compute: number };
}

/** Outlines of the parcels a plan reaches, flat. */
export interface ReachedOutlines {
  readonly featureNos: Uint32Array;
  readonly lonLat: Float64Array;
  readonly ringStarts: Uint32Array;
  readonly ringRoles: Uint8Array;
  readonly featureRings: Uint32Array;
}

/** What the thread is sent. */
export type ToThread =
  | {
      readonly kind: 'prepare';
      readonly script: string;
      readonly module: object | null;
      readonly variant: KernelVariant;
      readonly threads: number;
    }
  | { readonly kind: 'look'; readonly file: LocalFile; readonly crs: number | null }
  | { readonly kind: 'run'; readonly order: RunOrder }
  | { readonly kind: 'help'; readonly task: HelperTask };

export type Computing = KernelVariant | 'plain';

/** What the thread says. */
export type FromThread =
  | { readonly kind: 'ready'; readonly computing: Computing; readonly threads: number }
  | { readonly kind: 'looked'; readonly id: string; readonly look: FileLook }
  | { readonly kind: 'notLooked'; readonly id: string; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'progress'; readonly phase: Localized; readonly fraction: number }
  | { readonly kind: 'done'; readonly outcome: LocalOutcome }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

import type { ReadOptions } from '../../../src/modules/intake/server.ts';

/** One awkward file and what must become of it: a refusal with its code, or features with the repairs that were stated. */
export interface CorpusCase {
  readonly name: string;
  readonly file: string;
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
  readonly options?: ReadOptions;
  readonly expected: { readonly refused: string } | Accepted;
}

export interface Accepted {
  /** Rules of all warnings and errors, each once, sorted. */
  readonly rules: readonly string[];
  readonly epsg: number;
  /** Number of features, and of those that have a geometry. */
  readonly features: number;
  readonly withGeometry?: number;
  /** Areas in the plane of the file (m², rounded) of the features with geometry, where the CRS is in metres. */
  readonly squareMetres?: readonly number[];
}

/** The triangle every sound parcel of the corpus has: 60,000 m² in zone 36, as point rows [id, ring, north, east]. */
export const TRIANGLE: readonly (readonly [string, number, number, number])[] = [
  ['J1', 1, 2428000, 36560000],
  ['J2', 1, 2428300, 36560000],
  ['J3', 1, 2428000, 36560400],
  ['J1', 1, 2428000, 36560000],
];

/** The same triangle moved north by a number of kilometres. */
export function triangleAt(kilometres: number): (readonly [string, number, number, number])[] {
  return TRIANGLE.map(([id, ring, north, east]) => [id, ring, north + 1000 * kilometres, east]);
}

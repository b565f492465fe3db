import type { AreaDm2, Localized } from '../kernel/index.ts';

/** A CGCS2000 coordinate reference system the product reads. */
export type Crs =
  | { readonly epsg: 4490; readonly kind: 'geographic' }
  | {
      readonly epsg: number;
      /** Strip width in degrees. */
      readonly kind: 'gauss3' | 'gauss6';
      /** Zone number in its own strip system (3°: longitude / 3; 6°: (longitude + 3) / 6). */
      readonly zone: number;
      readonly centralMeridianDegrees: number;
      /** Easting to take off before use: 500,000, with the zone prefix zone × 1,000,000 + 500,000. */
      readonly falseEasting: number;
    };

/** The one 3° zone a run works in: edges are straight in this plane. */
export interface RunZone {
  readonly zone: number;
  readonly centralMeridianDegrees: number;
}

/**
 * A layer brought to the equal-area plane of a run: planar shoelace areas are ellipsoidal areas in m².
 * Edges longer than 70 m in the run's Gauss–Krüger plane are split there first, so it has more vertices than its source.
 */
export interface PlaneLayer {
  readonly zone: RunZone;
  /** Origin of the plane, degrees; layers that meet in one computation share it. */
  readonly origin: readonly [longitude: number, latitude: number];
  /** x0,y0,x1,y1,… metres, x east, y north of the origin. Rings open. */
  readonly xy: Float64Array;
  readonly ringStarts: Uint32Array;
  readonly featureRings: Uint32Array;
  /** +1 where the ring as stored adds with its stored orientation, −1 where it must be reversed: role × orientation. */
  readonly ringSigns: Int8Array;
  /** Area of each feature in the plane, m² (outer minus inner rings). */
  readonly areas: Float64Array;
  /** minX,minY,maxX,maxY per feature. */
  readonly boxes: Float64Array;
}

/** The area every pair of a parcel and a zone shares; rows in parcel order, then zone order. */
export interface Tabulation {
  readonly parcels: Uint32Array;
  readonly zones: Uint32Array;
  /** m², before closing; pairs that share no area are not listed. */
  readonly areas: Float64Array;
}

/** A ring or feature that cannot be computed with. `rule` is a stable id such as `geometry.self-crossing`. */
export interface GeometryDefect {
  readonly rule: string;
  /** Index in the layer (not the number in the file). */
  readonly feature: number;
  readonly ring: number;
  /** x, y in the layer's own coordinates. */
  readonly at: readonly [number, number];
  readonly message: Localized;
}

/** Official area (图斑椭球面积) of one feature. */
export interface OfficialArea {
  /** Unrounded, m². */
  readonly squareMetres: number;
  /** Rounded to 0.01 m² as the standard orders. */
  readonly areaDm2: AreaDm2;
}

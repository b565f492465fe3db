/** The part of @mapbox/vector-tile 1.3 the tests use; the package brings no types of its own. */
declare module '@mapbox/vector-tile' {
  interface Point {
    readonly x: number;
    readonly y: number;
  }
  export interface VectorTileFeature {
    readonly id: number | undefined;
    readonly type: number;
    readonly properties: Readonly<Record<string, string | number | boolean>>;
    loadGeometry(): Point[][];
    toGeoJSON(x: number, y: number, z: number): unknown;
  }
  export interface VectorTileLayer {
    readonly name: string;
    readonly version: number;
    readonly extent: number;
    readonly length: number;
    feature(index: number): VectorTileFeature;
  }
  export class VectorTile {
    constructor(reader: unknown);
    readonly layers: Readonly<Record<string, VectorTileLayer>>;
  }
}

import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../kernel/index.ts';
import {
  addPiece,
  BUFFER,
  EXTENT,
  MAX_ZOOM,
  outlineOf,
  pieceOf,
  PyramidBuilder,
  RingBuffer,
  type TileAddress,
  TileCutter,
} from './index.ts';

const NAMES = { features: 'features', labels: 'labels' };
const SEED = 20_261_121;

/** A cover without gaps: a grid whose corners are shaken and whose borders wind, each written by both its neighbours. */
function windingGrid(columns: number, rows: number, west: number, south: number, size: number, winds: number) {
  const random = seededRandom(SEED);
  const shaken = Array.from({ length: (columns + 1) * (rows + 1) }, (_, i) => [
    west + (i % (columns + 1)) * size + (random.next() - 0.5) * 0.6 * size,
    south + Math.floor(i / (columns + 1)) * size + (random.next() - 0.5) * 0.6 * size,
  ]);
  const borders = new Map<string, number[][]>();
  const border = (a: number, b: number): number[][] => {
    if (a > b) return border(b, a).toReversed();
    const known = borders.get(`${a} ${b}`);
    if (known !== undefined) return known;
    const made = Array.from({ length: winds }, (_, k) => {
      const share = (k + 1) / (winds + 1);
      return [0, 1].map(
        (axis) =>
          shaken[a]![axis]! + (shaken[b]![axis]! - shaken[a]![axis]!) * share + (random.next() - 0.5) * 0.05 * size,
      );
    });
    borders.set(`${a} ${b}`, made);
    return made;
  };
  return Array.from({ length: columns * rows }, (_, cell) => {
    const a = Math.floor(cell / columns) * (columns + 1) + (cell % columns);
    const corners = [a, a + 1, a + columns + 2, a + columns + 1];
    return corners.flatMap((corner, k) => [shaken[corner]!, ...border(corner, corners[(k + 1) % 4]!)]).flat();
  });
}

function build(features: readonly number[][]) {
  const builder = new PyramidBuilder(NAMES);
  const rings = new RingBuffer();
  features.forEach((ring, no) => {
    const facts = { no, id: `F${no}`, class: ['0101', '0301', '1006'][no % 3]!, label: null, weight: 1 };
    const outline = outlineOf(facts, Float64Array.from(ring), [0, ring.length / 2], [true], rings);
    if (outline !== undefined) builder.add(outline, rings);
  });
  return [...builder.build()];
}

/** Twice the area of all polygons of a tile together, outer rings less inner ones. */
function coveredTwice(tile: Uint8Array): number {
  const layer = new VectorTile(new PbfReader(tile)).layers['features']!;
  let sum = 0;
  for (let i = 0; i < layer.length; i++) {
    for (const ring of layer.feature(i).loadGeometry()) {
      for (let k = 0; k + 1 < ring.length; k++) sum += ring[k]!.x * ring[k + 1]!.y - ring[k + 1]!.x * ring[k]!.y;
    }
  }
  return sum;
}

const middle = ({ z, x, y }: TileAddress, z0: number): TileAddress => ({
  z: z0,
  x: (x * 2 ** z0) >> z,
  y: (y * 2 ** z0) >> z,
});

describe('pyramid', () => {
  // 0.3° × 0.3° of parcels some 500 m wide, sixty points each: tiles from zoom 11 on lie wholly inside.
  const built = build(windingGrid(60, 60, 108.3, 21.9, 0.005, 14));

  it(`leaves neither gap nor overlap along any shared border, at any zoom (seed ${SEED})`, () => {
    const whole = 2 * (EXTENT + 2 * BUFFER) ** 2;
    let inside = 0;
    for (const { tile, content, kind } of built) {
      if (tile.z < 11 || !isInterior(tile)) continue;
      const covered = coveredTwice(kind === 'tile' ? content : cut(middle(tile, 15), content));
      inside++;
      expect(covered, `${tile.z}/${tile.x}/${tile.y}`).toBe(whole);
    }
    expect(inside).toBeGreaterThan(100);
  });

  it('draws every feature of half a pixel and more from zoom 11 on', () => {
    const small = build(windingGrid(100, 100, 108.3, 21.9, 0.0006, 3));
    for (const z of [11, 12, 13]) {
      const seen = new Set<number>();
      for (const { tile, content } of small) {
        if (tile.z !== z) continue;
        const layer = new VectorTile(new PbfReader(content)).layers['features']!;
        for (let i = 0; i < layer.length; i++) {
          const { id } = layer.feature(i);
          if (id !== undefined) seen.add(id);
        }
      }
      expect(seen.size, `zoom ${z}`).toBe(100 * 100);
    }
  });

  it('cuts tiles of full detail out of pieces, exact to a unit', () => {
    const piece = built.find(({ kind, tile }) => kind === 'piece' && isInterior(tile))!;
    const tile = middle(piece.tile, MAX_ZOOM);
    expect(pieceOf(tile)).toEqual(piece.tile);
    expect(coveredTwice(cut(tile, piece.content))).toBe(2 * (EXTENT + 2 * BUFFER) ** 2);
  });

  it('covers at low zooms what its features cover', () => {
    for (const z of [7, 8, 9, 10]) {
      const covered = built
        .filter(({ tile }) => tile.z === z)
        .reduce((sum, { content }) => sum + coveredTwice(content) / 2, 0);
      const unit = 360 / 2 ** z / EXTENT;
      const expected = (0.3 / unit) * (0.3 / unit / Math.cos((22.05 * Math.PI) / 180));
      expect(covered / expected, `zoom ${z}`).toBeGreaterThan(0.95);
      expect(covered / expected, `zoom ${z}`).toBeLessThan(z < 9 ? 1.2 : 1.35);
    }
  });
});

function cut(tile: TileAddress, piece: Uint8Array): Uint8Array {
  const cutter = new TileCutter(tile, NAMES);
  addPiece(cutter, tile, piece);
  return cutter.finish();
}

/** Whether a tile with its margin lies well inside the grid of the first test. */
function isInterior({ z, x, y }: TileAddress): boolean {
  const lon = (at: number): number => (at / 2 ** z) * 360 - 180;
  const lat = (at: number): number => (Math.atan(Math.sinh(Math.PI * (1 - (2 * at) / 2 ** z))) * 180) / Math.PI;
  const margin = 0.05;
  return (
    lon(x - margin) > 108.305 &&
    lon(x + 1 + margin) < 108.595 &&
    lat(y + 1 + margin) > 21.905 &&
    lat(y - margin) < 22.195
  );
}

import type { FeatureBatch } from '../../src/kernel/index.ts';

/** A made-up layer for tests: `columns` × `rows` squares of `size` degrees from (west, south), numbered row by row. */
export interface Squares {
  readonly columns: number;
  readonly rows: number;
  readonly west: number;
  readonly south: number;
  readonly size: number;
  readonly batchFeatures?: number;
}

const CLASSES = ['0101', '0103', '0301', '0702'];

/** Squares with survey attributes (BSM, DLBM, ZLDWDM, TBMJ); every tenth has a hole, one in 97 has no geometry. */
export function* squareBatches(squares: Squares): Generator<FeatureBatch> {
  const { columns, rows, west, south, size, batchFeatures = 500 } = squares;
  for (let first = 0; first < columns * rows; first += batchFeatures) {
    const count = Math.min(batchFeatures, columns * rows - first);
    const coords: number[] = [];
    const ringStarts = [0];
    const ringRoles: number[] = [];
    const featureRings = [0];
    const ring = (x: number, y: number, side: number, role: number): void => {
      coords.push(x, y, x + side, y, x + side, y + side, x, y + side);
      ringStarts.push(coords.length / 2);
      ringRoles.push(role);
    };
    for (let no = first; no < first + count; no++) {
      const x = west + (no % columns) * size;
      const y = south + Math.floor(no / columns) * size;
      if (no % 97 !== 96) {
        ring(x, y, size, 0);
        if (no % 10 === 0) ring(x + size / 4, y + size / 4, size / 2, 1);
      }
      featureRings.push(ringRoles.length);
    }
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    yield {
      featureNos: Uint32Array.from(numbers),
      coords: Float64Array.from(coords),
      ringStarts: Uint32Array.from(ringStarts),
      ringRoles: Uint8Array.from(ringRoles),
      featureRings: Uint32Array.from(featureRings),
      columns: [
        { name: 'BSM', values: numbers.map((no) => `3304810000${String(no).padStart(8, '0')}`) },
        { name: 'DLBM', values: numbers.map((no) => CLASSES[no % CLASSES.length]!) },
        { name: 'ZLDWDM', values: numbers.map((no) => `33048110000${no % 3}0000000`) },
        { name: 'TBMJ', values: numbers.map((no) => no + 0.25) },
      ],
      problems: [],
    };
  }
}

import { describe, expect, it } from 'vitest';
import { type FeatureBatch, seededRandom } from '../../kernel/index.ts';
import { decodeBatch, encodeBatch } from './batch-codec.ts';

function randomBatch(seed: number): FeatureBatch {
  const random = seededRandom(seed);
  const coords: number[] = [];
  const ringStarts = [0];
  const ringRoles: number[] = [];
  const featureRings = [0];
  const featureNos: number[] = [];
  const features = random.integer(0, 20);
  for (let f = 0; f < features; f++) {
    featureNos.push(f * 3 + random.integer(0, 2));
    for (let r = random.integer(0, 3); r > 0; r--) {
      for (let v = random.integer(0, 9); v > 0; v--) coords.push(random.normal() * 1e7, random.normal() * 1e-7);
      ringStarts.push(coords.length / 2);
      ringRoles.push(random.integer(0, 1));
    }
    featureRings.push(ringRoles.length);
  }
  return {
    featureNos: Uint32Array.from(featureNos),
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: Uint8Array.from(ringRoles),
    featureRings: Uint32Array.from(featureRings),
    columns: [
      { name: 'DLBM', values: featureNos.map(() => random.pick(['0101', '1106', null, '"\\\n田'])) },
      { name: 'TBMJ', values: featureNos.map(() => random.next() * 1e5) },
    ],
    problems: [],
  };
}

describe('batch codec', () => {
  it('gives back every bit of 300 random batches, also from the middle of a buffer', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const batch = randomBatch(seed);
      const encoded = encodeBatch(batch);
      const shifted = new Uint8Array(encoded.payload.length + 3);
      shifted.set(encoded.payload, 3);
      for (const payload of [encoded.payload, shifted.subarray(3)]) {
        expect(decodeBatch({ payload, columns: encoded.columns }), `seed ${seed}`).toEqual(batch);
      }
    }
  });

  it('keeps −0, the smallest double and the last bit', () => {
    const coords = Float64Array.of(-0, 5e-324, 0.1 + 0.2, 38_500_000.000000007, 1, Number.MAX_VALUE);
    const batch: FeatureBatch = {
      featureNos: Uint32Array.of(7),
      coords,
      ringStarts: Uint32Array.of(0, 3),
      ringRoles: Uint8Array.of(0),
      featureRings: Uint32Array.of(0, 1),
      columns: [],
      problems: [],
    };
    const back = decodeBatch(encodeBatch(batch)).coords;
    expect(new Uint8Array(back.buffer)).toEqual(new Uint8Array(coords.buffer));
  });

  it('refuses bytes that are no batch', () => {
    const encoded = encodeBatch(randomBatch(5));
    expect(() => decodeBatch({ ...encoded, payload: encoded.payload.subarray(1) })).toThrow();
    expect(() => decodeBatch({ ...encoded, payload: encoded.payload.subarray(0, -1) })).toThrow();
    expect(() => decodeBatch({ ...encoded, payload: new Uint8Array(0) })).toThrow();
  });
});

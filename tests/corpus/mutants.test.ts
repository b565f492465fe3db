import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/kernel/index.ts';
import { readLayer } from '../../src/modules/intake/server.ts';
import { createKit, json, parcels, type Kit } from './kit.ts';

/**
 * Good files with bytes changed at random: whatever comes of it, it is a layer or a refusal with a code, soon, and never
 * an exception. TIANCHOU_MUTANTS sets the number per format, TIANCHOU_SEED the first seed; a failure prints its own.
 */
const COUNT = Number(process.env.TIANCHOU_MUTANTS ?? 60);
const SEED = Number(process.env.TIANCHOU_SEED ?? 1);
const LONGEST_MS = 10_000;

let kit: Kit;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tianchou-mutants-'));
  kit = createKit(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const random = seededRandom(seed);
  let copy = new Uint8Array(bytes);
  const changes = 1 + random.integer(0, 8);
  for (let c = 0; c < changes; c++) {
    const at = random.integer(0, copy.length - 1);
    const kind = random.integer(0, 5);
    if (kind === 0) copy[at] = random.integer(0, 255);
    else if (kind === 1) copy.fill(random.pick([0, 0xff, 0x7f, 0x80]), at, at + random.integer(1, 8));
    else if (kind === 2) copy[at]! ^= 1 << random.integer(0, 7);
    else if (kind === 3) copy.copyWithin(at, random.integer(0, copy.length - 1), copy.length);
    else if (kind === 4) copy = copy.slice(0, Math.max(1, at));
    else
      copy.set(
        new Uint8Array(new Float64Array([random.pick([Number.NaN, Infinity, 1e300, -1, 0])]).buffer).subarray(
          0,
          copy.length - at,
        ),
        at,
      );
  }
  return copy;
}

const SOURCES: readonly [string, (seed: number) => Promise<string>][] = [
  [
    'shapefile',
    async (seed) => {
      const parts = await kit.shapefile(seed % 2 === 0 ? 'utf8' : 'gbk');
      const names = Object.keys(parts).filter((part) => part !== 'qpj');
      const spoilt = names[seed % names.length]!;
      return kit.zip(
        'm.zip',
        Object.fromEntries(
          names.map((part) => [`DLTB.${part}`, part === spoilt ? mutate(parts[part]!, seed) : parts[part]!]),
        ),
      );
    },
  ],
  [
    'zip',
    async (seed) => {
      const parts = await kit.shapefile('utf8');
      return kit.file(
        'm.zip',
        mutate(
          zipSync(Object.fromEntries(Object.entries(parts).map(([part, bytes]) => [`DLTB.${part}`, bytes]))),
          seed,
        ),
      );
    },
  ],
  ['geopackage', async (seed) => kit.file('m.gpkg', mutate(await kit.good('gpkg'), seed))],
  ['geojson', (seed) => kit.file('m.geojson', mutate(new TextEncoder().encode(json(parcels())), seed))],
  [
    'flatgeobuf',
    async (seed) => kit.file('m.fgb', mutate(await kit.good(seed % 2 === 0 ? 'fgb' : 'fgb-indexed'), seed)),
  ],
];

describe.each(SOURCES)('mutants: %s', (_, make) => {
  it(`${COUNT} mutants give a layer or a refusal`, async () => {
    let refused = 0;
    for (let seed = SEED; seed < SEED + COUNT; seed++) {
      const path = await make(seed);
      const begun = performance.now();
      let result: Awaited<ReturnType<typeof readLayer>>;
      try {
        result = await readLayer(path);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).stack}`, { cause: error });
      }
      expect(performance.now() - begun, `seed ${seed}`).toBeLessThan(LONGEST_MS);
      if (result.ok) {
        expect(result.value.layer.coords.every(Number.isFinite), `seed ${seed}`).toBe(true);
        continue;
      }
      refused++;
      for (const { code } of result.error) expect(code, `seed ${seed}`).toMatch(/^INTAKE_[A-Z_]+$/);
    }
    // Both outcomes are met, or the mutants prove nothing.
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(COUNT);
  }, 300_000);
});

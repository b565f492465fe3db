import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUZZED_FORMATS, makeCase, seedsOf, type CaseKey, type FuzzedFormat } from './formats.ts';
import { bundleChild, describeFinding, mutantKeys, runCases, seedKeys } from './run.ts';

/**
 * No file can hurt us: whatever is handed in is read, or refused with a code, a place, what is wrong and what to do in both
 * languages; soon, within a gigabyte, and nothing is left behind. Here: two hundred seeds a format or more, and 2,000 mutants
 * over all formats. `npm run drill:fuzz` reads every seed and any number of mutants.
 */
const MUTANTS: Readonly<Record<FuzzedFormat, number>> = {
  shapefile: 300,
  geopackage: 250,
  geojson: 300,
  flatgeobuf: 300,
  filegdb: 100,
  'boundary-txt': 200,
  csv: 200,
  xlsx: 250,
  plan: 100,
};
const FEWEST_SEEDS = 200;
/** Other tests share the machine; the drill, which has it alone, takes 30 seconds for a hang. */
const PATIENCE_MS = 90_000;

/** Every seed where there are little more than needed, else every second; all that are sound; a million points where they are read fast. */
function fastSeeds(format: FuzzedFormat): CaseKey[] {
  const seeds = seedsOf(format);
  const light = seedKeys(format).filter((key) => seeds[key.number]!.heavy !== true);
  const every = light.length >= 2 * FEWEST_SEEDS ? 2 : 1;
  const million = /geojson|boundary|csv|xlsx|plan/.test(format)
    ? -1
    : seeds.findIndex(({ name }) => name.includes('a million points'));
  return [
    ...light.filter((key) => key.number < 12 || key.number % every === 0),
    ...(million < 0 ? [] : [{ kind: 'seed', number: million } as const]),
  ];
}

let child: Awaited<ReturnType<typeof bundleChild>>;
beforeAll(async () => {
  child = await bundleChild();
});
afterAll(() => child.drop());

describe.each(FUZZED_FORMATS)('hostile files: %s', (format) => {
  it(`${FEWEST_SEEDS} seeds and more, each another file, are read or refused, none hurts`, async () => {
    const keys = fastSeeds(format);
    const tally = await runCases(child.path, format, keys, { pageEvery: 4, patienceMs: PATIENCE_MS });
    expect(tally.findings.map(describeFinding)).toEqual([]);
    expect(tally.cases).toBe(keys.length);
    expect(tally.files.size).toBeGreaterThanOrEqual(FEWEST_SEEDS);
    // Both outcomes are met, and refusals are of many kinds, or the seeds prove nothing.
    expect(tally.withFeatures).toBeGreaterThan(10);
    expect(tally.codes.size).toBeGreaterThanOrEqual(5);
  }, 600_000);

  it(`${MUTANTS[format]} mutants are read or refused, none hurts`, async () => {
    const keys = mutantKeys(1, MUTANTS[format]);
    const tally = await runCases(child.path, format, keys, { pageEvery: 4, patienceMs: PATIENCE_MS });
    expect(tally.findings.map(describeFinding)).toEqual([]);
    expect(tally.cases).toBe(keys.length);
    expect(tally.withFeatures / keys.length).toBeGreaterThan(0.1);
    expect(tally.refused / keys.length).toBeGreaterThan(0.05);
    expect(tally.codes.size).toBeGreaterThanOrEqual(4);
  }, 600_000);

  it('mutants are the same files every time', async () => {
    const key: CaseKey = { kind: 'mutant', number: 77 };
    expect((await makeCase(format, key)).bytes).toEqual((await makeCase(format, key)).bytes);
  });
});

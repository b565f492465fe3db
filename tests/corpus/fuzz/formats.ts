import { seededRandom } from '../../../src/kernel/index.ts';
import type { Seed } from './bytes.ts';
import { mutate } from './mutate.ts';
import { filegdbSeeds } from './seeds/filegdb.seeds.ts';
import { flatgeobufSeeds } from './seeds/flatgeobuf.seeds.ts';
import { geojsonSeeds } from './seeds/geojson.seeds.ts';
import { geopackageSeeds } from './seeds/geopackage.seeds.ts';
import { planSeeds } from './seeds/plan.seeds.ts';
import { shapefileSeeds } from './seeds/shapefile.seeds.ts';
import { boundaryTxtSeeds, csvSeeds } from './seeds/text.seeds.ts';
import { xlsxSeeds } from './seeds/xlsx.seeds.ts';

/** What is handed in by people: the eight formats of layers, and plans. */
export const FUZZED_FORMATS = [
  'shapefile',
  'geopackage',
  'geojson',
  'flatgeobuf',
  'filegdb',
  'boundary-txt',
  'csv',
  'xlsx',
  'plan',
] as const;
export type FuzzedFormat = (typeof FUZZED_FORMATS)[number];

const SEEDS: Readonly<Record<FuzzedFormat, () => Seed[]>> = {
  shapefile: shapefileSeeds,
  geopackage: geopackageSeeds,
  geojson: geojsonSeeds,
  flatgeobuf: flatgeobufSeeds,
  filegdb: filegdbSeeds,
  'boundary-txt': boundaryTxtSeeds,
  csv: csvSeeds,
  xlsx: xlsxSeeds,
  plan: planSeeds,
};

const lists = new Map<FuzzedFormat, Seed[]>();
export function seedsOf(format: FuzzedFormat): Seed[] {
  const known = lists.get(format) ?? SEEDS[format]();
  lists.set(format, known);
  return known;
}

/** A case to be read: a seed by its place in the list, or a mutant by its number. */
export type CaseKey =
  | { readonly kind: 'seed'; readonly number: number }
  | { readonly kind: 'mutant'; readonly number: number };

export interface MadeCase {
  readonly name: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Bases above this are left out: a mutant of a large file costs much and finds little. */
const LARGEST_BASE = 300_000;
/** Half of the mutants start from the sound files at the head of the list, so that they get deep. */
const SOUND_SHARE = 0.5;
const SOUND = 12;

const kept = new Map<string, Uint8Array>();
async function bytesOf(format: FuzzedFormat, number: number): Promise<Uint8Array> {
  const key = `${format} ${number}`;
  const known = kept.get(key) ?? (await seedsOf(format)[number]!.bytes());
  if (known.length <= LARGEST_BASE) kept.set(key, known);
  return known;
}

/** The bytes of a case: the same key gives the same bytes on every machine, in every order. */
export async function makeCase(format: FuzzedFormat, key: CaseKey): Promise<MadeCase> {
  const seeds = seedsOf(format);
  if (key.kind === 'seed') {
    const seed = seeds[key.number]!;
    return { name: seed.name, file: seed.file, bytes: await bytesOf(format, key.number) };
  }
  const random = seededRandom(Math.imul(key.number, 0x9e3779b1) ^ (FUZZED_FORMATS.indexOf(format) + 1));
  const pick = async (): Promise<number> => {
    for (;;) {
      const number = random.next() < SOUND_SHARE ? random.integer(0, SOUND - 1) : random.integer(0, seeds.length - 1);
      if (seeds[number]!.heavy !== true && (await bytesOf(format, number)).length <= LARGEST_BASE) return number;
    }
  };
  const base = await pick();
  const partner = await pick();
  const seed = seeds[base]!;
  const bytes = mutate(seed.file, await bytesOf(format, base), await bytesOf(format, partner), random);
  return { name: `mutant ${key.number} of “${seed.name}”`, file: seed.file, bytes };
}

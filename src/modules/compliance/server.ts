import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  assert,
  err,
  localized,
  ok,
  type Language,
  type Problem,
  type Refusal,
  type Result,
} from '../../kernel/index.ts';
import {
  coverageText,
  packCanonicalText,
  packCoverage,
  packHash,
  packOfCanonicalText,
  type ClauseRegister,
  type Pack,
  type PlanCoverage,
} from '../../policy/index.ts';
import { packIdsIn, readClauseRegister, readPackFile } from '../../policy/pack.reader.ts';
import { FIGURES, type FigureSet } from '../balance/index.ts';
import type { Findings, RunFacts } from './findings.ts';
import { judge } from './judge.ts';
import { checkPack, pathsReadBy } from './pack-check.ts';
import { testTitlesIn } from './test-titles.ts';
import type { PackSummary } from './views.ts';

/** SHA-256 of a text, lower-case hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** The folder that holds `packs` (and, in a clone, `src`): found upwards from this file, so that a bundle finds it too. */
export function productDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'packs', 'clauses', 'documents.yaml'))) {
    const parent = dirname(directory);
    assert(parent !== directory, 'the packs of the product are missing');
    directory = parent;
  }
  return directory;
}

const packsDirectory = (): string => join(productDirectory(), 'packs');

const registers = new Map<string, Promise<Result<ClauseRegister, Refusal[]>>>();

/** The clause register the product ships with; read once. */
export function loadClauseRegister(directory: string = packsDirectory()): Promise<Result<ClauseRegister, Refusal[]>> {
  let register = registers.get(directory);
  if (register === undefined) {
    register = readClauseRegister(directory);
    registers.set(directory, register);
  }
  return register;
}

const read = new Map<string, { readonly stamp: string; readonly pack: Promise<Result<Pack, Refusal[]>> }>();

/** Reads a pack file again only when it changed: parsing takes a tenth of a second, and every run asks for its pack. */
async function readOnce(path: string, file: string, register: ClauseRegister): Promise<Result<Pack, Refusal[]>> {
  const { mtimeMs, size } = await stat(path);
  const stamp = `${mtimeMs} ${size}`;
  const known = read.get(path);
  if (known?.stamp === stamp) return known.pack;
  const pack = readPackFile(path, file, register, FIGURES);
  read.set(path, { stamp, pack });
  return pack;
}

/** A pack by id, or every reason it is refused. `directory` is for packs of the user's own; clauses come from the product. */
export async function loadPack(id: string, directory: string = packsDirectory()): Promise<Result<Pack, Refusal[]>> {
  const register = await loadClauseRegister();
  if (!register.ok) return register;
  const ids = await packIdsIn(directory);
  if (!ids.includes(id)) {
    return err([
      {
        code: 'PACK-UNKNOWN',
        message: localized(`没有政策包 ${id}`, `there is no pack ${id}`),
        remedy: localized(`可用：${ids.join('、')}`, `there are: ${ids.join(', ')}`),
      },
    ]);
  }
  const file = `${id}/pack.yaml`;
  const pack = await readOnce(join(directory, id, 'pack.yaml'), file, register.value);
  if (!pack.ok || pack.value.id === id) return pack;
  return err([
    {
      code: 'PACK-NAME',
      message: localized(
        `文件夹 ${id} 中的政策包名为 ${pack.value.id}`,
        `the pack in folder ${id} calls itself ${pack.value.id}`,
      ),
      remedy: localized('文件夹名须与 id 相同', 'folder and id must be the same'),
      place: { file, field: 'id' },
    },
  ]);
}

/** A pack as lists show it. One that does not load has no summary, but its refusals. */
export interface PackListing {
  readonly packId: string;
  readonly summary: PackSummary | null;
  readonly hash: string | null;
  readonly checks: number;
  readonly reviews: number;
  readonly refusals: readonly Refusal[];
}

/** Every pack there is, in order of id. */
export async function listPacks(directory: string = packsDirectory()): Promise<PackListing[]> {
  const listings: PackListing[] = [];
  for (const packId of await packIdsIn(directory)) {
    const pack = await loadPack(packId, directory);
    if (!pack.ok) {
      listings.push({ packId, summary: null, hash: null, checks: 0, reviews: 0, refusals: pack.error });
      continue;
    }
    const { version, title, locality, checks, reviews } = pack.value;
    listings.push({
      packId,
      summary: { packId, version, title, locality },
      hash: packHash(pack.value, sha256),
      checks: checks.length,
      reviews: reviews.length,
      refusals: [],
    });
  }
  return listings;
}

/** Judges a run with the product's hash. Store `storedPackText` beside the findings: with it they can be replayed. */
export function judgeRun(pack: Pack, figures: FigureSet, run: RunFacts): Findings {
  return judge(pack, figures, run, { sha256 });
}

/** The canonical bytes of a pack, as a run stores them by hash. */
export function storedPackText(pack: Pack): { readonly hash: string; readonly text: string } {
  return { hash: packHash(pack, sha256), text: packCanonicalText(pack) };
}

/** The pack a run was judged with, from its stored bytes; refused where they are not those the hash names. */
export function packOfStoredText(hash: string, text: string): Result<Pack, Refusal[]> {
  if (sha256(text) === hash) return packOfCanonicalText(text, FIGURES);
  return err([
    {
      code: 'PACK-STORED',
      message: localized('存档的政策包与其哈希不符', 'the stored pack does not have the hash it is stored under'),
      remedy: localized('请从备份恢复', 'restore it from a backup'),
    },
  ]);
}

/** `pack check`: refusals of a pack that does not load, else what is still wrong with it. */
export async function checkPackById(id: string, directory?: string): Promise<Result<Problem[], Refusal[]>> {
  const [register, pack] = await Promise.all([loadClauseRegister(), loadPack(id, directory)]);
  if (!register.ok) return register;
  return pack.ok ? ok(checkPack(pack.value, register.value)) : pack;
}

async function testTitles(): Promise<string[]> {
  const titles: string[] = [];
  for (const room of ['src', 'tests']) {
    const root = join(productDirectory(), room);
    if (!existsSync(root)) continue;
    for (const entry of await readdir(root, { recursive: true })) {
      if (/\.test\.tsx?$/.test(entry)) titles.push(...testTitlesIn(await readFile(join(root, entry), 'utf8')));
    }
  }
  return titles;
}

/** `pack coverage`: for each plan what is carried out, as data. Needs the clone: the titles of the tests are read. */
export async function coverageReport(ids?: readonly string[]): Promise<Result<PlanCoverage[], Refusal[]>> {
  const register = await loadClauseRegister();
  if (!register.ok) return register;
  const titles = await testTitles();
  const coverages: PlanCoverage[] = [];
  for (const id of ids ?? (await packIdsIn(packsDirectory()))) {
    const pack = await loadPack(id);
    if (!pack.ok) return pack;
    coverages.push(...packCoverage(pack.value, register.value, pathsReadBy(pack.value), titles));
  }
  return ok(coverages);
}

/** The same as a text for the terminal. */
export async function coverageReportText(
  language: Language,
  ids?: readonly string[],
): Promise<Result<string, Refusal[]>> {
  const coverages = await coverageReport(ids);
  return coverages.ok ? ok(coverageText(coverages.value, language)) : coverages;
}

import { lonLatOf } from '../../../geometry/index.ts';
import {
  assert,
  featureCount,
  LAYER_ROLE_NAMES,
  LAYER_ROLES,
  type Localized,
  type PolygonLayer,
  type Problem,
  type Refusal,
  type Result,
} from '../../../kernel/index.ts';
import { packOfCanonicalText } from '../../../policy/index.ts';
import { FIGURES } from '../../balance/index.ts';
import {
  guessRole,
  layerForRole,
  layerOfSource,
  openBytes,
  RefusalError,
  stemsInArchive,
  unreadableFeatures,
  type GivenFile,
  type ReadLayer,
  type ReadOptions,
} from '../../intake/index.ts';
import { planOfSource, summarisePlan, type ReadPlan } from '../../projects/index.ts';
import { runOf, runFacts, type RunInput } from '../index.ts';
import { bytesOfFile } from './file-bytes.ts';
import { sha256OfFile, sha256OfText } from './local-hash.ts';
import type {
  ChosenFile,
  FileEvidence,
  FileLook,
  LocalFile,
  LocalOutcome,
  LocalRole,
  ReachedOutlines,
  RunOrder,
} from './local-protocol.ts';

export type SayProgress = (phase: Localized, fraction: number) => void;

const given = ({ file, beside }: LocalFile): GivenFile => ({
  source: bytesOfFile(file),
  beside: beside.map(bytesOfFile),
});

/** Turns a refusal thrown out of the middle of a file into a value. */
async function refusable<T>(work: () => Promise<Result<T, Refusal[]>>): Promise<Result<T, Refusal[]>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusalError) return { ok: false, error: [...error.refusals] };
    throw error;
  }
}

/** Opens a file far enough to say what it is and what it is probably for. */
export function lookAt(file: LocalFile, crs: number | null): Promise<Result<FileLook, Refusal[]>> {
  return refusable(async () => {
    const options: ReadOptions = crs === null ? {} : { crs };
    // A plan has several layers, of which one is called project.
    const plan = /\.(gpkg|zip)$/i.test(file.file.name)
      ? await openBytes(given(file), { ...options, layer: 'project' })
      : undefined;
    const isPlan = plan?.ok === true && plan.value.layerName.toLowerCase() === 'project';
    const opened = isPlan ? plan : await openBytes(given(file), options);
    if (!opened.ok) return opened;
    const { format, layerName, featureCount: count, fields, crs: found, encoding } = opened.value;
    await opened.value.close();
    const names = fields.map(({ name }) => name);
    const role: LocalRole | null = isPlan ? 'project' : guessRole(file.file.name, names, layerName);
    return { ok: true, value: { format, layerName, featureCount: count, fields: names, crs: found, encoding, role } };
  });
}

const READING_SHARE = 0.55;

/** Reads the files, computes the run, and brings out what a page shows. Nothing leaves the thread but the answer. */
export function runLocally(order: RunOrder, say: SayProgress): Promise<Result<LocalOutcome, Refusal[]>> {
  return refusable(async () => {
    const pack = packOfCanonicalText(order.pack.text, FIGURES);
    if (!pack.ok) return pack;
    assert(sha256OfText(order.pack.text) === order.pack.hash, 'the pack is not the one its hash names');
    const files = inOrder(order.files);
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    let before = 0;
    const started = performance.now();
    const evidence: FileEvidence[] = [];
    const zones: RunInput['zones'][number][] = [];
    let parcels: RunInput['parcels'] | undefined;
    let plan: (RunInput['plan'] & { readonly read: ReadPlan }) | undefined;
    for (const chosen of files) {
      const { file, role } = chosen;
      const phase = { zh: `读取 ${file.name}`, en: `reading ${file.name}` };
      const share = (part: number): void =>
        say(phase, (READING_SHARE * (before + part * file.size)) / Math.max(1, bytes));
      share(0);
      if (role === 'project') {
        const [sha256, read] = await Promise.all([sha256OfFile(chosen), planFrom(chosen)]);
        if (!read.ok) return read;
        plan = { sha256, plan: read.value.plan, problems: read.value.problems, read: read.value };
        evidence.push(evidenceOf(chosen, sha256, read.value.plan.boundary, read.value.problems, null));
      } else {
        // The browser hashes beside the reading, in a thread of its own, where it can.
        const [sha256, read] = await Promise.all([sha256OfFile(chosen), layerFrom(chosen, share)]);
        if (!read.ok) return read;
        const name = role === 'own' ? ownName(chosen) : role;
        const unreadable = unreadableFeatures(read.value.problems, file.name, name);
        if (unreadable.length > 0) return { ok: false, error: unreadable };
        const { layer } = read.value;
        if (role === 'parcels') parcels = { layer, sha256, asOf: null };
        else zones.push({ role: role === 'own' ? null : role, name, layer, sha256, asOf: null });
        evidence.push(evidenceOf(chosen, sha256, layer, read.value.problems, read.value));
      }
      before += file.size;
    }
    assert(parcels !== undefined && plan !== undefined, 'a run has parcels and a plan');
    const readDone = performance.now();
    const computing = { zh: '套合、平衡、审查', en: 'overlay, balance, findings' };
    const run = runOf(
      { parcels, zones, plan: { sha256: plan.sha256, plan: plan.plan, problems: plan.problems }, pack: pack.value },
      {
        sha256: sha256OfText,
        onProgress: (fraction) => say(computing, READING_SHARE + (1 - READING_SHARE) * fraction),
      },
    );
    if (!run.ok) return run;
    const summary = summarisePlan(plan.read, false);
    const { balanceText, findingsText, inputHash, facts } = run.value;
    return {
      ok: true,
      value: {
        balanceText,
        findingsText,
        inputHash,
        planGeojson: summary.geojson,
        planBox: summary.box,
        projectName: facts.plan.name,
        parcels: outlinesOf(parcels.layer, facts.parcels.featureNos),
        facts: runFacts(run.value),
        problems: facts.problems,
        files: evidence,
        milliseconds: {
          read: readDone - started,
          compute: performance.now() - readDone,
        },
      },
    };
  });
}

/** Layers in the order of their roles, as the server has them, then the user's own by name: the bytes of the result depend on it. */
function inOrder(files: readonly ChosenFile[]): ChosenFile[] {
  const rank = ({ role }: ChosenFile): number => (role === 'own' ? LAYER_ROLES.length : LAYER_ROLES.indexOf(role));
  return files.toSorted((a, b) => rank(a) - rank(b) || (a.file.name < b.file.name ? -1 : 1));
}

/** What a layer of the user's own is called: its file without the ending. */
export const ownName = ({ file }: LocalFile): string => file.name.replace(/\.[^.]*$/, '');

async function planFrom(chosen: ChosenFile): Promise<Result<ReadPlan, Refusal[]>> {
  const source = given(chosen);
  const options: ReadOptions = chosen.crs === null ? {} : { crs: chosen.crs };
  return planOfSource({
    name: chosen.file.name,
    stems: await stemsInArchive(source.source),
    async readLayer(layer) {
      const opened = await openBytes(source, layer === undefined ? options : { ...options, layer });
      if (!opened.ok) return opened;
      return { ok: true, value: await layerOfSource(opened.value) };
    },
  });
}

async function layerFrom(chosen: ChosenFile, share: (fraction: number) => void): Promise<Result<ReadLayer, Refusal[]>> {
  const opened = await openBytes(given(chosen), chosen.crs === null ? {} : { crs: chosen.crs });
  if (!opened.ok) return opened;
  const source = opened.value;
  const count = Math.max(1, source.featureCount ?? 1);
  const { role } = chosen;
  const read = await layerForRole(source, role === 'own' ? null : role, (features) => {
    share(Math.min(1, features / count));
    return true;
  });
  await source.close();
  return { ok: true, value: read };
}

const SHOWN_PROBLEMS = 100;

function evidenceOf(
  { id, file }: ChosenFile,
  sha256: string,
  layer: PolygonLayer,
  problems: readonly Problem[],
  read: ReadLayer | null,
): FileEvidence {
  const worth = problems.filter(({ severity }) => severity !== 'note');
  return {
    id,
    name: file.name,
    sha256,
    features: featureCount(layer),
    crs: read?.crs ?? { epsg: layer.epsg, decidedBy: 'metadata', notes: [] },
    encoding: read?.encoding ?? null,
    problems: worth.slice(0, SHOWN_PROBLEMS),
    problemCount: worth.length,
  };
}

/** Vertices of outlines sent to the page: more would not be looked at. */
const MOST_VERTICES = 600_000;

function outlinesOf(parcels: PolygonLayer, featureNos: ArrayLike<number>): ReachedOutlines {
  const wanted = new Set(Array.from(featureNos));
  const chosen: number[] = [];
  let rings = 0;
  let vertices = 0;
  for (let f = 0; f < parcels.featureNos.length; f++) {
    if (!wanted.has(parcels.featureNos[f]!)) continue;
    const [first, last] = [parcels.featureRings[f]!, parcels.featureRings[f + 1]!];
    const count = parcels.ringStarts[last]! - parcels.ringStarts[first]!;
    if (vertices + count > MOST_VERTICES) break;
    chosen.push(f);
    rings += last - first;
    vertices += count;
  }
  const coords = new Float64Array(2 * vertices);
  const ringStarts = new Uint32Array(rings + 1);
  const ringRoles = new Uint8Array(rings);
  const featureRings = new Uint32Array(chosen.length + 1);
  let r = 0;
  let v = 0;
  chosen.forEach((f, i) => {
    for (let ring = parcels.featureRings[f]!; ring < parcels.featureRings[f + 1]!; ring++) {
      const part = parcels.coords.subarray(2 * parcels.ringStarts[ring]!, 2 * parcels.ringStarts[ring + 1]!);
      coords.set(part, 2 * v);
      ringRoles[r] = parcels.ringRoles[ring]!;
      v += part.length / 2;
      ringStarts[++r] = v;
    }
    featureRings[i + 1] = r;
  });
  return {
    featureNos: Uint32Array.from(chosen, (f) => parcels.featureNos[f]!),
    lonLat: lonLatOf({ epsg: parcels.epsg, coords }),
    ringStarts,
    ringRoles,
    featureRings,
  };
}

export const roleName = (role: LocalRole): Localized | null => (role === 'own' ? null : LAYER_ROLE_NAMES[role]);

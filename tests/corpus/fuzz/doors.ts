import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { featureCount, type FeatureBatch, type Problem } from '../../../src/kernel/index.ts';
import { findDefects, isBlockingDefect } from '../../../src/geometry/index.ts';
import { bytesInMemory } from '../../../src/modules/intake/byte-source.ts';
import { RefusalError, type OpenedSource } from '../../../src/modules/intake/format.ts';
import { copyLayerWith, loadGdal, type LoadedGdal } from '../../../src/modules/intake/formats/filegdb-copy.server.ts';
import { openFileGdb } from '../../../src/modules/intake/formats/filegdb.reader.ts';
import { openBytes } from '../../../src/modules/intake/open-bytes.ts';
import { openSource, openZip } from '../../../src/modules/intake/server.ts';
import { mapFields } from '../../../src/modules/intake/field-mapping.ts';
import { checkBatch, geometryProblems, repeatedIdentifiers } from '../../../src/modules/intake/staging.ts';
import { readPlan } from '../../../src/modules/projects/server.ts';
import { summarisePlan } from '../../../src/modules/projects/plan-summary.ts';
import type { FuzzedFormat } from './formats.ts';
import { ofProblems, ofRefusals, type Outcome } from './outcome.ts';

/** A problem each rule is enough to judge; a file of a million faults needs no million sentences here. */
const PROBLEMS_KEPT = 5_000;

/** What the import does with a file: opens it, goes through every batch, looks at the shapes. */
async function throughBatches(source: OpenedSource, batches: AsyncIterable<FeatureBatch>): Promise<Outcome> {
  const problems: Problem[] = [...source.problems];
  let features = 0;
  const mapping = mapFields(source.fields, 'parcels');
  const repeated = repeatedIdentifiers();
  for await (const batch of batches) {
    features += featureCount(batch);
    // `every` would visit a million numbers through a callback.
    const { coords } = batch;
    const used = 2 * (batch.ringStarts.at(-1) ?? 0);
    for (let i = 0; i < used; i++)
      if (!Number.isFinite(coords[i])) return { kind: 'crash', detail: `a coordinate ${coords[i]} in a batch` };
    for (const problem of batch.problems) if (problems.length < PROBLEMS_KEPT) problems.push(problem);
    // The import maps and checks every row; a county's rows are as many as there are, here a batch is enough.
    if (features < 5_000) {
      const checked = checkBatch({ ...batch, problems: [] }, mapping, 'parcels', repeated);
      for (const problem of checked.problems) if (problems.length < PROBLEMS_KEPT) problems.push(problem);
    }
    for (const problem of geometryProblems(batch, source.crs.epsg, () => null))
      if (problems.length < PROBLEMS_KEPT) problems.push(problem);
  }
  return ofProblems(features, problems);
}

async function guarded(act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RefusalError) return ofRefusals(error.refusals);
    return { kind: 'crash', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

let gdal: Promise<LoadedGdal> | null = null;
let gdalTarget = '';
let copies = 0;

/** As the thread copies a layer, but with one GDAL for many files: loading it takes a second. It ends with the process. */
const copyHere: Parameters<typeof openFileGdb>[2] = async (task) => {
  if (gdal === null) {
    // Beside the folder of the case, which must be empty in the end.
    gdalTarget = mkdtempSync(join(tmpdir(), '..', 'gdal-'));
    gdal = loadGdal(gdalTarget);
  }
  const loaded = await gdal;
  loaded.messages.length = 0;
  const name = `copy${copies++}`;
  try {
    const answer = await copyLayerWith(loaded, task, name);
    if (!('copy' in answer)) return answer;
    const copy = join(task.target, 'copy.fgb');
    renameSync(join(gdalTarget, basename(answer.copy)), copy);
    return { ...answer, copy };
  } catch (error) {
    // What trapped once is in no known state.
    gdal = null;
    throw error;
  } finally {
    rmSync(join(gdalTarget, `${name}.fgb`), { force: true });
  }
};

async function holdsGeodatabase(path: string): Promise<boolean> {
  const archive = await openZip(path);
  if (!archive.ok) return false;
  archive.value.close();
  return archive.value.entries.some(
    ({ name }) => /\.gdb\/[^/]+$/i.test(name) || /(^|\/)a0000000\d+\.gdbtable$/i.test(name),
  );
}

async function throughOneGdal(path: string): Promise<Outcome> {
  const opened = await openFileGdb(path, {}, copyHere);
  if (!opened.ok) return ofRefusals(opened.error);
  try {
    return await throughBatches(opened.value, opened.value.batches());
  } finally {
    await opened.value.close();
  }
}

/**
 * The door of the server: a path. Geodatabases go through one GDAL for all files of the process; `threads` has each
 * copied in a thread of its own instead, as the server does (a second each).
 */
export function throughServer(format: FuzzedFormat, path: string, threads = false): Promise<Outcome> {
  return guarded(async () => {
    if (format === 'plan') {
      const read = await readPlan(path);
      if (!read.ok) return ofRefusals(read.error);
      const broken = findDefects(read.value.plan.boundary).some((defect) => isBlockingDefect(defect));
      summarisePlan(read.value, broken);
      return ofProblems(1, read.value.problems.slice(0, PROBLEMS_KEPT));
    }
    if (format === 'filegdb' && !threads && (await holdsGeodatabase(path))) return throughOneGdal(path);
    const opened = await openSource(path);
    if (!opened.ok) return ofRefusals(opened.error);
    const source = opened.value;
    try {
      return await throughBatches(source, source.batches());
    } finally {
      await source.close();
    }
  });
}

/** The door of the page: bytes, unpacked in memory, read in one piece. */
export function throughPage(file: string, bytes: Uint8Array): Promise<Outcome> {
  return guarded(async () => {
    const opened = await openBytes({ source: bytesInMemory(file, bytes) });
    if (!opened.ok) return ofRefusals(opened.error);
    const source = opened.value;
    try {
      return await throughBatches(source, source.whole?.() ?? source.batches());
    } finally {
      await source.close();
    }
  });
}

import { mkdir } from 'node:fs/promises';
import type { Pack } from '../policy/index.ts';
import { loadPack } from '../modules/compliance/server.ts';
import type { RunInput } from '../modules/documents/server.ts';
import type { ReadOptions, SevenParameters } from '../modules/intake/index.ts';
import { readPlan } from '../modules/projects/server.ts';
import { Refused } from './exit.ts';
import { zoneRoleOf, type NamedFile } from './options.ts';
import { readFileLayer, sha256OfSource, unreadableRefusals, type ReadFile } from './reading.ts';
import { stopIfCancelled, writeRemarks, type Terminal } from './terminal.ts';
import { outputFailed } from './whole-file.ts';

export interface RunFilesGiven {
  readonly parcels: string;
  readonly zones: readonly NamedFile[];
  readonly project: string;
  readonly pack: string;
  readonly packDir?: string;
  readonly crs?: number;
  readonly datumParameters?: SevenParameters;
}

/** Reads everything a run is computed from. Refusals are thrown; warnings go to standard error. */
export async function readRunInput(terminal: Terminal, given: RunFilesGiven): Promise<RunInput> {
  // The pack first: it is read in no time, and a wrong id should not cost the reading of a county.
  const loaded = await loadPack(given.pack, given.packDir);
  if (!loaded.ok) throw new Refused(loaded.error);
  const pack: Pack = loaded.value;
  const { crs, datumParameters } = given;
  const shifted = datumParameters === undefined ? {} : { datumParameters };
  const shared = { ...shifted, ...(crs === undefined ? {} : { crs }), crsFor: 'silent' as const };
  const plan = await planOf(given.project, crs, shifted);
  writeRemarks(terminal, given.project, plan.problems);
  const parcels = await readFileLayer(terminal, given.parcels, { ...shared, mapTo: 'parcels' });
  requireReadable(parcels, 'parcels');
  writeRemarks(
    terminal,
    parcels.file,
    parcels.problems.filter(({ severity }) => severity !== 'note'),
  );
  const zones: RunInput['zones'][number][] = [];
  for (const { name, path } of given.zones) {
    stopIfCancelled(terminal);
    const role = zoneRoleOf(name);
    const read = await readFileLayer(terminal, path, { ...shared, ...(role === null ? {} : { mapTo: role }) });
    requireReadable(read, name);
    writeRemarks(
      terminal,
      read.file,
      read.problems.filter(({ severity }) => severity !== 'note'),
    );
    zones.push({ role, name: role ?? name, layer: read.layer, sha256: await sha256OfSource(path), asOf: null });
  }
  return {
    parcels: { layer: parcels.layer, sha256: await sha256OfSource(given.parcels), asOf: null },
    zones,
    plan: { sha256: await sha256OfSource(given.project), plan: plan.plan, problems: plan.problems },
    pack,
  };
}

/** A feature nobody can read may lie in the project: nothing is computed without it. Rings are looked at by the run itself. */
function requireReadable(read: ReadFile, name: string): void {
  const refusals = unreadableRefusals(read, name);
  if (refusals.length > 0) throw new Refused(refusals);
}

async function planOf(path: string, crs: number | undefined, options: Pick<ReadOptions, 'datumParameters'>) {
  const silent = await readPlan(path, options);
  if (silent.ok) return silent.value;
  if (crs === undefined || !silent.error.some(({ code }) => /^INTAKE_CRS_(UNKNOWN|ZONE_NEEDED)$/.test(code))) {
    throw new Refused(silent.error);
  }
  const withCrs = await readPlan(path, { ...options, crs });
  if (!withCrs.ok) throw new Refused(withCrs.error);
  return withCrs.value;
}

/** Makes the folder outputs go to. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw outputFailed(path, error);
  }
}

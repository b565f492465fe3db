import { basename } from 'node:path';
import type { Refusal, Result } from '../../kernel/index.ts';
import { openZip, readLayer, type ReadOptions } from '../intake/server.ts';
import { planOfSource, type ReadPlan } from './plan-source.ts';

export type { ReadPlan } from './plan-source.ts';

/** Reads a plan from a path (plan-source.ts). `options.crs` is taken for layers that do not state theirs otherwise. */
export async function readPlan(
  path: string,
  options: Omit<ReadOptions, 'layer'> = {},
): Promise<Result<ReadPlan, Refusal[]>> {
  return planOfSource({
    name: basename(path),
    stems: await stemsInZip(path),
    readLayer: (layer) => readLayer(path, layer === undefined ? options : { ...options, layer }),
  });
}

/** Names of the files in a zip without folder and extension, in lower case; none for other files. */
async function stemsInZip(path: string): Promise<ReadonlySet<string>> {
  if (!/\.zip$/i.test(path)) return new Set();
  const archive = await openZip(path);
  if (!archive.ok) return new Set();
  const stems = archive.value.entries.map((entry) =>
    basename(entry.name)
      .replace(/\.[^.]+$/, '')
      .toLowerCase(),
  );
  archive.value.close();
  return new Set(stems);
}

import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import type { Refusal, Result } from '../../../kernel/index.ts';
import { openByteSource } from '../byte-source.server.ts';
import type { FormatReader, OpenedSource, ReadOptions } from '../format.ts';
import { openCsv } from './csv-source.ts';

/** CSV of coordinates from a path; csv-source.ts reads it. */
export const csvReader: FormatReader = { format: 'csv', open: openPath };

async function openPath(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const source = await openByteSource(path);
  try {
    return await openCsv(source, options, { prjText: () => sidecar(path), parse });
  } finally {
    await source.close();
  }
}

/** Text of a .prj of the same name beside the file, as GDAL writes for CSV; null where there is none. */
async function sidecar(path: string): Promise<string | null> {
  for (const extension of ['.prj', '.PRJ']) {
    try {
      return (await readFile(path.replace(/\.[^./\\]*$/, extension), 'utf8')).slice(0, 10_000);
    } catch {
      // Not there; most tables have none.
    }
  }
  return null;
}

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { boxAsDelivered, fillLayer, type KernelInstance, type KernelLayer } from '../../geometry/compiled/index.ts';
import {
  type AttributeColumn,
  type AttributeValue,
  featureCount,
  localized,
  type Problem,
} from '../../kernel/index.ts';
import { type NamedColumns, openFile, type ReadFile, type ReadRequest } from '../reading.ts';
import { progressOf, stopIfCancelled, type Terminal } from '../terminal.ts';

/** A layer read to its end, its geometry in the kernel's memory as delivered. */
export interface KernelFile extends NamedColumns, Pick<ReadFile, 'path' | 'file' | 'problems'> {
  readonly layer: KernelLayer;
  /** Least x, least y, greatest x, greatest y as delivered; undefined for a layer without vertices. */
  readonly box: readonly [number, number, number, number] | undefined;
}

/** Bytes of a file to the vertex, at least: two numbers, or their digits. Addresses are taken by it, not memory. */
const BYTES_PER_VERTEX = 16;
/** Compressed files may hold this many times their size. */
const MOST_FIRST_VERTICES = 64_000_000;

/** Reads a layer straight into the kernel's memory. Refusals are thrown; cancelling stops between two batches. */
export async function readIntoKernel(
  terminal: Terminal,
  kernel: KernelInstance,
  path: string,
  request: ReadRequest,
): Promise<KernelFile> {
  const source = await openFile(path, request);
  try {
    const problems: Problem[] = [...source.problems];
    const progress = progressOf(terminal, localized(`读取 ${basename(path)}`, `reading ${basename(path)}`));
    const size = (await stat(path)).size;
    const filling = fillLayer(
      kernel,
      source.crs.epsg,
      Math.min(MOST_FIRST_VERTICES, Math.ceil(size / BYTES_PER_VERTEX)),
    );
    const columns = new Map<string, AttributeValue[]>();
    const featureNos: Uint32Array[] = [];
    let features = 0;
    const advance = (read: number): void => {
      if (source.featureCount !== null) progress.at(read / Math.max(1, source.featureCount));
    };
    const goOn = (read: number): boolean => {
      advance(read);
      return !terminal.isCancelled();
    };
    // Readers that can write coordinates to their place at once; others deliver batches that are copied there.
    for await (const batch of source.whole?.(goOn, filling.room) ?? source.batches()) {
      if (terminal.isCancelled()) break;
      filling.append(batch);
      const count = featureCount(batch);
      for (const { name, values } of batch.columns) {
        if (request.keep !== undefined && !request.keep(name)) continue;
        let column = columns.get(name);
        if (column === undefined) {
          column = [];
          columns.set(name, column);
        }
        while (column.length < features) column.push(null);
        for (let f = 0; f < count; f++) column.push(values[f]!);
      }
      featureNos.push(batch.featureNos);
      features += count;
      for (const problem of batch.problems) problems.push(problem);
      advance(features);
    }
    progress.done();
    stopIfCancelled(terminal);
    const layer = filling.finish();
    return {
      path,
      file: basename(path),
      problems,
      layer,
      box: boxAsDelivered(kernel, layer),
      featureNos: joined(featureNos, features),
      columns: [...columns].map(([name, values]): AttributeColumn => {
        while (values.length < features) values.push(null);
        return { name, values };
      }),
    };
  } finally {
    await source.close();
  }
}

function joined(parts: readonly Uint32Array[], count: number): Uint32Array {
  const whole = new Uint32Array(count);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

import type { ByteSource } from '../byte-source.ts';
import type { Box } from './batch-builder.ts';

/** Bytes of one node: four float64 of its box, then a 64-bit offset. */
const NODE_BYTES = 40;

/** Nodes of each level of the packed tree over `count` features, the leaves first; as the format lays it down. */
function levelsOf(count: number, nodeSize: number): number[] {
  const size = Math.max(nodeSize, 2);
  const levels = [count];
  // One feature alone still has a root above it.
  do levels.push(Math.ceil(levels.at(-1)! / size));
  while (levels.at(-1)! > 1);
  return levels;
}

/** Bytes of the packed R-tree between the header and the features of a file of `count` features. */
export function indexBytes(count: number, nodeSize: number): number {
  if (count === 0 || nodeSize === 0) return 0;
  return levelsOf(count, nodeSize).reduce((sum, nodes) => sum + nodes, 0) * NODE_BYTES;
}

/** Features found in the index, in file order. */
export interface IndexHits {
  readonly featureNos: readonly number[];
  /** Place of each feature behind the start of the first. */
  readonly offsets: readonly number[];
}

/**
 * The features whose box in the index meets `box`; null where an offset of the index cannot be. The tree begins at
 * `indexAt`, its root first.
 */
export async function searchIndex(
  source: ByteSource,
  indexAt: number,
  count: number,
  nodeSize: number,
  box: Box,
): Promise<IndexHits | null> {
  const levels = levelsOf(count, nodeSize);
  const size = Math.max(nodeSize, 2);
  let firstOfLevel = 0;
  let ranges: (readonly [number, number])[] = [[0, 1]];
  for (let level = levels.length - 1; level >= 0; level--) {
    const nodes = levels[level]!;
    const next: [number, number][] = [];
    const hits = { featureNos: [] as number[], offsets: [] as number[] };
    let lastOffset = -1;
    for (const [from, to] of ranges) {
      const bytes = await source.read(indexAt + NODE_BYTES * (firstOfLevel + from), NODE_BYTES * (to - from));
      if (bytes.length < NODE_BYTES * (to - from)) return null;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let node = from; node < to; node++) {
        const at = NODE_BYTES * (node - from);
        // A box that is not a number meets everything: better one feature too many.
        if (view.getFloat64(at, true) > box[2] || view.getFloat64(at + 8, true) > box[3]) continue;
        if (view.getFloat64(at + 16, true) < box[0] || view.getFloat64(at + 24, true) < box[1]) continue;
        if (level > 0) {
          // The children of a node are where the packing puts them, whatever its offset says.
          const children: [number, number] = [node * size, Math.min((node + 1) * size, levels[level - 1]!)];
          const last = next.at(-1);
          if (last !== undefined && last[1] === children[0]) last[1] = children[1];
          else next.push(children);
          continue;
        }
        const offset = view.getUint32(at + 32, true) + view.getUint32(at + 36, true) * 0x1_0000_0000;
        if (offset <= lastOffset || offset > source.size) return null;
        lastOffset = offset;
        hits.featureNos.push(node);
        hits.offsets.push(offset);
      }
    }
    if (level === 0) return hits;
    firstOfLevel += nodes;
    ranges = next;
  }
  return null;
}

import type { Tessellation } from './tessellation.ts';

/** Neighbours of every cell in flat arrays: cell c touches neighbour[k], along a border of length[k] metres, for k in starts[c] … starts[c+1]. */
export interface Adjacency {
  readonly starts: Uint32Array;
  readonly neighbour: Int32Array;
  readonly length: Float64Array;
}

export function adjacencyOf(tessellation: Tessellation): Adjacency {
  const { left, right, lengths, siteCount } = tessellation;
  const starts = new Uint32Array(siteCount + 1);
  for (let r = 0; r < left.length; r++) {
    starts[left[r]! + 1]!++;
    starts[right[r]! + 1]!++;
  }
  for (let i = 0; i < siteCount; i++) starts[i + 1]! += starts[i]!;
  const fill = starts.slice(0, siteCount);
  const neighbour = new Int32Array(starts[siteCount]!);
  const length = new Float64Array(neighbour.length);
  for (let r = 0; r < left.length; r++) {
    const a = left[r]!;
    const b = right[r]!;
    neighbour[fill[a]!] = b;
    length[fill[a]!++] = lengths[r]!;
    neighbour[fill[b]!] = a;
    length[fill[b]!++] = lengths[r]!;
  }
  return { starts, neighbour, length };
}

/**
 * Connected components of equal labels (label < 0 belongs to none). Returns the component of each cell (−1: none),
 * numbered in the order of their first cell.
 */
export function componentsOf(
  adjacency: Adjacency,
  label: ArrayLike<number>,
): { readonly component: Int32Array; readonly count: number } {
  const n = adjacency.starts.length - 1;
  const component = new Int32Array(n).fill(-1);
  const stack: number[] = [];
  let count = 0;
  for (let seed = 0; seed < n; seed++) {
    if (label[seed]! < 0 || component[seed] !== -1) continue;
    component[seed] = count;
    stack.push(seed);
    while (stack.length > 0) {
      const cell = stack.pop()!;
      for (let k = adjacency.starts[cell]!; k < adjacency.starts[cell + 1]!; k++) {
        const other = adjacency.neighbour[k]!;
        if (component[other] === -1 && label[other] === label[seed]) {
          component[other] = count;
          stack.push(other);
        }
      }
    }
    count++;
  }
  return { component, count };
}

/** Union-find with the smaller number as representative, so that results do not depend on the order of joins. */
export function unionFind(size: number): { find(i: number): number; join(a: number, b: number): void } {
  const parent = Int32Array.from({ length: size }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = i; parent[at] !== root; ) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  return {
    find,
    join(a, b) {
      const x = find(a);
      const y = find(b);
      if (x !== y) parent[Math.max(x, y)] = Math.min(x, y);
    },
  };
}

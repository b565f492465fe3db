import { assert, INNER, MAX_BATCH_VERTICES, OUTER } from '../kernel/index.ts';
import type { AttributeColumn, AttributeValue, FeatureBatch } from '../kernel/index.ts';
import { growingDoubles } from './growing.ts';
import type { Tessellation } from './tessellation.ts';

/** Rings of every group of cells: group g has rings groupRings[g] … groupRings[g+1], outer rings first. */
export interface Dissolved {
  readonly groupRings: Uint32Array;
  readonly ringStarts: Uint32Array;
  readonly ringRoles: Uint8Array;
  readonly coords: Float64Array;
}

/**
 * Joins cells to groups by leaving out the ridges inside a group and chaining the rest. Every Voronoi vertex has three
 * ridges, so a group passes it once at most and no ring touches itself.
 *
 * @param groupOf group of each site, −1 for sites outside every group
 */
export function dissolve(tessellation: Tessellation, groupOf: Int32Array, groupCount: number): Dissolved {
  const { left, right, from, to, pathStarts, path } = tessellation;
  const ridges = left.length;
  // Directed border edges: 2r runs along ridge r with its left group on the left, 2r+1 runs back for the right group.
  const counts = new Uint32Array(groupCount + 1);
  const isBorder = (r: number): boolean => groupOf[left[r]!] !== groupOf[right[r]!];
  for (let r = 0; r < ridges; r++) {
    if (!isBorder(r)) continue;
    const l = groupOf[left[r]!]!;
    const g = groupOf[right[r]!]!;
    if (l >= 0) counts[l + 1]!++;
    if (g >= 0) counts[g + 1]!++;
  }
  for (let g = 0; g < groupCount; g++) counts[g + 1]! += counts[g]!;
  const edges = new Int32Array(counts[groupCount]!);
  const fill = counts.slice(0, groupCount);
  for (let r = 0; r < ridges; r++) {
    if (!isBorder(r)) continue;
    const l = groupOf[left[r]!]!;
    const g = groupOf[right[r]!]!;
    if (l >= 0) edges[fill[l]!++] = 2 * r;
    if (g >= 0) edges[fill[g]!++] = 2 * r + 1;
  }
  const startOf = (edge: number): number => (edge % 2 === 0 ? from[edge >> 1]! : to[edge >> 1]!);
  const endOf = (edge: number): number => (edge % 2 === 0 ? to[edge >> 1]! : from[edge >> 1]!);
  const edgeAt = new Int32Array(tessellation.vertexCount).fill(-1);
  const groupRings: number[] = [0];
  const ringStarts: number[] = [0];
  const ringRoles: number[] = [];
  const coords = growingDoubles();
  for (let g = 0; g < groupCount; g++) {
    for (let k = counts[g]!; k < counts[g + 1]!; k++) edgeAt[startOf(edges[k]!)] = edges[k]!;
    const rings: { points: number[]; area: number }[] = [];
    for (let k = counts[g]!; k < counts[g + 1]!; k++) {
      let edge = edges[k]!;
      if (edgeAt[startOf(edge)] === -1) continue;
      const points: number[] = [];
      while (edgeAt[startOf(edge)] !== -1) {
        edgeAt[startOf(edge)] = -1;
        const r = edge >> 1;
        const first = pathStarts[r]!;
        const last = pathStarts[r + 1]! - 1;
        // The last point of a path is the first of the next one.
        if (edge % 2 === 0) for (let i = first; i < last; i++) points.push(path[2 * i]!, path[2 * i + 1]!);
        else for (let i = last; i > first; i--) points.push(path[2 * i]!, path[2 * i + 1]!);
        const next = edgeAt[endOf(edge)]!;
        if (next === -1) break;
        edge = next;
      }
      let area = 0;
      const x0 = points[0]!;
      const y0 = points[1]!;
      for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
        area += (points[j]! - x0) * (points[i + 1]! - y0) - (points[i]! - x0) * (points[j + 1]! - y0);
      }
      rings.push({ points, area });
    }
    rings.sort((a, b) => b.area - a.area);
    assert(rings.length > 0 && rings[0]!.area > 0, `group ${g} has no outer ring`);
    for (const ring of rings) {
      for (let i = 0; i < ring.points.length; i += 2) coords.push(ring.points[i]!, ring.points[i + 1]!);
      ringStarts.push(coords.length / 2);
      ringRoles.push(ring.area > 0 ? OUTER : INNER);
    }
    groupRings.push(ringRoles.length);
  }
  return {
    groupRings: Uint32Array.from(groupRings),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: Uint8Array.from(ringRoles),
    coords: coords.toArray(),
  };
}

/** Cuts dissolved groups, with their attributes, into batches. */
export function* batchesOf(dissolved: Dissolved, columns: readonly AttributeColumn[]): Generator<FeatureBatch> {
  const { groupRings, ringStarts, ringRoles, coords } = dissolved;
  const features = groupRings.length - 1;
  let first = 0;
  while (first < features) {
    let last = first + 1;
    const vertexStart = ringStarts[groupRings[first]!]!;
    while (last < features && ringStarts[groupRings[last + 1]!]! - vertexStart <= MAX_BATCH_VERTICES) last++;
    const ringFirst = groupRings[first]!;
    const ringLast = groupRings[last]!;
    const slice = (values: readonly AttributeValue[]): AttributeValue[] => values.slice(first, last);
    yield {
      featureNos: Uint32Array.from({ length: last - first }, (_, i) => first + i),
      coords: coords.slice(2 * vertexStart, 2 * ringStarts[ringLast]!),
      ringStarts: ringStarts.slice(ringFirst, ringLast + 1).map((start) => start - vertexStart),
      ringRoles: ringRoles.slice(ringFirst, ringLast),
      featureRings: groupRings.slice(first, last + 1).map((ring) => ring - ringFirst),
      columns: columns.map((column) => ({ name: column.name, values: slice(column.values) })),
      problems: [],
    };
    first = last;
  }
}

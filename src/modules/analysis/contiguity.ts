import type { PolygonLayer } from '../../kernel/index.ts';
import { isFarmland } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import { balanceClassOf } from './attributes.ts';
import type { PlanPlanes } from './crossing.ts';
import type { ContiguityFacts, PlanParts, ReachedParcels } from './facts.ts';
import type { AnalysisParameters } from './parameters.ts';
import type { AnalysisPlan } from './plan-input.ts';

/** Pairs of features (a < b) of a layer that share an edge to the millimetre. */
export function neighbourPairs(layer: PlaneLayer): [number, number][] {
  const owners = new Map<string, number[]>();
  const key = (v: number): string => `${Math.round(layer.xy[2 * v]! * 1000)},${Math.round(layer.xy[2 * v + 1]! * 1000)}`;
  const count = layer.areas.length;
  for (let f = 0; f < count; f++) {
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      const [from, to] = [layer.ringStarts[r]!, layer.ringStarts[r + 1]!];
      for (let v = from; v < to; v++) {
        const [a, b] = [key(v), key(v + 1 < to ? v + 1 : from)];
        const edge = a < b ? `${a} ${b}` : `${b} ${a}`;
        const list = owners.get(edge);
        if (list === undefined) owners.set(edge, [f]);
        else if (!list.includes(f)) list.push(f);
      }
    }
  }
  const pairs = new Map<string, [number, number]>();
  for (const list of owners.values()) {
    for (let i = 0; i < list.length; i++) for (let j = i + 1; j < list.length; j++) {
      const pair: [number, number] = list[i]! < list[j]! ? [list[i]!, list[j]!] : [list[j]!, list[i]!];
      pairs.set(pair.join(' '), pair);
    }
  }
  return [...pairs.values()];
}

/** Parts of the project area that do not touch. */
export function projectPartsOf(project: PlaneLayer): number {
  const count = project.areas.length;
  return new Set(blocksOf(count, neighbourPairs(project))).size;
}

/** Block of every item, joining pairs; blocks are numbered by their first item. */
function blocksOf(count: number, pairs: readonly (readonly [number, number])[]): number[] {
  const parent = Array.from({ length: count }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = i; parent[at] !== root; ) [at, parent[at]] = [parent[at]!, root];
    return root;
  };
  for (const [a, b] of pairs) {
    const [x, y] = [find(a), find(b)];
    if (x !== y) parent[Math.max(x, y)] = Math.min(x, y);
  }
  return parent.map((_, i) => find(i));
}

/** Contiguous farmland before and after. */
export function contiguityFacts(
  plane: PlaneLayer, _layer: PolygonLayer, parcels: ReachedParcels, parts: PlanParts, planes: PlanPlanes, plan: AnalysisPlan,
  _parameters: AnalysisParameters,
): ContiguityFacts {
  const pairs = neighbourPairs(plane);
  const count = parcels.featureNos.length;
  const plots = plan.plots?.attributes ?? [];
  const farmland = (code: string | null): boolean => code !== null && isFarmland(code);
  const inProject = new Uint8Array(count);
  const staysFarmland = new Uint8Array(count);
  parts.parcels.forEach((parcel, part) => {
    const zone = parts.zones[part]!;
    if (zone > plots.length) return;
    inProject[parcel] = 1;
    if (zone === 0 || plots[zone - 1]!.kind === 'none') staysFarmland[parcel] = 1;
  });
  const label = (nodes: number, isNode: (i: number) => boolean, edges: readonly (readonly [number, number])[]) => {
    const roots = blocksOf(nodes, edges.filter(([a, b]) => isNode(a) && isNode(b)));
    const numbers = new Map<number, number>();
    const of = new Int32Array(nodes).fill(-1);
    for (let i = 0; i < nodes; i++) {
      if (!isNode(i)) continue;
      if (!numbers.has(roots[i]!)) numbers.set(roots[i]!, numbers.size);
      of[i] = numbers.get(roots[i]!)!;
    }
    return { blocks: numbers.size, of };
  };
  const before = label(count, (i) => inProject[i] === 1 && farmland(parcels.classCodes[i]!), pairs);
  if (plan.plots === null) return { before: { blocks: before.blocks, ofParcel: before.of }, after: null };
  const newFarmland = (plot: number): boolean => plots[plot]!.kind !== 'none' && farmland(balanceClassOf(plots[plot]!.classAfter));
  const edges: (readonly [number, number])[] = [...pairs];
  for (const [a, b] of neighbourPairs(planes.inside)) edges.push([count + a, count + b]);
  const after = label(
    count + plots.length,
    (i) => (i < count ? staysFarmland[i] === 1 && farmland(parcels.classCodes[i]!) : newFarmland(i - count)),
    edges,
  );
  return {
    before: { blocks: before.blocks, ofParcel: before.of },
    after: { blocks: after.blocks, ofParcel: after.of.slice(0, count), ofPlot: after.of.slice(count) },
  };
}

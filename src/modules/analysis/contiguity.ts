import type { PolygonLayer } from '../../kernel/index.ts';
import { columnOf, isFarmland } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import { contiguityBlocks } from '../../geometry/index.ts';
import { balanceClassOf, numberOf, textOf } from './attributes.ts';
import type { PlanPlanes } from './crossing.ts';
import type { ContiguityFacts, ReachedParcels } from './facts.ts';
import type { AnalysisParameters } from './parameters.ts';
import type { AnalysisPlan } from './plan-input.ts';
import { joinPlaneFeatures } from './plane-features.ts';
import type { ClosedParts, RawParts } from './plan-parts.ts';
import { remainderOf } from './remainders.ts';

/** Parts of the project area that do not touch (at a point is enough). */
export function projectPartsOf(project: PlaneLayer): number {
  const outers: { layer: PlaneLayer; feature: number }[][] = [];
  // Every outer ring as a feature of its own; holes part nothing that is not parted already.
  const rings = project.ringSigns.length;
  const featureRings = Uint32Array.from({ length: rings + 1 }, (_, r) => r);
  const boxes = new Float64Array(4 * rings);
  const areas = new Float64Array(rings);
  for (let r = 0; r < rings; r++) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    let twice = 0;
    const [from, to] = [project.ringStarts[r]!, project.ringStarts[r + 1]!];
    for (let v = from; v < to; v++) {
      const w = v + 1 < to ? v + 1 : from;
      const [x, y] = [project.xy[2 * v]!, project.xy[2 * v + 1]!];
      twice += x * project.xy[2 * w + 1]! - project.xy[2 * w]! * y;
      box[0] = Math.min(box[0]!, x);
      box[1] = Math.min(box[1]!, y);
      box[2] = Math.max(box[2]!, x);
      box[3] = Math.max(box[3]!, y);
    }
    areas[r] = (project.ringSigns[r]! * twice) / 2;
    boxes.set(box, 4 * r);
  }
  const single: PlaneLayer = { ...project, featureRings, areas, boxes };
  for (let r = 0; r < rings; r++) if (areas[r]! > 0) outers.push([{ layer: single, feature: r }]);
  const parts = joinPlaneFeatures(project, outers);
  return contiguityBlocks(
    parts,
    { classes: outers.map(() => '0101'), areasDm2: outers.map(() => 0) },
    { gapMetres: 0, passableClasses: [], passableWidthMetres: 0 },
  ).blocks.length;
}

/**
 * Contiguous farmland blocks of the project before and after. Before: the reached parcels as they are. After: a plot stands for
 * the land it changes, and parcels that are farmland or passable keep what the plots leave of them; where that falls into
 * pieces, they still count as one patch of their parcel.
 *
 * @param plane  the reached parcels in the run's plane, `layer` the same with their columns
 * @param reached position of each reached parcel among the candidates the raw parts speak of
 */
export function contiguityFacts(input: {
  readonly plane: PlaneLayer;
  readonly layer: PolygonLayer;
  readonly parcels: ReachedParcels;
  readonly reached: Uint32Array;
  readonly raw: RawParts;
  readonly closed: ClosedParts;
  readonly planes: PlanPlanes;
  readonly plan: AnalysisPlan;
  readonly parameters: AnalysisParameters;
  readonly isCancelled?: (() => boolean) | undefined;
}): ContiguityFacts {
  const { plane, layer, parcels, planes, plan, closed } = input;
  const count = parcels.featureNos.length;
  const plots = plan.plots?.attributes ?? [];
  const changes = (plot: number): boolean => plots[plot]!.kind !== 'none';
  const inProject = new Uint8Array(count);
  const keepsLand = new Uint8Array(count);
  closed.parcels.forEach((parcel, part) => {
    const zone = closed.zones[part]!;
    if (zone > plots.length) return;
    inProject[parcel] = 1;
    if (zone === 0 || !changes(zone - 1)) keepsLand[parcel] = 1;
  });
  const classes = parcels.classCodes.map((code) => code ?? '');
  const widths = columnOf(layer, 'XZDWKD');
  const settlements = columnOf(layer, 'CZCSXM');
  const widthOf = (i: number): number | null => {
    const width = numberOf(widths?.[i]);
    return width !== null && width > 0 ? width : null;
  };
  const options = { ...input.parameters.contiguity, ...(input.isCancelled ? { isCancelled: input.isCancelled } : {}) };
  const before = contiguityBlocks(
    plane,
    {
      classes,
      areasDm2: parcels.wholeDm2,
      widthsMetres: classes.map((_, i) => widthOf(i)),
      settlementCodes: classes.map((_, i) => textOf(settlements?.[i])),
      candidates: classes.map((code, i) => inProject[i] === 1 && isFarmland(code)),
    },
    options,
  );
  if (plan.plots === null) return { before: { blocks: before.blocks.length, ofParcel: before.blockOf }, after: null };

  const passable = new Set(input.parameters.contiguity.passableClasses);
  const cuts = changedPlotsOf(input, changes);
  const features: { layer: PlaneLayer; feature: number }[][] = [];
  const nodes: { parcel: number; plot: number }[] = [];
  for (let i = 0; i < count; i++) {
    const cut = cuts.get(i);
    if (cut !== undefined && keepsLand[i] === 0 && parcels.outsideDm2[i] === 0) continue; // all of it is plots
    const matters = isFarmland(classes[i]!) || passable.has(classes[i]!);
    features.push([
      cut === undefined || !matters
        ? { layer: plane, feature: i }
        : { layer: remainderOf(plane, i, planes.whole, cut.plots, plane.areas[i]! - cut.areaM2), feature: 0 },
    ]);
    nodes.push({ parcel: i, plot: -1 });
  }
  plots.forEach((_, plot) => {
    if (!changes(plot)) return;
    features.push([{ layer: planes.inside, feature: plot }]);
    nodes.push({ parcel: -1, plot });
  });
  const classAfter = nodes.map(({ parcel, plot }) =>
    parcel >= 0 ? classes[parcel]! : (balanceClassOf(plots[plot]!.classAfter) ?? ''),
  );
  const joined = joinPlaneFeatures(plane, features);
  const after = contiguityBlocks(
    joined,
    {
      classes: classAfter,
      areasDm2: nodes.map(({ parcel }) => (parcel >= 0 ? parcels.wholeDm2[parcel]! : 0)),
      widthsMetres: nodes.map(({ parcel }) => (parcel >= 0 ? widthOf(parcel) : null)),
      settlementCodes: nodes.map(({ parcel }) => (parcel >= 0 ? textOf(settlements?.[parcel]) : null)),
      candidates: nodes.map(
        ({ parcel, plot }, n) =>
          isFarmland(classAfter[n]!) &&
          (plot >= 0 ? planes.inside.areas[plot]! > 0 : inProject[parcel] === 1 && keepsLand[parcel] === 1),
      ),
    },
    options,
  );
  const ofParcel = new Int32Array(count).fill(-1);
  const ofPlot = new Int32Array(plots.length).fill(-1);
  nodes.forEach(({ parcel, plot }, n) => {
    if (plot >= 0) ofPlot[plot] = after.blockOf[n]!;
    else ofParcel[parcel] = after.blockOf[n]!;
  });
  return {
    before: { blocks: before.blocks.length, ofParcel: before.blockOf },
    after: { blocks: after.blocks.length, ofParcel, ofPlot },
  };
}

/** For each reached parcel that changed plots lie on: which, and how much of it they take, m². */
function changedPlotsOf(
  { raw, reached, plan }: Parameters<typeof contiguityFacts>[0],
  changes: (plot: number) => boolean,
): Map<number, { plots: number[]; areaM2: number }> {
  const count = plan.plots!.attributes.length;
  const position = new Map(Array.from(reached, (candidate, i) => [candidate, i]));
  const cuts = new Map<number, { plots: number[]; areaM2: number }>();
  raw.parcels.forEach((candidate, row) => {
    const zone = raw.zones[row]!;
    if (zone === 0) return;
    const plot = (zone - 1) % count;
    const parcel = position.get(candidate);
    if (!changes(plot) || parcel === undefined) return;
    const cut = cuts.get(parcel) ?? { plots: [], areaM2: 0 };
    if (!cut.plots.includes(plot)) cut.plots.push(plot);
    cut.areaM2 += raw.areas[row]!;
    cuts.set(parcel, cut);
  });
  return cuts;
}

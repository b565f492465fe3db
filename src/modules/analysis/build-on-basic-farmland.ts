import { closeToWhole } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import { tabulate } from '../../geometry/index.ts';
import type { ZonePlane } from './crossing.ts';
import type { LayerCrossing, PlanParts } from './facts.ts';
import type { AnalysisPlan } from './plan-input.ts';
import type { ClosedParts, RawParts } from './plan-parts.ts';
import { byParcel, rowsOf } from './plan-parts.ts';
import { productOf } from './product.ts';
import { selectPlaneFeatures } from './select-features.ts';

/**
 * Land of build plots on basic farmland that the plan does not move out: [part, dm²]. The basic farmland of a part is
 * divided into what is moved out and what stays by the product build × basic farmland × moved out, tabulated against the
 * parcels; without plots moved out all of it stays. Null without a (sound) basic-farmland layer.
 */
export function keptBasicFarmland(input: {
  readonly plan: AnalysisPlan;
  readonly whole: PlaneLayer;
  readonly changePlane: PlaneLayer | null;
  readonly basicFarmland: ZonePlane | null;
  readonly crossings: readonly LayerCrossing[];
  readonly parts: PlanParts;
  readonly raw: RawParts;
  readonly closed: ClosedParts;
  readonly parcels: PlaneLayer;
}): [part: number, areaDm2: number][] | null {
  const { plan, basicFarmland } = input;
  const crossing = input.crossings.find(({ role }) => role === 'basicFarmland');
  if (basicFarmland === null || crossing === undefined || plan.plots === null) return null;
  const kinds = plan.plots.attributes.map(({ kind }) => kind);
  const plotOf = (part: number): number =>
    input.parts.zones[part] === 0 ? -1 : (input.parts.zones[part]! - 1) % kinds.length;
  const onBasic = new Map<number, number>();
  for (let i = 0; i < crossing.parts.length; i++) {
    const part = crossing.parts[i]!;
    if (crossing.keyIndexes[i] === 0 || plotOf(part) < 0 || kinds[plotOf(part)] !== 'build') continue;
    onBasic.set(part, (onBasic.get(part) ?? 0) + crossing.areasDm2[i]!);
  }
  const movedOut = movedOutAreas(input, kinds);
  if (movedOut === null) return [...onBasic];
  return [...onBasic].flatMap(([part, area]): [number, number][] => {
    const parcel = input.raw.parcels[input.closed.rawRows[part]!]!;
    const out = movedOut(parcel, plotOf(part));
    if (out === 0) return [[part, area]];
    const [, kept] = closeToWhole(area, [out, Math.max(0, area / 100 - out)]);
    return kept! > 0 ? [[part, kept!]] : [];
  });
}

function movedOutAreas(
  { plan, whole, changePlane, basicFarmland, parcels }: Parameters<typeof keptBasicFarmland>[0],
  kinds: readonly (string | null)[],
): ((parcel: number, plot: number) => number) | null {
  const outs =
    plan.basicFarmlandChange?.attributes.flatMap(({ direction }, f) => (direction === 'out' ? [f] : [])) ?? [];
  const builds = kinds.flatMap((kind, plot) => (kind === 'build' ? [plot] : []));
  if (changePlane === null || outs.length === 0 || builds.length === 0) return null;
  const onBasic = productOf(selectPlaneFeatures(whole, builds), basicFarmland!.plane);
  const movedOut = productOf(onBasic.layer, selectPlaneFeatures(changePlane, outs));
  if (movedOut.aOf.length === 0) return null;
  const rows = byParcel(tabulate(parcels, movedOut.layer), parcels.areas.length);
  return (parcel, plot) =>
    rowsOf(rows, parcel).reduce(
      (sum, [piece, area]) => sum + (builds[onBasic.aOf[movedOut.aOf[piece]!]!] === plot ? area : 0),
      0,
    );
}

import type { AreaDm2 } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import type { ZonePlane } from './crossing.ts';
import type { LayerCrossing, PlanParts, ReachedParcels, VillageFacts } from './facts.ts';
import type { AnalysisParameters } from './parameters.ts';
import { sharedBorders } from './shared-borders.ts';

/**
 * The villages the project reaches with at least `reachedMinimumDm2`. Which villages, is said by the parcels (ZLDWDM);
 * where some of the project's parcels say nothing, by the village layer. Which of them share a border, is said by the village
 * layer alone.
 */
export function villageFacts(
  parcels: ReachedParcels,
  parts: PlanParts,
  plots: number,
  crossings: readonly LayerCrossing[],
  layer: ZonePlane | null,
  parameters: AnalysisParameters,
): VillageFacts[] | null {
  const crossing = layer === null ? undefined : crossings.find(({ role }) => role === 'village');
  const areas =
    fromParcels(parcels, parts, plots, parameters) ??
    (crossing === undefined ? null : fromLayer(crossing, parts, plots));
  if (areas === null) return null;
  const reached = [...areas]
    .filter(([, { areaDm2 }]) => areaDm2 >= parameters.reachedMinimumDm2)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const borders = layer === null ? null : bordersOf(layer);
  return reached.map(([code, { name, areaDm2 }]) => ({
    code,
    areaDm2,
    name: name ?? layer?.keys.find(({ key }) => key === code)?.name.zh ?? null,
    adjoins:
      borders === null || !layer!.keys.some(({ key }) => key === code)
        ? null
        : reached.map(([other]) => other).filter((other) => borders.has(`${code} ${other}`)),
  }));
}

type Areas = Map<string, { name: string | null; areaDm2: AreaDm2 }>;

function fromParcels(
  parcels: ReachedParcels,
  parts: PlanParts,
  plots: number,
  { reachedMinimumDm2 }: AnalysisParameters,
): Areas | null {
  const areas: Areas = new Map();
  let unstated = 0;
  parts.areasDm2.forEach((area, part) => {
    if (parts.zones[part]! > plots) return;
    const parcel = parts.parcels[part]!;
    const code = parcels.villageCodes[parcel];
    if (code === null || code === undefined) {
      unstated += area;
      return;
    }
    const village = areas.get(code);
    if (village === undefined) areas.set(code, { name: parcels.villageNames[parcel] ?? null, areaDm2: area });
    else {
      village.areaDm2 += area;
      village.name ??= parcels.villageNames[parcel] ?? null;
    }
  });
  return unstated >= reachedMinimumDm2 || areas.size === 0 ? null : areas;
}

function fromLayer(crossing: LayerCrossing, parts: PlanParts, plots: number): Areas | null {
  const areas: Areas = new Map();
  crossing.areasDm2.forEach((area, i) => {
    const key = crossing.keys[crossing.keyIndexes[i]!]!;
    if (crossing.keyIndexes[i] === 0 || key.key === 'unstated' || parts.zones[crossing.parts[i]!]! > plots) return;
    const village = areas.get(key.key);
    if (village === undefined) areas.set(key.key, { name: key.name.zh, areaDm2: area });
    else village.areaDm2 += area;
  });
  return areas.size === 0 ? null : areas;
}

/** `code other` for every two villages with a common border, both ways round. */
function bordersOf({ plane, keys, keyOfFeature }: ZonePlane & { readonly plane: PlaneLayer }): Set<string> {
  const borders = new Set<string>();
  for (const [a, b] of sharedBorders(plane)) {
    const [first, second] = [keys[keyOfFeature[a]!]!.key, keys[keyOfFeature[b]!]!.key];
    if (first === second) continue;
    borders.add(`${first} ${second}`);
    borders.add(`${second} ${first}`);
  }
  return borders;
}

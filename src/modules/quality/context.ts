import {
  coverage,
  crsOf,
  findDefects,
  fromLonLat,
  isBlockingDefect,
  OVERLAP_TOLERANCE_M2,
  lonLatBoxOf,
  lonLatOfPlanePoint,
  officialAreas,
  NO_COVERAGE,
  overlapsWithin,
  planeOriginOf,
  runZoneOf,
  toPlaneLayer,
} from '../../geometry/index.ts';
import type {
  Coverage,
  CoverageRegion,
  GeometryDefect,
  OfficialArea,
  PlaneLayer,
  SharedArea,
} from '../../geometry/index.ts';
import { assert, columnOf, featureCount } from '../../kernel/index.ts';
import { DEFAULT_MINIMUM_AREAS } from './minimum-areas.ts';
import type { QualityContext, QualityInput } from './rule.ts';
import { takeFeatures } from './take-features.ts';
import { textOf } from './values.ts';

export interface WorkHooks {
  readonly onProgress?: (fraction: number) => void;
  readonly isCancelled?: () => boolean;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Gaps and areas outside up to this area, m², are no problem: one unit of area. */
const SMALLEST_REGION_M2 = 0.01;
/** Narrower than this on average, metres, a region is the rounding of coordinates (files keep 0.1 mm), not land. */
const NARROWEST_REGION_METRES = 0.001;

/** The context of a run. What needs the geometry core is computed when the first rule asks, once. */
export function qualityContext(input: QualityInput, hooks: WorkHooks): QualityContext {
  const { layer } = input;
  const features = featureCount(layer);
  const crs = crsOf(layer.epsg);
  assert(crs !== undefined, `layer in a CRS the product does not read: ${layer.epsg}`);
  const identifiers =
    columnOf(layer, 'BSM') ?? columnOf(layer, 'TBBH') ?? columnOf(layer, 'id') ?? columnOf(layer, 'plotId');
  const columns = new Map(layer.columns.map((column) => [column.name, column.values]));

  const defects = once((): GeometryDefect[] => findDefects(layer, hooks));
  // Broken rings have no area to speak of: whatever computes leaves their features out.
  const sound = once((): Uint32Array => {
    const blocked = new Set(
      defects()
        .filter(isBlockingDefect)
        .map((defect) => defect.feature),
    );
    const kept: number[] = [];
    for (let f = 0; f < features; f++) {
      if (!blocked.has(f) && layer.featureRings[f] !== layer.featureRings[f + 1]) kept.push(f);
    }
    return Uint32Array.from(kept);
  });
  const soundLayer = once(() => (sound().length === features ? layer : takeFeatures(layer, sound())));
  const zone = once(() => runZoneOf(soundLayer()));
  const origin = once(() => planeOriginOf(zone(), lonLatBoxOf(soundLayer())));
  const plane = once((): PlaneLayer => toPlaneLayer(soundLayer(), zone(), origin()));
  const areas = once((): ReadonlyMap<number, OfficialArea> => {
    if (input.officialAreas !== undefined) return new Map([...sound()].map((f) => [f, input.officialAreas![f]!]));
    const computed = officialAreas(soundLayer(), zone());
    return new Map(computed.map((area, i) => [sound()[i]!, area]));
  });
  const covered = once((): Coverage => {
    if (sound().length === 0) return NO_COVERAGE;
    const boundary = input.boundary === undefined ? undefined : toPlaneLayer(input.boundary, zone(), origin());
    return coverage(boundary, plane(), { minimumAreaM2: SMALLEST_REGION_M2 });
  });
  // Two features share no more than is covered twice: only what lies there is tabulated.
  const overlaps = once((): SharedArea[] =>
    covered().overlapM2 <= OVERLAP_TOLERANCE_M2
      ? []
      : overlapsWithin(plane(), { ...hooks, boxes: covered().overlapBoxes }).map(({ a, b, areaM2 }) => ({
          a: sound()[a]!,
          b: sound()[b]!,
          areaM2,
        })),
  );
  const regions = once((): CoverageRegion[] =>
    covered()
      .regions.filter((region) => region.widthMetres > NARROWEST_REGION_METRES)
      .map((region) => ({ ...region, features: region.features.map((f) => sound()[f]!) })),
  );
  const overlapRegionsOf = once((): ReadonlyMap<number, CoverageRegion[]> => {
    const byFeature = new Map<number, CoverageRegion[]>();
    for (const region of regions()) {
      if (region.kind !== 'overlap') continue;
      for (const f of region.features) byFeature.set(f, [...(byFeature.get(f) ?? []), region]);
    }
    return byFeature;
  });
  const fromPlane = (x: number, y: number): readonly [number, number] => {
    const [longitude, latitude] = lonLatOfPlanePoint({ origin: origin() }, x, y);
    const out = [0, 0];
    fromLonLat(crs, longitude, latitude, out, 0);
    return [out[0]!, out[1]!];
  };
  // A gap where a feature was left out for its broken rings is that feature's own trouble.
  const brokenBoxes = once(() => boxesOfOthers(input, new Set(sound())));

  return {
    layer,
    role: input.role ?? (columns.has('DLBM') ? 'parcels' : 'polygons'),
    features,
    countyCode: input.countyCode,
    villageCodes:
      input.villageCodes === undefined ? undefined : new Set(input.villageCodes.map((code) => code.slice(0, 12))),
    hasBoundary: input.boundary !== undefined,
    minimumAreas: input.minimumAreas ?? DEFAULT_MINIMUM_AREAS,
    idOf: (feature) => {
      const text = textOf(identifiers?.[feature]);
      return text === '' ? null : text;
    },
    column: (field) => {
      const values = columns.get(field);
      assert(values !== undefined, `rule reads ${field} without naming it`);
      return values;
    },
    hasColumn: (field) => columns.has(field),
    placeOf: (feature) => {
      const ring = layer.featureRings[feature]!;
      if (ring === layer.featureRings[feature + 1]) return undefined;
      const v = layer.ringStarts[ring]!;
      const x = layer.coords[2 * v];
      const y = layer.coords[2 * v + 1];
      return x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y) ? undefined : [x, y];
    },
    defects,
    officialArea: (feature) => areas().get(feature),
    overlaps,
    coverageRegions: once(() =>
      regions().filter((region) => {
        const [x, y] = fromPlane(region.at[0], region.at[1]);
        return !brokenBoxes().some((box) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3]);
      }),
    ),
    overlapPlace: (a, b) => {
      const region = overlapRegionsOf()
        .get(a)
        ?.find(({ features: owners }) => owners.includes(b));
      return region === undefined ? undefined : fromPlane(region.at[0], region.at[1]);
    },
    fromPlane,
  };
}

function boxesOfOthers({ layer }: QualityInput, kept: ReadonlySet<number>): [number, number, number, number][] {
  const boxes: [number, number, number, number][] = [];
  for (let f = 0; f < featureCount(layer); f++) {
    const from = layer.ringStarts[layer.featureRings[f]!]!;
    const to = layer.ringStarts[layer.featureRings[f + 1]!]!;
    if (kept.has(f) || from === to) continue;
    const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let v = from; v < to; v++) {
      const x = layer.coords[2 * v]!;
      const y = layer.coords[2 * v + 1]!;
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    boxes.push(box);
  }
  return boxes;
}

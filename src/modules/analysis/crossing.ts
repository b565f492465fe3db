import type { AreaDm2, LayerRole } from '../../kernel/index.ts';
import { closeToWhole } from '../../kernel/index.ts';
import type { PlaneLayer, ProductLayer } from '../../geometry/index.ts';
import { TOUCHING_SQUARE_METRES, tabulate } from '../../geometry/index.ts';
import type { LayerCrossing, ZoneKey } from './facts.ts';
import type { ByParcel, ClosedParts, RawParts } from './plan-parts.ts';
import { byParcel, rowsOf } from './plan-parts.ts';
import { productOf } from './product.ts';

/** A zone layer ready to be crossed: features near the plan, in the run's plane, with the key each is counted under. */
export interface ZonePlane {
  readonly role: LayerRole | null;
  readonly name: string;
  readonly plane: PlaneLayer;
  /** `keys[0]` is outside. */
  readonly keys: readonly ZoneKey[];
  readonly keyOfFeature: Uint16Array;
  readonly overlaps: number;
}

/** The geometry of the plan in the run's plane. */
export interface PlanPlanes {
  readonly project: PlaneLayer;
  /** Plots cut to the project, and as planned; one object where no plot leaves the project. */
  readonly inside: PlaneLayer;
  readonly whole: PlaneLayer;
}

/**
 * Crosses plan parts with a zone layer. The product layers project × zones and plots × zones are made by the clipper and
 * tabulated against the parcels; land in the project outside every plot is the difference. The shares of a part, outside
 * first among equals last in order, close to the part in whole dm².
 */
export function crossZones(
  parcels: PlaneLayer,
  plan: PlanPlanes,
  zones: ZonePlane,
  raw: RawParts,
  parts: ClosedParts,
): LayerCrossing {
  const plots = plan.whole.areas.length;
  const products = {
    project: productOf(plan.project, zones.plane),
    inside: productOf(plan.inside, zones.plane),
    whole: plan.inside === plan.whole ? null : productOf(plan.whole, zones.plane),
  };
  const rows = {
    project: areasByKey(parcels, products.project, zones, 1),
    inside: areasByKey(parcels, products.inside, zones, plots),
    whole: products.whole === null ? null : areasByKey(parcels, products.whole, zones, plots),
  };
  const out = { parts: [] as number[], keys: [] as number[], areas: [] as number[] };
  for (let part = 0; part < parts.parcels.length; part++) {
    const rawRow = parts.rawRows[part]!;
    const parcel = raw.parcels[rawRow]!;
    const zone = parts.zones[part]!;
    const weights = new Map<number, number>();
    const book = (source: ReadonlyMap<number, number> | undefined, sign: 1 | -1): void => {
      for (const [key, area] of source ?? []) weights.set(key, (weights.get(key) ?? 0) + sign * area);
    };
    if (zone === 0) {
      book(rows.project(parcel).get(0), 1);
      for (const areas of rows.inside(parcel).values()) book(areas, -1);
    } else if (zone <= plots) {
      book(rows.inside(parcel).get(zone - 1), 1);
    } else {
      book(rows.whole!(parcel).get(zone - 1 - plots), 1);
      book(rows.inside(parcel).get(zone - 1 - plots), -1);
    }
    const found = [...weights].filter(([, area]) => area > TOUCHING_SQUARE_METRES).sort(([a], [b]) => a - b);
    const covered = found.reduce((sum, [, area]) => sum + area, 0);
    const rest = Math.max(0, raw.areas[rawRow]! - covered);
    const closed: AreaDm2[] = closeToWhole(parts.areasDm2[part]!, [
      ...found.map(([, area]) => area),
      rest <= TOUCHING_SQUARE_METRES ? 0 : rest,
    ]);
    const put = (key: number, area: AreaDm2): void => {
      if (area === 0) return;
      out.parts.push(part);
      out.keys.push(key);
      out.areas.push(area);
    };
    put(0, closed.pop()!);
    closed.forEach((area, k) => put(found[k]![0], area));
  }
  return {
    role: zones.role,
    name: zones.name,
    keys: zones.keys,
    parts: Uint32Array.from(out.parts),
    keyIndexes: Uint16Array.from(out.keys),
    areasDm2: Float64Array.from(out.areas),
    productCheckM2: Math.max(products.project.checkM2, products.inside.checkM2, products.whole?.checkM2 ?? 0),
    overlaps: zones.overlaps,
  };
}

/** For each parcel: plan feature → key → m². `planFeatures` 1 joins all features of the plan side (the project). */
function areasByKey(
  parcels: PlaneLayer,
  product: ProductLayer,
  zones: ZonePlane,
  planFeatures: number,
): (parcel: number) => ReadonlyMap<number, ReadonlyMap<number, number>> {
  const table: ByParcel = byParcel(tabulate(parcels, product.layer), parcels.areas.length);
  let last: { parcel: number; found: Map<number, Map<number, number>> } = { parcel: -1, found: new Map() };
  return (parcel) => {
    if (last.parcel === parcel) return last.found;
    const found = new Map<number, Map<number, number>>();
    for (const [piece, area] of rowsOf(table, parcel)) {
      const feature = planFeatures === 1 ? 0 : product.aOf[piece]!;
      const key = zones.keyOfFeature[product.bOf[piece]!]!;
      const areas = found.get(feature) ?? new Map<number, number>();
      areas.set(key, (areas.get(key) ?? 0) + area);
      found.set(feature, areas);
    }
    last = { parcel, found };
    return found;
  };
}

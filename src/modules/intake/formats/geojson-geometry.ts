import { INNER, OUTER, localized } from '../../../kernel/index.ts';
import { reportDroppedZ, type BatchBuilder } from './batch-builder.ts';
import { reportCollection, reportNotPolygon } from './wkb.ts';

/** Longest ring copied without growing the scratch array. */
let scratch = new Float64Array(4096);

/**
 * Takes a parsed GeoJSON geometry into the builder's current feature: Polygon, MultiPolygon, and collections of them.
 * `null` leaves the feature without rings. Whatever cannot be read is reported to the builder.
 */
export function addGeoJsonGeometry(builder: BatchBuilder, geometry: unknown, depth = 0): void {
  if (geometry === null || geometry === undefined) return;
  if (typeof geometry !== 'object' || depth > 4) return refuse(builder);
  const { type, coordinates, geometries } = geometry as Record<string, unknown>;
  if (type === 'Polygon') return addPolygon(builder, coordinates);
  if (type === 'MultiPolygon') {
    if (!Array.isArray(coordinates)) return refuse(builder);
    for (const polygon of coordinates) addPolygon(builder, polygon);
    return;
  }
  if (type === 'GeometryCollection') {
    if (!Array.isArray(geometries)) return refuse(builder);
    for (const member of geometries) addGeoJsonGeometry(builder, member, depth + 1);
    if (geometries.length > 0) reportCollection(builder);
    return;
  }
  if (typeof type === 'string' && /^(Multi)?(Point|LineString)$/.test(type)) return reportNotPolygon(builder, type);
  refuse(builder);
}

function addPolygon(builder: BatchBuilder, rings: unknown): void {
  if (!Array.isArray(rings)) return refuse(builder);
  for (let r = 0; r < rings.length; r++) {
    const ring: unknown = rings[r];
    if (!Array.isArray(ring)) return refuse(builder);
    const count = ring.length;
    if (2 * count > scratch.length) scratch = new Float64Array(4 * count);
    for (let i = 0; i < count; i++) {
      const position: unknown = ring[i];
      if (!Array.isArray(position) || position.length < 2) return refuse(builder);
      const x: unknown = position[0];
      const y: unknown = position[1];
      // null stands where NaN stood; the builder refuses what is not finite and says so.
      scratch[2 * i] = typeof x === 'number' ? x : x === null ? Number.NaN : textNumber(x);
      scratch[2 * i + 1] = typeof y === 'number' ? y : y === null ? Number.NaN : textNumber(y);
      if (position.length > 2 && i === 0) reportDroppedZ(builder);
    }
    builder.addRing(scratch, 0, count, 2, r === 0 ? OUTER : INNER);
  }
}

/** Coordinates written as texts are numbers all the same; anything else is none. */
function textNumber(value: unknown): number {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function refuse(builder: BatchBuilder): void {
  builder.refuseGeometry({
    rule: 'geometry.unreadable',
    severity: 'error',
    message: localized('图形的写法不符合 GeoJSON', 'The geometry is not written as GeoJSON.'),
    remedy: localized('请从原软件重新导出', 'Export it again from the source software.'),
  });
}

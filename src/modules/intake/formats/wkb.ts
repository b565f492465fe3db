import { INNER, OUTER, localized, type FeatureBatch } from '../../../kernel/index.ts';
import { reportDroppedZ, type BatchBuilder } from './batch-builder.ts';

/**
 * What a geometry turned out to be. `corrupt`: a count or length in it does not fit its bytes; nothing of the geometry
 * was kept.
 */
export type WkbOutcome = 'polygon' | 'empty' | 'not-polygon' | 'curve' | 'corrupt';

const POLYGON = 3;
const MULTI_POLYGON = 6;
const COLLECTION = 7;
const CURVES = new Map([
  [8, 'CircularString'],
  [9, 'CompoundCurve'],
  [10, 'CurvePolygon'],
  [11, 'MultiCurve'],
  [12, 'MultiSurface'],
]);
const NAMES = new Map([
  [1, 'Point'],
  [2, 'LineString'],
  [4, 'MultiPoint'],
  [5, 'MultiLineString'],
  [15, 'PolyhedralSurface'],
  [16, 'TIN'],
  [17, 'Triangle'],
]);

/** Deeper nesting than any honest geometry has. */
const MAX_DEPTH = 8;

interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly end: number;
}

/**
 * Reads one WKB geometry (ISO or EWKB, either byte order) from `bytes[from … to)` into the builder's current feature:
 * polygons and multipolygons as rings with their roles, Z and M left behind. Problems (curves, other geometry types)
 * are reported to the builder, which then drops the geometry; `corrupt` is the caller's to refuse.
 */
export function addWkb(builder: BatchBuilder, bytes: Uint8Array, from: number, to: number): WkbOutcome {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = { bytes, view, at: from, end: Math.min(to, bytes.byteLength) };
  return readGeometry(builder, cursor, 0);
}

function readGeometry(builder: BatchBuilder, cursor: Cursor, depth: number): WkbOutcome {
  if (depth > MAX_DEPTH || cursor.end - cursor.at < 5) return 'corrupt';
  const order = cursor.bytes[cursor.at]!;
  if (order > 1) return 'corrupt';
  const little = order === 1;
  const raw = cursor.view.getUint32(cursor.at + 1, little);
  cursor.at += 5;
  // EWKB flags dimensions in the high bits, ISO adds thousands.
  const code = raw & 0x1fffffff;
  const thousands = Math.floor(code / 1000);
  const type = code % 1000;
  if (thousands > 3) return 'corrupt';
  const hasZ = (raw & 0x80000000) !== 0 || thousands === 1 || thousands === 3;
  const hasM = (raw & 0x40000000) !== 0 || thousands === 2 || thousands === 3;
  if ((raw & 0x20000000) !== 0) cursor.at += 4;
  if (hasZ || hasM) reportDroppedZ(builder);
  const stride = 2 + (hasZ ? 1 : 0) + (hasM ? 1 : 0);

  if (type === POLYGON) return readPolygon(builder, cursor, little, stride);
  if (type === MULTI_POLYGON || type === COLLECTION) {
    const count = readCount(cursor, little, 9);
    if (count < 0) return 'corrupt';
    let outcome: WkbOutcome = 'empty';
    for (let i = 0; i < count; i++) {
      const member = readGeometry(builder, cursor, depth + 1);
      if (member === 'polygon') outcome = 'polygon';
      else if (member !== 'empty') return member;
    }
    if (type === COLLECTION && outcome === 'polygon') reportCollection(builder);
    return outcome;
  }
  const curve = CURVES.get(type);
  if (curve !== undefined) {
    reportCurve(builder, curve);
    return 'curve';
  }
  const name = NAMES.get(type);
  if (name === undefined) return 'corrupt';
  reportNotPolygon(builder, name);
  return 'not-polygon';
}

function readPolygon(builder: BatchBuilder, cursor: Cursor, little: boolean, stride: number): WkbOutcome {
  const rings = readCount(cursor, little, 4);
  if (rings < 0) return 'corrupt';
  let any = false;
  for (let r = 0; r < rings; r++) {
    const count = readCount(cursor, little, 8 * stride);
    if (count < 0) return 'corrupt';
    const doubles = count * stride;
    // An empty outer ring makes the polygon empty; its other rings have nothing to be holes in.
    if (r === 0 ? count > 0 : any) {
      const role = r === 0 ? OUTER : INNER;
      if (little && stride === 2) builder.addRingBytes(cursor.bytes, cursor.at, count, role);
      else builder.addRing(unpacked(cursor, doubles, little), 0, count, stride, role);
      any = true;
    }
    cursor.at += 8 * doubles;
  }
  return any ? 'polygon' : 'empty';
}

/** Numbers of a ring that is not pairs of little-endian float64, the next `count` of the bytes. */
function unpacked(cursor: Cursor, count: number, little: boolean): Float64Array {
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = cursor.view.getFloat64(cursor.at + 8 * i, little);
  return numbers;
}

/** A count whose items of at least `itemBytes` still fit the bytes left, or −1. */
function readCount(cursor: Cursor, little: boolean, itemBytes: number): number {
  if (cursor.end - cursor.at < 4) return -1;
  const count = cursor.view.getUint32(cursor.at, little);
  cursor.at += 4;
  return count * itemBytes <= cursor.end - cursor.at ? count : -1;
}

export function reportCurve(builder: BatchBuilder, type: string): void {
  builder.refuseGeometry({
    rule: 'geometry.curve',
    severity: 'error',
    message: localized(`图形含弧线 (${type})`, `The geometry holds curves (${type}).`),
    remedy: localized('请在原软件中把弧线转为折线', 'Turn the curves into line segments in the source software.'),
  });
}

export function reportNotPolygon(builder: BatchBuilder, type: string): void {
  builder.refuseGeometry({
    rule: 'geometry.not-polygon',
    severity: 'error',
    message: localized(`图形是 ${type},不是面`, `The geometry is a ${type}, not a polygon.`),
    remedy: localized('请删除该记录,或改为面', 'Delete the record, or make it a polygon.'),
  });
}

export function reportCollection(builder: BatchBuilder): void {
  builder.report({
    rule: 'geometry.collection',
    severity: 'warning',
    message: localized(
      '图形是只含面的集合,按多部件面读取',
      'The geometry is a collection of polygons only; read as one multipart polygon.',
    ),
  });
}

/** Bytes of feature `f` as little-endian MultiPolygon WKB; rings are closed, orientation is left as it is. */
export function wkbLength(batch: FeatureBatch, f: number): number {
  let bytes = 9;
  for (let r = batch.featureRings[f]!; r < batch.featureRings[f + 1]!; r++) {
    if (batch.ringRoles[r] === OUTER || r === batch.featureRings[f]) bytes += 9;
    bytes += 4 + 16 * (batch.ringStarts[r + 1]! - batch.ringStarts[r]! + 1);
  }
  return bytes;
}

/** Writes feature `f` as MultiPolygon WKB into `target` from `at`; returns the place after it. */
export function writeWkb(batch: FeatureBatch, f: number, target: DataView, at: number): number {
  const from = batch.featureRings[f]!;
  const to = batch.featureRings[f + 1]!;
  let polygons = 0;
  for (let r = from; r < to; r++) if (batch.ringRoles[r] === OUTER || r === from) polygons++;
  at = header(target, at, MULTI_POLYGON, polygons);
  for (let r = from; r < to; r++) {
    if (batch.ringRoles[r] === OUTER || r === from) {
      let rings = 1;
      while (r + rings < to && batch.ringRoles[r + rings] !== OUTER) rings++;
      at = header(target, at, POLYGON, rings);
    }
    const first = batch.ringStarts[r]!;
    const count = batch.ringStarts[r + 1]! - first;
    target.setUint32(at, count + 1, true);
    at += 4;
    for (let i = 0; i <= count; i++) {
      const vertex = 2 * (first + (i === count ? 0 : i));
      target.setFloat64(at, batch.coords[vertex]!, true);
      target.setFloat64(at + 8, batch.coords[vertex + 1]!, true);
      at += 16;
    }
  }
  return at;
}

function header(target: DataView, at: number, type: number, count: number): number {
  target.setUint8(at, 1);
  target.setUint32(at + 1, type, true);
  target.setUint32(at + 5, count, true);
  return at + 9;
}

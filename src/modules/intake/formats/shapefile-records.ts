import { localized } from '../../../kernel/index.ts';
import { reportDroppedZ, type BatchBuilder } from './batch-builder.ts';
import { findRingRoles, orientationAgrees } from './ring-roles.ts';

/** Shape types of the ESRI white paper (1998). */
export const SHAPE_NULL = 0;
export const SHAPE_POLYGON = 5;
export const SHAPE_POLYGON_Z = 15;
export const SHAPE_POLYGON_M = 25;
export const SHAPE_MULTIPATCH = 31;

export function isPolygonShape(type: number): boolean {
  return type === SHAPE_POLYGON || type === SHAPE_POLYGON_Z || type === SHAPE_POLYGON_M;
}

const NAMES: Readonly<Record<number, string>> = {
  1: 'Point',
  3: 'PolyLine',
  8: 'MultiPoint',
  11: 'PointZ',
  13: 'PolyLineZ',
  18: 'MultiPointZ',
  21: 'PointM',
  23: 'PolyLineM',
  28: 'MultiPointM',
  31: 'MultiPatch',
};

export function shapeName(type: number): string {
  return NAMES[type] ?? `type ${type}`;
}

/** Takes shapes into the builder's current feature; false where a count in the record does not fit its bytes. */
export interface ShapeDecoder {
  (bytes: Uint8Array): boolean;
}

/**
 * Decodes polygon records (main file, content without the 8-byte record header). Which rings are holes is found from
 * containment; where the orientation of the rings says otherwise, that is reported, because other software goes by it.
 */
export function createShapeDecoder(builder: BatchBuilder): ShapeDecoder {
  let points = new Float64Array(4096);
  let pointBytes = new Uint8Array(points.buffer);

  return (bytes) => {
    const { length } = bytes;
    if (length < 4) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    const type = view.getInt32(0, true);
    if (type === SHAPE_NULL) return true;
    if (!isPolygonShape(type)) {
      if (NAMES[type] === undefined) return false;
      builder.refuseGeometry({
        rule: 'geometry.not-polygon',
        severity: 'error',
        message: localized(`图形是 ${NAMES[type]},不是面`, `The geometry is a ${NAMES[type]}, not a polygon.`),
        remedy: localized('请删除该记录,或改为面', 'Delete the record, or make it a polygon.'),
      });
      return true;
    }
    if (type !== SHAPE_POLYGON) reportDroppedZ(builder);
    if (length < 44) return false;
    const parts = view.getInt32(36, true);
    const count = view.getInt32(40, true);
    if (parts < 0 || count < 0 || 44 + 4 * parts + 16 * count > length) return false;
    const pointsAt = 44 + 4 * parts;
    const starts = new Uint32Array(parts + 1);
    starts[parts] = count;
    for (let p = 0; p < parts; p++) {
      const start = view.getInt32(44 + 4 * p, true);
      if (start < (p === 0 ? 0 : starts[p - 1]!) || start > count) return false;
      starts[p] = start;
    }
    if (parts === 1) {
      builder.addRingBytes(bytes, pointsAt + 16 * starts[0]!, count - starts[0]!, 0);
      return true;
    }
    if (2 * count > points.length) {
      points = new Float64Array(Math.max(2 * count, 2 * points.length));
      pointBytes = new Uint8Array(points.buffer);
    }
    pointBytes.set(bytes.subarray(pointsAt, pointsAt + 16 * count));
    addRings(builder, points, starts);
    return true;
  };
}

function addRings(builder: BatchBuilder, points: Float64Array, starts: Uint32Array): void {
  const found = findRingRoles(points, starts);
  if (!found.complete) {
    builder.refuseGeometry({
      rule: 'geometry.too-complex',
      severity: 'error',
      message: localized(
        '图形的环相互嵌套过多,无法区分内外环',
        'The rings lie in one another too deeply to tell holes from outer rings.',
      ),
      remedy: localized('请在原软件中修复或拆分该图形', 'Repair or split the geometry in the source software.'),
    });
    return;
  }
  if (!orientationAgrees(found)) {
    builder.report({
      rule: 'geometry.ring-role',
      severity: 'warning',
      message: localized(
        '环的方向与包含关系不一致,按包含关系区分外环和内环',
        'The direction of the rings disagrees with how they lie in one another; outer and inner rings were told by containment.',
      ),
      remedy: localized('请核对内环(岛、洞)', 'Check the holes.'),
    });
  }
  for (const r of found.order) {
    builder.addRing(points, 2 * starts[r]!, starts[r + 1]! - starts[r]!, 2, found.roles[r]!);
  }
}

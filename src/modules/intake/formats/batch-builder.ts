import {
  assert,
  localized,
  MAX_BATCH_VERTICES,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
} from '../../../kernel/index.ts';
import type { SourceField } from '../format.ts';

/** Most features of a batch, so that layers of attributes alone also travel in small pieces. */
export const MAX_BATCH_FEATURES = 8_192;

/** How the coordinates of a source are to be taken. */
export interface CoordinateRules {
  /** The file has north before east: every pair is exchanged. */
  readonly swapAxes: boolean;
  /** minX, minY, maxX, maxY (after the exchange) a coordinate of the layer's CRS can have; a feature outside is refused. */
  readonly bounds: readonly [number, number, number, number];
}

/** Until the CRS is known: no coordinate of a CGCS2000 system comes near these (zone 45 with prefix is 45,500,000). */
export const AS_DELIVERED: CoordinateRules = { swapAxes: false, bounds: [-1e9, -1e9, 1e9, 1e9] };

/**
 * Gathers features into batches. A reader calls `beginFeature`, then `addRing` per ring (holes after their outer
 * ring), then `endFeature`; a batch comes back whenever one is full, the last from `finish`.
 */
export interface BatchBuilder {
  beginFeature(featureNo: number): void;
  /**
   * Takes `count` vertices at `source[from + i × stride]` (x) and the place after it (y). The closing repetition of the
   * first vertex is dropped; a ring without one is closed, which is said. A ring of no vertices is left out.
   */
  addRing(source: ArrayLike<number>, from: number, count: number, stride: number, role: number): void;
  /** The geometry cannot be used: the feature keeps its attributes and loses its rings. */
  refuseGeometry(problem: Omit<Problem, 'featureNo' | 'id'>): void;
  /** Something to say about the current feature. */
  report(problem: Omit<Problem, 'featureNo' | 'id'>): void;
  /** Something to say about the file, once (by rule and field), in the batch where it was first seen. */
  reportOnce(problem: Omit<Problem, 'featureNo' | 'id'>): void;
  /** `values` in the order of the fields. A feature without rings is reported. Returns a batch once one is full. */
  endFeature(values: readonly AttributeValue[]): FeatureBatch | null;
  finish(): FeatureBatch | null;
}

const MISSING_GEOMETRY = {
  rule: 'geometry.missing',
  severity: 'error',
  message: localized('该要素没有图形', 'The feature has no geometry.'),
  remedy: localized('请补绘图形,或在原文件中删除该记录', 'Draw the geometry, or delete the record in the source.'),
} as const;

export const Z_DROPPED = {
  rule: 'geometry.z-dropped',
  severity: 'note',
  message: localized(
    '图形带高程 (Z) 或测量值 (M),只读取平面坐标',
    'The geometries carry heights (Z) or measures (M); only the plane coordinates are read.',
  ),
} as const;

/** Says once that Z or M values are not read. */
export function reportDroppedZ(builder: BatchBuilder): void {
  builder.reportOnce(Z_DROPPED);
}

interface Mark {
  readonly vertices: number;
  readonly rings: number;
}

export function createBatchBuilder(
  fields: readonly Pick<SourceField, 'name'>[],
  rules: CoordinateRules = AS_DELIVERED,
): BatchBuilder {
  const [minX, minY, maxX, maxY] = rules.bounds;
  const east = rules.swapAxes ? 1 : 0;
  let coords = new Float64Array(2 * 4096);
  let vertices = 0;
  let ringEnds: number[] = [];
  let ringRoles: number[] = [];
  let featureEnds: number[] = [];
  let featureNos: number[] = [];
  let columns: AttributeValue[][] = fields.map(() => []);
  let problems: Problem[] = [];
  let pending: Problem[] = [];
  let current = -1;
  let refused = false;
  let unclosed: readonly [number, number] | undefined;
  let start: Mark = { vertices: 0, rings: 0 };
  const said = new Set<string>();

  function reserve(more: number): void {
    const needed = 2 * (vertices + more);
    if (needed <= coords.length) return;
    let capacity = coords.length;
    while (capacity < needed) capacity *= 2;
    const larger = new Float64Array(capacity);
    larger.set(coords.subarray(0, 2 * vertices));
    coords = larger;
  }

  function addRing(source: ArrayLike<number>, from: number, count: number, stride: number, role: number): void {
    if (refused || count === 0) return;
    const last = from + (count - 1) * stride;
    const closed = count > 1 && source[last] === source[from] && source[last + 1] === source[from + 1];
    const kept = closed ? count - 1 : count;
    reserve(kept);
    let at = 2 * vertices;
    let end = from + kept * stride;
    for (let i = from; i < end; i += stride) {
      const x = source[i + east]!;
      const y = source[i + 1 - east]!;
      // The comparison is false for NaN too.
      if (!(x >= minX && x <= maxX && y >= minY && y <= maxY)) {
        refuseGeometry(badCoordinate(x, y));
        return;
      }
      coords[at] = x;
      coords[at + 1] = y;
      at += 2;
    }
    end = vertices + kept;
    if (!closed && count > 1 && unclosed === undefined) unclosed = [source[from + east]!, source[from + 1 - east]!];
    vertices = end;
    ringEnds.push(end);
    ringRoles.push(role);
  }

  function refuseGeometry(problem: Omit<Problem, 'featureNo' | 'id'>): void {
    if (refused) return;
    refused = true;
    report(problem);
  }

  function report(problem: Omit<Problem, 'featureNo' | 'id'>): void {
    pending.push({ ...problem, featureNo: current, id: null });
  }

  /** The features before `count` as a batch; what follows moves to the front. */
  function cut(count: number): FeatureBatch {
    const ringCount = count === 0 ? 0 : featureEnds[count - 1]!;
    const vertexCount = ringCount === 0 ? 0 : ringEnds[ringCount - 1]!;
    const batch: FeatureBatch = {
      featureNos: Uint32Array.from(featureNos.slice(0, count)),
      coords: coords.slice(0, 2 * vertexCount),
      ringStarts: starts(ringEnds, ringCount),
      ringRoles: Uint8Array.from(ringRoles.slice(0, ringCount)),
      featureRings: starts(featureEnds, count),
      columns: fields.map((field, i) => ({ name: field.name, values: columns[i]!.slice(0, count) })),
      problems,
    };
    coords.copyWithin(0, 2 * vertexCount, 2 * vertices);
    vertices -= vertexCount;
    ringEnds = ringEnds.slice(ringCount).map((end) => end - vertexCount);
    ringRoles = ringRoles.slice(ringCount);
    featureEnds = featureEnds.slice(count).map((end) => end - ringCount);
    featureNos = featureNos.slice(count);
    columns = columns.map((values) => values.slice(count));
    problems = [];
    return batch;
  }

  return {
    beginFeature(featureNo) {
      assert(current < featureNo, 'features must come in rising order');
      current = featureNo;
      refused = false;
      unclosed = undefined;
      start = { vertices, rings: ringEnds.length };
    },
    addRing,
    refuseGeometry,
    report,
    reportOnce(problem) {
      const key = `${problem.rule} ${problem.field ?? ''}`;
      if (said.has(key)) return;
      said.add(key);
      pending.push({ ...problem, featureNo: null, id: null });
    },
    endFeature(values) {
      if (refused) {
        vertices = start.vertices;
        ringEnds.length = start.rings;
        ringRoles.length = start.rings;
      } else if (ringEnds.length === start.rings) {
        report(MISSING_GEOMETRY);
      } else if (unclosed !== undefined) {
        report(unclosedRing(unclosed));
      }
      featureEnds.push(ringEnds.length);
      featureNos.push(current);
      for (let i = 0; i < columns.length; i++) columns[i]!.push(values[i] ?? null);
      let batch: FeatureBatch | null = null;
      if (vertices > MAX_BATCH_VERTICES && featureNos.length > 1) {
        // The feature that went over the limit opens the next batch, and its problems go with it.
        batch = cut(featureNos.length - 1);
      }
      problems.push(...pending);
      pending = [];
      if (batch === null && (vertices >= MAX_BATCH_VERTICES || featureNos.length >= MAX_BATCH_FEATURES)) {
        batch = cut(featureNos.length);
      }
      return batch;
    },
    finish() {
      problems.push(...pending);
      pending = [];
      return featureNos.length > 0 || problems.length > 0 ? cut(featureNos.length) : null;
    },
  };
}

function starts(ends: readonly number[], count: number): Uint32Array {
  const result = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) result[i + 1] = ends[i]!;
  return result;
}

function badCoordinate(x: number, y: number): Omit<Problem, 'featureNo' | 'id'> {
  const finite = Number.isFinite(x) && Number.isFinite(y);
  return {
    rule: finite ? 'geometry.outside-crs' : 'geometry.not-finite',
    severity: 'error',
    message: finite
      ? localized(
          `坐标 (${x}, ${y}) 超出本图层坐标系的范围`,
          `The coordinate (${x}, ${y}) cannot belong to the CRS of the layer.`,
        )
      : localized(`坐标 (${x}, ${y}) 不是有效数字`, `The coordinate (${x}, ${y}) is not a number.`),
    remedy: localized('请在原软件中修正或重绘该图形', 'Correct or redraw the geometry in the source software.'),
  };
}

function unclosedRing(at: readonly [number, number]): Omit<Problem, 'featureNo' | 'id'> {
  return {
    rule: 'geometry.unclosed-ring',
    severity: 'warning',
    message: localized(
      '环的首尾点不重合,已用首点自动闭合',
      'The first and last vertex of a ring differ; the ring was closed to its first vertex.',
    ),
    remedy: localized('请核对闭合处的界线', 'Check the boundary where it was closed.'),
    at,
  };
}

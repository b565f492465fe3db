import {
  assert,
  localized,
  MAX_BATCH_VERTICES,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
} from '../../../kernel/index.ts';
import type { CoordinateRoom, SourceField } from '../format.ts';

/** Most features of a batch, so that layers of attributes alone also travel in small pieces. */
export const MAX_BATCH_FEATURES = 8_192;

/** minX, minY, maxX, maxY. */
export type Box = readonly [number, number, number, number];

/** How the coordinates of a source are to be taken. */
export interface CoordinateRules {
  /** The file has north before east: every pair is exchanged. */
  readonly swapAxes: boolean;
  /** What a coordinate of the layer's CRS can be (after the exchange); a feature outside is refused. */
  readonly bounds: Box;
  /** Features whose box does not meet this one are left out, those without geometry too. */
  readonly within?: Box;
  /** Everything in one batch: for layers that are wanted whole in memory, which saves copying them twice. */
  readonly whole?: WholeLayer;
}

export interface WholeLayer {
  /** Vertices to make room for at first. Room that is never written to costs nothing. */
  readonly vertices: number;
  /** Asked now and then with the features read so far; false ends the batch there, as if it were full. */
  goOn(features: number): boolean;
  /** Where coordinates are written; a buffer of our own by default. */
  readonly room?: CoordinateRoom;
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
  /**
   * `addRing` for `count` vertices that lie in `bytes[from]` as pairs of little-endian float64, which is how most
   * formats hold them: moved as one block.
   */
  addRingBytes(bytes: Uint8Array, from: number, count: number, role: number): void;
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

export function createBatchBuilder(
  fields: readonly Pick<SourceField, 'name'>[],
  rules: CoordinateRules = AS_DELIVERED,
): BatchBuilder {
  const [minX, minY, maxX, maxY] = rules.bounds;
  const { swapAxes, within, whole } = rules;
  const maxVertices = whole ? Infinity : MAX_BATCH_VERTICES;
  const east = swapAxes ? 1 : 0;
  const room = whole?.room;
  const firstNumbers = 2 * Math.max(4096, whole?.vertices ?? 0);
  let coords: Float64Array<ArrayBufferLike> = room?.(firstNumbers) ?? new Float64Array(firstNumbers);
  let coordBytes = bytesOf(coords);
  let vertices = 0;
  let ringEnds = new Uint32Array(1024);
  let ringRoles = new Uint8Array(1024);
  let rings = 0;
  let featureEnds = new Uint32Array(1024);
  let featureNos = new Uint32Array(1024);
  let features = 0;
  let columns: AttributeValue[][] = fields.map(() => []);
  let problems: Problem[] = [];
  let pending: Problem[] = [];
  let current = -1;
  let refused = false;
  let unclosed: readonly [number, number] | undefined;
  let startVertices = 0;
  let startRings = 0;
  const said = new Set<string>();

  function reserve(more: number): void {
    const needed = 2 * (vertices + more);
    if (needed <= coords.length) return;
    let capacity = coords.length;
    while (capacity < needed) capacity *= 2;
    if (room) coords = room(capacity);
    else {
      const larger = new Float64Array(capacity);
      larger.set(coords.subarray(0, 2 * vertices));
      coords = larger;
    }
    coordBytes = bytesOf(coords);
  }

  function pushRing(end: number, role: number): void {
    if (rings === ringEnds.length) {
      ringEnds = grown(ringEnds);
      ringRoles = grown(ringRoles);
    }
    ringEnds[rings] = end;
    ringRoles[rings++] = role;
  }

  function addRing(source: ArrayLike<number>, from: number, count: number, stride: number, role: number): void {
    if (refused || count === 0) return;
    const last = from + (count - 1) * stride;
    const closed = count > 1 && source[last] === source[from] && source[last + 1] === source[from + 1];
    const kept = closed ? count - 1 : count;
    reserve(kept);
    let at = 2 * vertices;
    const end = from + kept * stride;
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
    if (!closed && count > 1 && unclosed === undefined) unclosed = [source[from + east]!, source[from + 1 - east]!];
    vertices += kept;
    pushRing(vertices, role);
  }

  function addRingBytes(bytes: Uint8Array, from: number, count: number, role: number): void {
    if (refused || count === 0) return;
    reserve(count);
    if (count < SHORT_RING) {
      let to = 16 * vertices;
      for (let i = from; i < from + 16 * count; i++) coordBytes[to++] = bytes[i]!;
    } else coordBytes.set(bytes.subarray(from, from + 16 * count), 16 * vertices);
    const first = 2 * vertices;
    const last = first + 2 * (count - 1);
    const closed = count > 1 && coords[last] === coords[first] && coords[last + 1] === coords[first + 1];
    const kept = closed ? count - 1 : count;
    const end = first + 2 * kept;
    if (swapAxes) {
      for (let i = first; i < end; i += 2) {
        const north = coords[i]!;
        coords[i] = coords[i + 1]!;
        coords[i + 1] = north;
      }
    }
    for (let i = first; i < end; i += 2) {
      const x = coords[i]!;
      const y = coords[i + 1]!;
      if (!(x >= minX && x <= maxX && y >= minY && y <= maxY)) {
        refuseGeometry(badCoordinate(x, y));
        return;
      }
    }
    if (!closed && count > 1 && unclosed === undefined) unclosed = [coords[first]!, coords[first + 1]!];
    vertices += kept;
    pushRing(vertices, role);
  }

  function refuseGeometry(problem: Omit<Problem, 'featureNo' | 'id'>): void {
    if (refused) return;
    refused = true;
    report(problem);
  }

  function report(problem: Omit<Problem, 'featureNo' | 'id'>): void {
    pending.push({ ...problem, featureNo: current, id: null });
  }

  function meets(box: Box): boolean {
    let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 2 * startVertices; i < 2 * vertices; i += 2) {
      const x = coords[i]!;
      const y = coords[i + 1]!;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    return left <= box[2] && right >= box[0] && bottom <= box[3] && top >= box[1];
  }

  /** The features before `count` as a batch; what follows moves to the front. */
  function cut(count: number): FeatureBatch {
    const ringCount = count === 0 ? 0 : featureEnds[count - 1]!;
    const vertexCount = ringCount === 0 ? 0 : ringEnds[ringCount - 1]!;
    const taken = columns;
    columns = taken.map((values) => values.splice(count));
    const batch: FeatureBatch = {
      featureNos: featureNos.slice(0, count),
      coords: (room ? coords.subarray(0, 2 * vertexCount) : piece(coords, 2 * vertexCount)) as Float64Array,
      ringStarts: starts(ringEnds, ringCount),
      ringRoles: ringRoles.slice(0, ringCount),
      featureRings: starts(featureEnds, count),
      columns: fields.map((field, i) => ({ name: field.name, values: taken[i]! })),
      problems,
    };
    if (room) {
      // The next batch follows where this one ends; what is there already is its beginning.
      coords = coords.subarray(2 * vertexCount);
      coordBytes = bytesOf(coords);
    } else if (batch.coords.buffer === coords.buffer) {
      const rest = coords.slice(2 * vertexCount, 2 * vertices);
      coords = new Float64Array(Math.max(2 * 4096, rest.length));
      coordBytes = bytesOf(coords);
      coords.set(rest);
    } else coords.copyWithin(0, 2 * vertexCount, 2 * vertices);
    vertices -= vertexCount;
    for (let r = ringCount; r < rings; r++) ringEnds[r - ringCount] = ringEnds[r]! - vertexCount;
    ringRoles.copyWithin(0, ringCount, rings);
    rings -= ringCount;
    for (let f = count; f < features; f++) featureEnds[f - count] = featureEnds[f]! - ringCount;
    featureNos.copyWithin(0, count, features);
    features -= count;
    problems = [];
    return batch;
  }

  return {
    beginFeature(featureNo) {
      assert(current < featureNo, 'features must come in rising order');
      current = featureNo;
      refused = false;
      unclosed = undefined;
      startVertices = vertices;
      startRings = rings;
    },
    addRing,
    addRingBytes,
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
        vertices = startVertices;
        rings = startRings;
      }
      if (within !== undefined && !meets(within)) {
        vertices = startVertices;
        rings = startRings;
        // What was said about the file stays said.
        for (const problem of pending) if (problem.featureNo === null) problems.push(problem);
        pending = [];
        return null;
      }
      if (!refused) {
        if (rings === startRings) report(MISSING_GEOMETRY);
        else if (unclosed !== undefined) report(unclosedRing(unclosed));
      }
      if (features === featureNos.length) {
        featureNos = grown(featureNos);
        featureEnds = grown(featureEnds);
      }
      featureEnds[features] = rings;
      featureNos[features++] = current;
      for (let i = 0; i < columns.length; i++) columns[i]!.push(values[i] ?? null);
      let batch: FeatureBatch | null = null;
      if (vertices > maxVertices && features > 1) {
        // The feature that went over the limit opens the next batch, and its problems go with it.
        batch = cut(features - 1);
      }
      if (pending.length > 0) {
        for (const problem of pending) problems.push(problem);
        pending = [];
      }
      if (whole) {
        if (features % MAX_BATCH_FEATURES === 0 && !whole.goOn(features)) batch = cut(features);
      } else if (batch === null && (vertices >= MAX_BATCH_VERTICES || features >= MAX_BATCH_FEATURES)) {
        batch = cut(features);
      }
      return batch;
    },
    finish() {
      for (const problem of pending) problems.push(problem);
      pending = [];
      return features > 0 || problems.length > 0 ? cut(features) : null;
    },
  };
}

/** Below this a loop is quicker than asking for a block to be moved. */
const SHORT_RING = 4;

/** From this length on the array itself is given away rather than a copy of its part in use. */
const GIVEN_AWAY = 1 << 20;

const bytesOf = (coords: Float64Array<ArrayBufferLike>): Uint8Array<ArrayBufferLike> =>
  new Uint8Array(coords.buffer, coords.byteOffset, coords.byteLength);

function piece(coords: Float64Array<ArrayBufferLike>, length: number): Float64Array {
  return length < GIVEN_AWAY ? coords.slice(0, length) : coords.subarray(0, length);
}

function grown<T extends Uint32Array | Uint8Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(2 * array.length);
  larger.set(array);
  return larger;
}

function starts(ends: Uint32Array, count: number): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(count + 1);
  result.set(ends.subarray(0, count), 1);
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

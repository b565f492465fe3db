/** Layers in the kernel's memory: filled batch by batch as they are read, then brought to the plane of the run. */
import { assert, type FeatureBatch, featureCount } from '../../kernel/index.ts';
import { crsOf } from '../crs.ts';
import { equalAreaPlane } from '../equal-area.ts';
import type { Crs, RunZone } from '../types.ts';
import {
  allocate,
  KernelFailed,
  type KernelInstance,
  PHASE,
  type PhaseHooks,
  runPhase,
  view,
  withMemory,
} from './instance.ts';

/** Offsets of a layer struct, as in assembly/layer.ts. */
const XY = 0;
const RING_STARTS = 4;
const FEATURE_RINGS = 8;
const RING_ROLES = 12;
const RING_SIGNS = 16;
const AREAS = 20;
const BOXES = 24;
const FEATURES = 28;
const RINGS = 32;
const SPLITS = 36;
const BLOCKS = 40;
const BLOCK_COUNT = 44;
const SOURCE = 48;
const FIRST_ZONE = 52;
const NOT_FINITE = 56;
const XY_CAPACITY = 60;
const FALSE_EASTING = 64;
const MERIDIAN = 72;
const RUN_MERIDIAN = 80;
const SHORT_DEGREES = 88;
const PLANE = 96;
const SUSPECTS = PLANE + 8 * 17;
const SQUARE_METRES = SUSPECTS + 4;
const DM2 = SUSPECTS + 8;
const LAYER_BYTES = 248;

/** Vertices that make a task. */
const BLOCK_VERTICES = 16_384;

/**
 * Difference of degrees below which an edge within 15° of the run's meridian is surely shorter than 70 m: 111.7 km a degree at
 * most, 1.047 the scale of the projection there, √2 for the diagonal (see plane-layer.ts).
 */
const SHORT = 70 / (111_700 * 1.0472 * 1.4143);

/** A layer whose coordinates are complete, as delivered. */
export interface KernelLayer {
  readonly struct: number;
  readonly features: number;
  readonly rings: number;
  /** As delivered, before splitting. */
  readonly vertices: number;
  readonly epsg: number;
}

/** Receives the batches of one layer. Only one layer of an instance can be filled at a time. */
export interface LayerFilling {
  /**
   * The place where the coordinates of the next batch belong, for a reader that writes them there itself (`append` then takes
   * them as they lie). Asked again for more, it is the same place made longer.
   */
  room(numbers: number): Float64Array<ArrayBufferLike>;
  append(batch: Pick<FeatureBatch, 'coords' | 'ringStarts' | 'ringRoles' | 'featureRings'>): void;
  /** No more batches: the layer is whole. */
  finish(): KernelLayer;
}

/** Numbers that grow as batches come; a few bytes a feature, so that they may move. */
class Growing<T extends Uint32Array | Uint8Array> {
  private values: T;
  private readonly make: (length: number) => T;
  count = 0;

  constructor(make: (length: number) => T) {
    this.make = make;
    this.values = make(1024);
  }

  room(count: number): T {
    const needed = this.count + count;
    if (needed > this.values.length) {
      const more = this.make(Math.max(needed, 2 * this.values.length));
      more.set(this.values as never);
      this.values = more;
    }
    return this.values;
  }

  filled(): T {
    return this.values.subarray(0, this.count) as T;
  }
}

/**
 * Begins a layer. Its coordinates go straight to the end of the kernel's memory, so nothing else may take memory until `finish`.
 *
 * @param expectedVertices room taken at first; addresses alone, memory is used as it is written. More is taken where needed.
 */
export function fillLayer(instance: KernelInstance, epsg: number, expectedVertices: number): LayerFilling {
  const crs = crsOf(epsg);
  assert(crs !== undefined, `layer in a CRS the product does not read: ${epsg}`);
  const struct = allocate(instance, LAYER_BYTES);
  const xy = allocate(instance, 16 * Math.max(16, expectedVertices));
  let capacity = Math.max(16, expectedVertices);
  let vertices = 0;
  const ringStarts = new Growing((length) => new Uint32Array(length));
  const ringRoles = new Growing((length) => new Uint8Array(length));
  const featureRings = new Growing((length) => new Uint32Array(length));

  const grow = (needed: number): void => {
    const more = Math.max(needed - capacity, capacity >> 1);
    const at = allocate(instance, 16 * more);
    // The memory taken follows the memory before: nobody else took any.
    if (at !== xy + 16 * capacity) throw new KernelFailed('memory taken while a layer was being filled');
    capacity += more;
  };

  let given: ArrayBufferLike | undefined;

  return {
    room(numbers) {
      const count = Math.ceil(numbers / 2);
      if (vertices + count > capacity) grow(vertices + count);
      const place = view.f64(instance, xy + 16 * vertices, 2 * (capacity - vertices));
      given = place.buffer;
      return place;
    },
    append(batch) {
      const count = batch.coords.length / 2;
      if (vertices + count > capacity) grow(vertices + count);
      const isInPlace = batch.coords.buffer === given && batch.coords.byteOffset === xy + 16 * vertices;
      if (!isInPlace) view.f64(instance, xy + 16 * vertices, 2 * count).set(batch.coords);
      const rings = batch.ringRoles.length;
      const starts = ringStarts.room(rings);
      for (let r = 0; r < rings; r++) starts[ringStarts.count + r] = vertices + batch.ringStarts[r]!;
      ringRoles.room(rings).set(batch.ringRoles, ringRoles.count);
      const features = featureCount(batch);
      const firstRings = featureRings.room(features);
      for (let f = 0; f < features; f++) firstRings[featureRings.count + f] = ringRoles.count + batch.featureRings[f]!;
      ringStarts.count += rings;
      ringRoles.count += rings;
      featureRings.count += features;
      vertices += count;
    },
    finish() {
      const features = featureRings.count;
      const rings = ringRoles.count;
      // Room that was not needed goes back, but for what splitting may add.
      const room = Math.min(capacity, vertices + (vertices >> 4) + 1024);
      instance.exports.setTop(xy + 16 * room);
      const words = (source: Uint32Array, end: number): number => {
        const at = allocate(instance, 4 * (source.length + 1));
        const target = view.u32(instance, at, source.length + 1);
        target.set(source);
        target[source.length] = end;
        return at;
      };
      const starts = words(ringStarts.filled(), vertices);
      const firstRings = words(featureRings.filled(), rings);
      const roles = allocate(instance, rings);
      view.u8(instance, roles, rings).set(ringRoles.filled());
      const blocks = blockStarts(ringStarts.filled(), featureRings.filled(), rings, vertices);
      const blocksAt = words(blocks, features);
      const signs = allocate(instance, rings);
      const splits = allocate(instance, 4 * rings);
      const areas = allocate(instance, 8 * features);
      const boxes = allocate(instance, 32 * features);
      const suspects = allocate(instance, features);
      const u32 = view.u32(instance, struct, LAYER_BYTES / 4);
      u32.fill(0);
      u32[XY / 4] = xy;
      u32[RING_STARTS / 4] = starts;
      u32[FEATURE_RINGS / 4] = firstRings;
      u32[RING_ROLES / 4] = roles;
      u32[RING_SIGNS / 4] = signs;
      u32[AREAS / 4] = areas;
      u32[BOXES / 4] = boxes;
      u32[FEATURES / 4] = features;
      u32[RINGS / 4] = rings;
      u32[SPLITS / 4] = splits;
      u32[BLOCKS / 4] = blocksAt;
      u32[BLOCK_COUNT / 4] = blocks.length;
      u32[XY_CAPACITY / 4] = room;
      u32[SUSPECTS / 4] = suspects;
      return { struct, features, rings, vertices, epsg };
    },
  };
}

/** First features of stretches of about BLOCK_VERTICES vertices. */
function blockStarts(ringStarts: Uint32Array, featureRings: Uint32Array, rings: number, vertices: number): Uint32Array {
  const starts: number[] = [];
  let next = 0;
  for (let f = 0; f < featureRings.length; f++) {
    const ring = featureRings[f]!;
    const vertex = ring < rings ? ringStarts[ring]! : vertices;
    if (starts.length > 0 && vertex < next) continue;
    starts.push(f);
    next = vertex + BLOCK_VERTICES;
  }
  return Uint32Array.from(starts);
}

/**
 * Brings a whole layer to the run's plane, splits edges at 70 m and measures its polygons, with the bits of toPlaneLayer.
 * Returns the vertices it has then. Coordinates must be numbers within the CRS's range, as readers guarantee.
 */
export function prepareLayer(
  instance: KernelInstance,
  layer: KernelLayer,
  zone: RunZone,
  origin: readonly [longitude: number, latitude: number],
  hooks: PhaseHooks = {},
): number {
  const crs = crsOf(layer.epsg);
  assert(crs !== undefined, `layer in a CRS the product does not read: ${layer.epsg}`);
  const { struct } = layer;
  describeSource(instance, layer, crs, zone);
  const f64 = new Float64Array(instance.memory.buffer, struct, LAYER_BYTES / 8);
  const plane = equalAreaPlane(origin[0], origin[1]);
  f64[PLANE / 8] = plane.longitude;
  f64[PLANE / 8 + 1] = plane.latitude;
  f64[PLANE / 8 + 2] = plane.scale;
  f64.set(plane.coefficients, PLANE / 8 + 3);
  runPhase(instance, PHASE.countSplits, struct, half(hooks, 0));
  assert(view.u32(instance, struct + NOT_FINITE, 1)[0] === 0, 'coordinates are not finite');
  const vertices = instance.exports.spreadBlocks(struct) >>> 0;
  runPhase(instance, PHASE.finishLayer, struct, half(hooks, 0.5));
  return vertices;
}

/** Box of a layer's coordinates as delivered: least x, least y, greatest x, greatest y; undefined where it has none. */
export function boxAsDelivered(
  instance: KernelInstance,
  layer: KernelLayer,
): readonly [number, number, number, number] | undefined {
  if (layer.vertices === 0) return undefined;
  return withMemory(instance, () => {
    const out = allocate(instance, 32);
    const xy = view.u32(instance, layer.struct, LAYER_BYTES / 4)[XY / 4]!;
    instance.exports.boundsOf(xy, layer.vertices, out);
    const [minX, minY, maxX, maxY] = view.f64(instance, out, 4);
    return [minX!, minY!, maxX!, maxY!];
  });
}

/** Tells the kernel how the layer's coordinates were delivered. */
function describeSource(instance: KernelInstance, { struct }: KernelLayer, crs: Crs, zone: RunZone): void {
  const u32 = view.u32(instance, struct, LAYER_BYTES / 4);
  const f64 = new Float64Array(instance.memory.buffer, struct, LAYER_BYTES / 8);
  u32[SOURCE / 4] = crs.kind === 'geographic' ? 0 : crs.kind === 'gauss3' && crs.zone === zone.zone ? 1 : 2;
  u32[NOT_FINITE / 4] = 0;
  f64[FALSE_EASTING / 8] = crs.kind === 'geographic' ? 0 : crs.falseEasting;
  f64[MERIDIAN / 8] = crs.kind === 'geographic' ? 0 : crs.centralMeridianDegrees;
  f64[RUN_MERIDIAN / 8] = zone.centralMeridianDegrees;
  f64[SHORT_DEGREES / 8] = SHORT;
}

/**
 * Official areas of all features in whole dm², the integers of officialAreas. Asked of a layer as delivered: before
 * prepareLayer, which changes the coordinates.
 */
export function officialDm2(
  instance: KernelInstance,
  layer: KernelLayer,
  zone: RunZone,
  hooks: PhaseHooks = {},
): Float64Array {
  const crs = crsOf(layer.epsg);
  assert(crs !== undefined, `layer in a CRS the product does not read: ${layer.epsg}`);
  describeSource(instance, layer, crs, zone);
  return withMemory(instance, () => {
    const squareMetres = allocate(instance, 8 * layer.features);
    const dm2 = allocate(instance, 8 * layer.features);
    const u32 = view.u32(instance, layer.struct, LAYER_BYTES / 4);
    u32[SQUARE_METRES / 4] = squareMetres;
    u32[DM2 / 4] = dm2;
    runPhase(instance, PHASE.officialAreas, layer.struct, hooks);
    const areas = view.f64(instance, dm2, layer.features).slice();
    assert(
      areas.every((area) => Number.isSafeInteger(area)),
      'an area beyond all counties',
    );
    return areas;
  });
}

/** Features of a prepared layer that have a spike, or a ring of no area to speak of: findDefects says what they are. */
export function suspectFeatures(instance: KernelInstance, layer: KernelLayer): number[] {
  const suspects = view.u8(instance, view.u32(instance, layer.struct, LAYER_BYTES / 4)[SUSPECTS / 4]!, layer.features);
  const found: number[] = [];
  for (let f = suspects.indexOf(1); f >= 0; f = suspects.indexOf(1, f + 1)) found.push(f);
  return found;
}

const half = (hooks: PhaseHooks, from: number): PhaseHooks => ({
  ...hooks,
  onProgress: (fraction) => hooks.onProgress?.(from + fraction / 2),
});

/** Areas (m²), boxes and sizes of a prepared layer: views into the kernel's memory. */
export function measuresOf(
  instance: KernelInstance,
  layer: KernelLayer,
): { readonly areas: Float64Array; readonly boxes: Float64Array } {
  const u32 = view.u32(instance, layer.struct, LAYER_BYTES / 4);
  return {
    areas: view.f64(instance, u32[AREAS / 4]!, layer.features),
    boxes: view.f64(instance, u32[BOXES / 4]!, 4 * layer.features),
  };
}

/** Arrays of a layer as they lie in memory now: of a prepared layer, in the plane. */
export function arraysOf(instance: KernelInstance, layer: KernelLayer) {
  const u32 = view.u32(instance, layer.struct, LAYER_BYTES / 4);
  const ringStarts = view.u32(instance, u32[RING_STARTS / 4]!, layer.rings + 1);
  return {
    xy: view.f64(instance, u32[XY / 4]!, 2 * ringStarts[layer.rings]!),
    ringStarts,
    featureRings: view.u32(instance, u32[FEATURE_RINGS / 4]!, layer.features + 1),
    ringRoles: view.u8(instance, u32[RING_ROLES / 4]!, layer.rings),
    ringSigns: view.i8(instance, u32[RING_SIGNS / 4]!, layer.rings),
  };
}

/** Numbers the features of zone layers on from `firstZone`. */
export function setFirstZone(instance: KernelInstance, layer: KernelLayer, firstZone: number): void {
  view.u32(instance, layer.struct + FIRST_ZONE, 1)[0] = firstZone;
}

/** Takes over a layer that is in the plane already (planeLayerFrom or toPlaneLayer made it). */
export function copyPlaneLayer(
  instance: KernelInstance,
  layer: {
    readonly xy: Float64Array;
    readonly ringStarts: Uint32Array;
    readonly featureRings: Uint32Array;
    readonly ringSigns: Int8Array;
    readonly areas: Float64Array;
    readonly boxes: Float64Array;
  },
): KernelLayer {
  const struct = allocate(instance, LAYER_BYTES);
  const copy = (bytes: Uint8Array): number => {
    const at = allocate(instance, bytes.byteLength);
    view.u8(instance, at, bytes.byteLength).set(bytes);
    return at;
  };
  const bytesOf = (array: Float64Array | Uint32Array | Int8Array): Uint8Array =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const addresses = {
    xy: copy(bytesOf(layer.xy)),
    starts: copy(bytesOf(layer.ringStarts)),
    rings: copy(bytesOf(layer.featureRings)),
    signs: copy(bytesOf(layer.ringSigns)),
    areas: copy(bytesOf(layer.areas)),
    boxes: copy(bytesOf(layer.boxes)),
  };
  const u32 = view.u32(instance, struct, LAYER_BYTES / 4);
  u32.fill(0);
  u32[XY / 4] = addresses.xy;
  u32[RING_STARTS / 4] = addresses.starts;
  u32[FEATURE_RINGS / 4] = addresses.rings;
  u32[RING_SIGNS / 4] = addresses.signs;
  u32[AREAS / 4] = addresses.areas;
  u32[BOXES / 4] = addresses.boxes;
  u32[FEATURES / 4] = layer.areas.length;
  u32[RINGS / 4] = layer.ringSigns.length;
  return {
    struct,
    features: layer.areas.length,
    rings: layer.ringSigns.length,
    vertices: layer.xy.length / 2,
    epsg: 0,
  };
}

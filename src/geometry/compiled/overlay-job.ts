/** Tabulated intersection of one parcel layer with several zone layers at once, in the compiled kernel. */
import { assert } from '../../kernel/index.ts';
import { cacheOrder, type Grid, gridFor, passesOf } from '../grid.ts';
import type { Tabulation } from '../types.ts';
import {
  allocate,
  classTables,
  forgetClassTables,
  type KernelInstance,
  PHASE,
  type PhaseHooks,
  runPhase,
  view,
  withMemory,
} from './instance.ts';
import { arraysOf, type KernelLayer, measuresOf, setFirstZone } from './kernel-layer.ts';

/** Offsets of a job struct, as in assembly/job.ts. */
const JOB_BYTES = 96;
const CLASSES_BYTES = 48;
const ROW_BYTES = 16;
const CHUNK_HEAD = 16;

/** Vertices of parcels that make a task, and most parcels. */
const TASK_VERTICES = 8192;
const TASK_PARCELS = 1024;
/** Pieces a band of the zone index is meant to have: what a thread cuts before it puts them in order. */
const BAND_PIECES = 100_000;
/**
 * Pieces of zones (40 bytes each) held at once; larger layers are done in passes. Small enough that fresh memory, which costs
 * more than computing, is taken once and used again; large enough that few polygons are cut twice.
 */
const MAX_PIECES = 3_000_000;

export interface OverlayOptions extends PhaseHooks {
  readonly cellSizeMetres?: number;
  readonly maxIndexPieces?: number;
  /** Pairs that share no more than this, m², only touch. */
  readonly touchingSquareMetres: number;
  /** Cover all parcels, also where there is no zone: for the check of parcels, and for class sums. */
  readonly allParcels?: boolean;
  /** Mark polygons that cover some place other than once: their rings cross, or are nested as no polygon's may be. */
  readonly findTwiceCovered?: boolean;
  /** A layer with itself alone: only zones numbered above the parcel. */
  readonly eachPairOnce?: boolean;
}

export interface OverlayRows {
  /** Rows of all layers, by parcel, then zone; zones numbered on from layer to layer (`zoneStarts`). */
  readonly rows: Tabulation;
  readonly zoneStarts: Uint32Array;
  /** Features marked by `findTwiceCovered`, by layer: parcels, then the zone layers. */
  readonly twiceCovered: { readonly parcels: number[]; readonly zones: number[][] };
}

/** The area every parcel shares with every zone of several layers. Layers must be prepared, in one plane. */
export function overlayRows(
  instance: KernelInstance,
  parcels: KernelLayer,
  zoneLayers: readonly KernelLayer[],
  options: OverlayOptions,
): OverlayRows {
  return withMemory(instance, () => {
    const zoneStarts = numberZones(instance, zoneLayers);
    const flags = options.findTwiceCovered === true ? takeFlags(instance, parcels, zoneStarts) : undefined;
    const grid = gridOf(instance, parcels, zoneLayers, options);
    if (grid !== undefined) {
      const passes = passesOf(grid, zoneVertices(zoneLayers), options.maxIndexPieces ?? MAX_PIECES);
      const kept: Uint8Array[] = [];
      passes.forEach((pass, p) => {
        const mark = instance.exports.top();
        runPass(instance, parcels, zoneLayers, zoneStarts, grid, pass, flags, 0, {
          ...options,
          onProgress: (fraction) => options.onProgress?.((p + fraction) / passes.length),
        });
        if (passes.length === 1) return;
        // The index of a pass goes when it is done; its rows wait outside.
        kept.push(...takeRows(instance));
        instance.exports.setTop(mark);
      });
      for (const rows of kept) putRows(instance, rows);
    }
    return {
      rows: collect(instance, parcels.features, options.touchingSquareMetres),
      zoneStarts,
      twiceCovered: {
        parcels: flags === undefined ? [] : marked(view.u8(instance, flags.parcels, parcels.features)),
        zones: zoneLayers.map((layer, l) =>
          flags === undefined ? [] : marked(view.u8(instance, flags.zones + zoneStarts[l]!, layer.features)),
        ),
      },
    };
  });
}

const zoneVertices = (zoneLayers: readonly KernelLayer[]): number =>
  zoneLayers.reduce((sum, { vertices }) => sum + vertices, 0);

function numberZones(instance: KernelInstance, zoneLayers: readonly KernelLayer[]): Uint32Array {
  const starts = new Uint32Array(zoneLayers.length + 1);
  zoneLayers.forEach((layer, l) => {
    setFirstZone(instance, layer, starts[l]!);
    starts[l + 1] = starts[l]! + layer.features;
  });
  return starts;
}

interface Flags {
  readonly parcels: number;
  readonly zones: number;
}

function takeFlags(instance: KernelInstance, parcels: KernelLayer, zoneStarts: Uint32Array): Flags {
  const zones = zoneStarts[zoneStarts.length - 1]!;
  const flags = { parcels: allocate(instance, parcels.features + 1), zones: allocate(instance, zones + 1) };
  view.u8(instance, flags.parcels, parcels.features).fill(0);
  view.u8(instance, flags.zones, zones).fill(0);
  return flags;
}

function marked(flags: Uint8Array): number[] {
  const found: number[] = [];
  for (let i = flags.indexOf(1); i >= 0; i = flags.indexOf(1, i + 1)) found.push(i);
  return found;
}

function gridOf(
  instance: KernelInstance,
  parcels: KernelLayer,
  zoneLayers: readonly KernelLayer[],
  options: OverlayOptions,
): Grid | undefined {
  const measures = (layer: KernelLayer) => ({ ...measuresOf(instance, layer), vertices: layer.vertices });
  return gridFor(measures(parcels), zoneLayers.map(measures), options.cellSizeMetres, options.allParcels);
}

/** Index and parcels of some rows of the grid. */
function runPass(
  instance: KernelInstance,
  parcels: KernelLayer,
  zoneLayers: readonly KernelLayer[],
  zoneStarts: Uint32Array,
  grid: Grid,
  pass: { readonly from: number; readonly to: number },
  flags: Flags | undefined,
  classes: number,
  hooks: PhaseHooks & Pick<OverlayOptions, 'eachPairOnce'>,
): void {
  const job = allocate(instance, JOB_BYTES);
  const rows = pass.to - pass.from;
  const cells = allocate(instance, 8 * rows * grid.columns);
  const layers = allocate(instance, 4 * zoneLayers.length);
  view.u32(instance, layers, zoneLayers.length).set(zoneLayers.map(({ struct }) => struct));
  const order = cacheOrder(grid, measuresOf(instance, parcels).boxes, pass.from, pass.to);
  const orderAt = allocate(instance, 4 * order.length);
  view.u32(instance, orderAt, order.length).set(order);
  const { featureRings, ringStarts } = arraysOf(instance, parcels);
  const tasks = taskStarts(order, featureRings, ringStarts);
  const tasksAt = allocate(instance, 4 * tasks.length);
  view.u32(instance, tasksAt, tasks.length).set(tasks);
  const pieces = (1.5 * zoneVertices(zoneLayers) * rows) / grid.rows;
  const bands = Math.max(2 * (instance.helpers + 1), Math.ceil(pieces / BAND_PIECES));
  const bandRows = Math.max(1, Math.ceil(rows / bands));
  const f64 = new Float64Array(instance.memory.buffer, job, 3);
  f64.set([grid.x0, grid.y0, grid.size]);
  view
    .u32(instance, job + 24, (JOB_BYTES - 24) / 4)
    .set([
      grid.columns,
      grid.rows,
      pass.from,
      pass.to,
      bandRows,
      parcels.struct,
      layers,
      zoneLayers.length,
      zoneStarts[zoneStarts.length - 1]!,
      cells,
      orderAt,
      tasksAt,
      tasks.length - 1,
      flags?.parcels ?? 0,
      flags?.zones ?? 0,
      classes,
      hooks.eachPairOnce === true ? 1 : 0,
      0,
    ]);
  const share = (from: number, part: number): PhaseHooks => ({
    ...hooks,
    onProgress: (fraction) => hooks.onProgress?.(from + fraction * part),
  });
  runPhase(instance, PHASE.indexZones, job, share(0, 0.25));
  runPhase(instance, PHASE.overlay, job, share(0.25, 0.75));
}

function taskStarts(order: Uint32Array, featureRings: Uint32Array, ringStarts: Uint32Array): Uint32Array {
  const starts = [0];
  let vertices = 0;
  for (let i = 0; i < order.length; i++) {
    const f = order[i]!;
    vertices += ringStarts[featureRings[f + 1]!]! - ringStarts[featureRings[f]!]!;
    if (vertices < TASK_VERTICES && i + 1 - starts[starts.length - 1]! < TASK_PARCELS) continue;
    starts.push(i + 1);
    vertices = 0;
  }
  if (starts[starts.length - 1] !== order.length) starts.push(order.length);
  return Uint32Array.from(starts);
}

/** Takes the rows of all threads out of the kernel's memory. */
function takeRows(instance: KernelInstance): Uint8Array[] {
  const taken: Uint8Array[] = [];
  let chunk = instance.exports.firstChunk() >>> 0;
  while (chunk !== 0) {
    const [next, count] = view.u32(instance, chunk, 2);
    taken.push(view.u8(instance, chunk + CHUNK_HEAD, ROW_BYTES * count!).slice());
    chunk = next!;
  }
  instance.exports.clearChunks();
  return taken;
}

function putRows(instance: KernelInstance, rows: Uint8Array): void {
  const chunk = allocate(instance, CHUNK_HEAD + rows.length);
  view.u32(instance, chunk, 2)[1] = rows.length / ROW_BYTES;
  view.u8(instance, chunk + CHUNK_HEAD, rows.length).set(rows);
  instance.exports.addChunk(chunk);
}

function collect(instance: KernelInstance, parcelCount: number, touching: number): Tabulation {
  const count = instance.exports.countRows();
  const out = allocate(instance, ROW_BYTES * count);
  const starts = allocate(instance, 4 * (parcelCount + 1));
  const kept = instance.exports.collectRows(out, starts, parcelCount, touching);
  const u32 = view.u32(instance, out, 4 * kept);
  const f64 = view.f64(instance, out, 2 * kept);
  const parcels = new Uint32Array(kept);
  const zones = new Uint32Array(kept);
  const areas = new Float64Array(kept);
  for (let i = 0; i < kept; i++) {
    parcels[i] = u32[4 * i]!;
    zones[i] = u32[4 * i + 1]!;
    areas[i] = f64[2 * i + 1]!;
  }
  return { parcels, zones, areas };
}

/** What class sums need to know besides geometry. */
export interface ClassInput {
  /** Class of each parcel, below `classes`, and its whole area in dm². */
  readonly classOfParcel: Uint16Array;
  readonly classes: number;
  readonly wholesDm2: Float64Array;
  /** Per zone layer: key of each zone, from 1 on; 0 is land outside the layer. Keys below `keyCounts`. */
  readonly keyOfZone: readonly Uint16Array[];
  readonly keyCounts: readonly number[];
}

export interface ClassSums {
  /** Per zone layer: whole dm² of each class under each key, [class × keys + key]. Each class adds up to its parcels' areas. */
  readonly tablesDm2: readonly Float64Array[];
  readonly twiceCovered: OverlayRows['twiceCovered'];
}

/**
 * The balance of parcels' classes by zones' keys, without a list of pairs: each parcel is closed to its whole area in each layer
 * (largest remainder, as closeToWhole) and added up in whole numbers, so that the order of work does not show.
 */
export function overlayClassSums(
  instance: KernelInstance,
  parcels: KernelLayer,
  zoneLayers: readonly KernelLayer[],
  input: ClassInput,
  options: OverlayOptions,
): ClassSums {
  assert(
    input.keyOfZone.length === zoneLayers.length && input.keyCounts.length === zoneLayers.length,
    'keys of layers',
  );
  return withMemory(instance, () => {
    const zoneStarts = numberZones(instance, zoneLayers);
    const flags = options.findTwiceCovered === true ? takeFlags(instance, parcels, zoneStarts) : undefined;
    const grid = gridOf(instance, parcels, zoneLayers, { ...options, allParcels: true });

    const passes =
      grid === undefined ? [] : passesOf(grid, zoneVertices(zoneLayers), options.maxIndexPieces ?? MAX_PIECES);
    const tableStarts = new Uint32Array(zoneLayers.length + 1);
    for (let l = 0; l < zoneLayers.length; l++)
      tableStarts[l + 1] = tableStarts[l]! + input.classes * input.keyCounts[l]!;
    const cells = tableStarts[zoneLayers.length]!;
    const classes = writeClasses(instance, parcels, zoneStarts, input, tableStarts, options.touchingSquareMetres);
    const sums = new Float64Array(cells);
    const addTables = (tables: readonly number[]): void => {
      for (const table of tables) {
        const part = view.i64(instance, table, cells);
        for (let i = 0; i < cells; i++) sums[i]! += Number(part[i]!);
      }
    };
    const kept: Uint8Array[] = [];
    passes.forEach((pass, p) => {
      const mark = instance.exports.top();
      forgetClassTables(instance);
      runPass(instance, parcels, zoneLayers, zoneStarts, grid!, pass, flags, classes, {
        ...options,
        onProgress: (fraction) => options.onProgress?.((p + fraction) / passes.length),
      });
      addTables(classTables(instance));
      kept.push(...takeRows(instance));
      instance.exports.setTop(mark);
    });
    if (grid !== undefined) {
      // Parcels that no pass holds whole: their shares come from several.
      const across = acrossPasses(grid, passes, measuresOf(instance, parcels).boxes);
      for (const rows of kept) putRows(instance, rows);
      const count = instance.exports.countRows();
      const out = allocate(instance, ROW_BYTES * count);
      const starts = allocate(instance, 4 * (parcels.features + 1));
      const rowCount = instance.exports.collectRows(out, starts, parcels.features, options.touchingSquareMetres);
      const acrossAt = allocate(instance, 4 * across.length);
      view.u32(instance, acrossAt, across.length).set(across);
      const zones = zoneStarts[zoneLayers.length]!;
      instance.exports.addAcross(classes, zones, acrossAt, across.length, out, rowCount);
      addTables([instance.exports.classTable() >>> 0]);
    }
    return {
      tablesDm2: zoneLayers.map((_, l) => sums.slice(tableStarts[l]!, tableStarts[l + 1]!)),
      twiceCovered: {
        parcels: flags === undefined ? [] : marked(view.u8(instance, flags.parcels, parcels.features)),
        zones: zoneLayers.map((layer, l) =>
          flags === undefined ? [] : marked(view.u8(instance, flags.zones + zoneStarts[l]!, layer.features)),
        ),
      },
    };
  });
}

/** Parcels that reach across the border of passes (or are without any land), in order: as assembly/overlay.ts sees them. */
function acrossPasses(
  grid: Grid,
  passes: readonly { readonly from: number; readonly to: number }[],
  boxes: Float64Array,
): Uint32Array {
  const per = 1 / grid.size;
  const rowOf = (y: number): number => Math.min(grid.rows - 1, Math.max(0, Math.floor((y - grid.y0) * per)));
  const passOfRow = new Uint32Array(grid.rows);
  passes.forEach(({ from, to }, p) => passOfRow.fill(p, from, to));
  const across: number[] = [];
  for (let f = 0; 4 * f < boxes.length; f++) {
    const low = boxes[4 * f + 1]!;
    const high = boxes[4 * f + 3]!;
    if (!(low <= high) || passOfRow[rowOf(low)] !== passOfRow[rowOf(high)]) across.push(f);
  }
  return Uint32Array.from(across);
}

function writeClasses(
  instance: KernelInstance,
  parcels: KernelLayer,
  zoneStarts: Uint32Array,
  input: ClassInput,
  tableStarts: Uint32Array,
  touching: number,
): number {
  const layers = zoneStarts.length - 1;
  const zones = zoneStarts[layers]!;
  const struct = allocate(instance, CLASSES_BYTES);
  const classAt = allocate(instance, 2 * parcels.features);
  view.u16(instance, classAt, parcels.features).set(input.classOfParcel);
  const wholesAt = allocate(instance, 8 * parcels.features);
  view.f64(instance, wholesAt, parcels.features).set(input.wholesDm2);
  const keysAt = allocate(instance, 2 * zones);
  const keys = view.u16(instance, keysAt, zones);
  input.keyOfZone.forEach((ofLayer, l) => keys.set(ofLayer, zoneStarts[l]!));
  const words = (source: ArrayLike<number>): number => {
    const at = allocate(instance, 4 * source.length);
    view.u32(instance, at, source.length).set(source);
    return at;
  };
  const zoneStartsAt = words(zoneStarts);
  const tableStartsAt = words(tableStarts);
  const keyCountsAt = words(input.keyCounts);
  view
    .u32(instance, struct, 10)
    .set([
      classAt,
      wholesAt,
      keysAt,
      zoneStartsAt,
      layers,
      tableStartsAt,
      keyCountsAt,
      tableStarts[layers]!,
      Math.max(1, ...input.keyCounts),
      parcels.struct,
    ]);
  view.f64(instance, struct + 40, 1)[0] = touching;
  return struct;
}

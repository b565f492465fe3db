import { ByteReader, ByteWriter } from './byte-writer.ts';
import { labelPoint } from './label-point.ts';
import type { RingBuffer } from './ring-buffer.ts';
import { worldOf } from './tile-grid.ts';

/** What a feature carries into the tiles beside its rings. */
export interface OutlineFacts {
  readonly no: number;
  readonly id: string | null;
  readonly class: string | null;
  readonly label: string | null;
  /** How much it counts where only what prevails is shown: its area in dm², 1 where unknown. A whole number. */
  readonly weight: number;
}

/** A box in whole world units. */
export interface WorldBox {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** A feature for tiles: facts, box, where its name is written, and its rings in world units in a buffer shared with others. */
export interface Outline extends OutlineFacts, WorldBox {
  readonly place: readonly [x: number, y: number] | undefined;
}

let projected = new Float64Array(1024);

/**
 * Puts rings (longitude and latitude) into `rings` in world units and says their box and the place of their name; undefined
 * where nothing with an area is left.
 */
export function outlineOf(
  facts: OutlineFacts,
  lonLat: Float64Array,
  ringStarts: ArrayLike<number>,
  outer: ArrayLike<boolean | number>,
  rings: RingBuffer,
): Outline | undefined {
  rings.clear();
  let outerKept = false;
  for (let r = 0; r + 1 < ringStarts.length; r++) {
    const isOuter = outer[r] === true || outer[r] === 1;
    if (!isOuter && !outerKept) continue;
    const first = ringStarts[r]!;
    const end = ringStarts[r + 1]!;
    if (projected.length < 2 * (end - first)) projected = new Float64Array(4 * (end - first));
    rings.reserve(end - first);
    for (let v = first; v < end; v++) {
      worldOf(lonLat[2 * v]!, lonLat[2 * v + 1]!, projected, 0);
      rings.push(projected[0]!, projected[1]!);
    }
    const kept = rings.endRing(isOuter);
    if (isOuter) outerKept = kept;
  }
  if (rings.rings === 0) return undefined;
  return { ...facts, ...boxOf(rings), place: placeOf(rings) };
}

function placeOf(rings: RingBuffer): readonly [number, number] | undefined {
  const place = labelPoint(rings.coords.subarray(0, 2 * rings.points), rings.starts.subarray(0, rings.rings + 1));
  return place === undefined ? undefined : [Math.floor(place[0]), Math.floor(place[1])];
}

export function boxOf({ coords, points }: RingBuffer): WorldBox {
  let minX = coords[0]!;
  let minY = coords[1]!;
  let maxX = minX;
  let maxY = minY;
  for (let i = 0; i < 2 * points; i += 2) {
    const x = coords[i]!;
    const y = coords[i + 1]!;
    if (x < minX) minX = x;
    else if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    else if (y > maxY) maxY = y;
  }
  return { minX, minY, maxX, maxY };
}

/** Texts that recur, by number: 0 is none. */
export class TextTable {
  readonly texts: string[];
  private readonly numbers = new Map<string, number>();

  constructor(texts: string[] = []) {
    this.texts = texts;
  }

  numberOf(text: string | null): number {
    if (text === null) return 0;
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text);
      this.numbers.set(text, number);
    }
    return number;
  }

  textOf(number: number): string | null {
    return number === 0 ? null : this.texts[number - 1]!;
  }
}

const HAS_ID = 1;
const HAS_PLACE = 2;
const body = new ByteWriter();

/** Writes an outline with its rings, some three bytes a vertex. */
export function writeOutline(out: ByteWriter, table: TextTable, outline: Outline, rings: RingBuffer): void {
  const { minX, minY, maxX, maxY, place } = outline;
  body.clear();
  body.varint(minX);
  body.varint(minY);
  body.varint(maxX - minX);
  body.varint(maxY - minY);
  body.varint(outline.no);
  body.varint((outline.id === null ? 0 : HAS_ID) + (place === undefined ? 0 : HAS_PLACE));
  body.varint(table.numberOf(outline.class));
  body.varint(table.numberOf(outline.label));
  body.varint(outline.weight);
  if (outline.id !== null) body.text(outline.id);
  if (place !== undefined) {
    body.signed(place[0] - minX);
    body.signed(place[1] - minY);
  }
  body.varint(rings.rings);
  let x = minX;
  let y = minY;
  const { coords, starts, outer } = rings;
  for (let r = 0; r < rings.rings; r++) {
    const end = 2 * starts[r + 1]!;
    body.varint(2 * (starts[r + 1]! - starts[r]!) + outer[r]!);
    for (let i = 2 * starts[r]!; i < end; i += 2) {
      body.signed(coords[i]! - x);
      body.signed(coords[i + 1]! - y);
      x = coords[i]!;
      y = coords[i + 1]!;
    }
  }
  out.block(body.view());
}

/** Reads the next outline; its rings go into `rings`, or, where its box is not `wanted`, the outline is passed over. */
export function readOutline(
  input: ByteReader,
  table: TextTable,
  rings: RingBuffer,
  wanted: (box: WorldBox) => boolean = () => true,
): Outline | undefined {
  const reader = new ByteReader(input.block());
  const minX = reader.varint();
  const minY = reader.varint();
  const box = { minX, minY, maxX: minX + reader.varint(), maxY: minY + reader.varint() };
  if (!wanted(box)) return undefined;
  const no = reader.varint();
  const flags = reader.varint();
  const classNo = reader.varint();
  const labelNo = reader.varint();
  const weight = reader.varint();
  const id = (flags & HAS_ID) === 0 ? null : reader.text();
  const place = (flags & HAS_PLACE) === 0 ? undefined : ([minX + reader.signed(), minY + reader.signed()] as const);
  rings.clear();
  const ringCount = reader.varint();
  let x = minX;
  let y = minY;
  for (let r = 0; r < ringCount; r++) {
    const head = reader.varint();
    const count = head >> 1;
    rings.reserve(count);
    for (let i = 0; i < count; i++) {
      x += reader.signed();
      y += reader.signed();
      rings.push(x, y);
    }
    rings.endRing((head & 1) === 1);
  }
  return { no, id, class: table.textOf(classNo), label: table.textOf(labelNo), weight, place, ...box };
}

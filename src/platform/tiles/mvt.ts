import { ByteWriter } from './byte-writer.ts';
import type { RingBuffer } from './ring-buffer.ts';
import { doubleArea } from './ring-buffer.ts';
import { EXTENT } from './tile-grid.ts';

export type TileValue = string | number;

const POINT = 1;
const POLYGON = 3;
const MOVE_TO = 9;
const CLOSE_PATH = 15;
const lineTo = (points: number): number => (points << 3) | 2;

/** Field numbers and wire types of a Mapbox vector tile (version 2.1), as the bytes they are. */
const TILE_LAYER = 0x1a;
const LAYER = { name: 0x0a, feature: 0x12, key: 0x1a, value: 0x22, extent: 0x28, version: 0x78 };
const FEATURE = { id: 0x08, tags: 0x12, type: 0x18, geometry: 0x22 };
const VALUE = { text: 0x0a, double: 0x19, whole: 0x28 };

const tags = new ByteWriter();
const commands = new ByteWriter();
const value = new ByteWriter();

/** One layer of a vector tile, feature by feature. */
export class LayerWriter {
  features = 0;
  private readonly name: string;
  private readonly body = new ByteWriter();
  private readonly feature = new ByteWriter();
  private readonly keys = new Map<string, number>();
  private readonly values = new Map<TileValue, number>();
  private x = 0;
  private y = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Begins a feature; then its properties (null: left out) and its geometry, then `end`. */
  begin(): void {
    tags.clear();
    commands.clear();
    this.x = 0;
    this.y = 0;
  }

  property(key: string, item: TileValue | null): void {
    if (item === null) return;
    tags.varint(indexIn(this.keys, key));
    tags.varint(indexIn(this.values, item));
  }

  /**
   * Ring `r` of a buffer in tile units, of it the points flagged in `keep` (all where undefined); turned as the tile format
   * asks: outer rings clockwise on the screen, inner ones the other way. False where it bounds nothing and is left out.
   */
  ring(rings: RingBuffer, r: number, keep: Uint8Array | undefined): boolean {
    const first = rings.starts[r]!;
    const end = rings.starts[r + 1]!;
    let ring = rings.coords.subarray(2 * first, 2 * end);
    if (keep !== undefined) {
      let length = 0;
      if (picked.length < ring.length) picked = new Int32Array(2 * ring.length);
      for (let i = first; i < end; i++) {
        if (keep[i] === 0) continue;
        picked[length++] = rings.coords[2 * i]!;
        picked[length++] = rings.coords[2 * i + 1]!;
      }
      ring = picked.subarray(0, length);
    }
    const area = ring.length < 6 ? 0 : doubleArea(ring, 0, ring.length / 2);
    if (area === 0) return false;
    const backwards = area > 0 !== (rings.outer[r] === 1);
    commands.varint(MOVE_TO);
    for (let k = 0; k < ring.length; k += 2) {
      const i = backwards ? ring.length - 2 - k : k;
      if (k === 2) commands.varint(lineTo(ring.length / 2 - 1));
      this.move(ring[i]!, ring[i + 1]!);
    }
    commands.varint(CLOSE_PATH);
    return true;
  }

  rectangle(left: number, top: number, right: number, bottom: number): void {
    commands.varint(MOVE_TO);
    this.move(left, top);
    commands.varint(lineTo(3));
    this.move(right, top);
    this.move(right, bottom);
    this.move(left, bottom);
    commands.varint(CLOSE_PATH);
  }

  point(x: number, y: number): void {
    commands.varint(MOVE_TO);
    this.move(x, y);
  }

  end(kind: 'point' | 'polygon', id: number | undefined): void {
    const { feature } = this;
    feature.clear();
    if (id !== undefined) {
      feature.varint(FEATURE.id);
      feature.varint(id);
    }
    if (tags.length > 0) {
      feature.varint(FEATURE.tags);
      feature.block(tags.view());
    }
    feature.varint(FEATURE.type);
    feature.varint(kind === 'point' ? POINT : POLYGON);
    feature.varint(FEATURE.geometry);
    feature.block(commands.view());
    this.body.varint(LAYER.feature);
    this.body.block(feature.view());
    this.features++;
  }

  /** Appends the layer to a tile, unless it has no features. */
  writeTo(tile: ByteWriter): void {
    if (this.features === 0) return;
    const { body } = this;
    for (const key of this.keys.keys()) {
      body.varint(LAYER.key);
      body.text(key);
    }
    for (const item of this.values.keys()) {
      value.clear();
      if (typeof item === 'string') {
        value.varint(VALUE.text);
        value.text(item);
      } else if (Number.isInteger(item) && item >= 0) {
        value.varint(VALUE.whole);
        value.varint(item);
      } else {
        value.varint(VALUE.double);
        value.raw(new Uint8Array(Float64Array.of(item).buffer));
      }
      body.varint(LAYER.value);
      body.block(value.view());
    }
    const head = new ByteWriter();
    head.varint(LAYER.version);
    head.varint(2);
    head.varint(LAYER.name);
    head.text(this.name);
    const tail = new ByteWriter();
    tail.varint(LAYER.extent);
    tail.varint(EXTENT);
    tile.varint(TILE_LAYER);
    tile.varint(head.length + body.length + tail.length);
    tile.raw(head.view());
    tile.raw(body.view());
    tile.raw(tail.view());
  }

  private move(x: number, y: number): void {
    commands.signed(x - this.x);
    commands.signed(y - this.y);
    this.x = x;
    this.y = y;
  }
}

let picked = new Int32Array(256);

function indexIn<T>(map: Map<T, number>, item: T): number {
  const known = map.get(item);
  if (known !== undefined) return known;
  map.set(item, map.size);
  return map.size - 1;
}

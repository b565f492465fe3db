import { PbfWriter } from 'pbf';
import { EXTENT } from './tile-grid.ts';

export type TileValue = string | number;

/**
 * One feature of a tile in whole tile units: a polygon (rings, an outer ring before its inner ones) or a point.
 * Properties that are null are left out.
 */
export interface TileFeature {
  readonly id: number | undefined;
  readonly properties: Readonly<Record<string, TileValue | null>>;
  readonly rings: readonly (readonly number[])[];
  readonly point?: readonly [x: number, y: number];
}

export interface TileLayer {
  readonly name: string;
  readonly features: readonly TileFeature[];
}

const POINT = 1;
const POLYGON = 3;
const MOVE_TO = 1;
const LINE_TO = 2;
const CLOSE_PATH = 15;

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function commandsOf(rings: readonly (readonly number[])[]): number[] {
  const commands: number[] = [];
  let x = 0;
  let y = 0;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      if (i === 0) commands.push((1 << 3) | MOVE_TO);
      else if (i === 2) commands.push(((ring.length / 2 - 1) << 3) | LINE_TO);
      commands.push(zigzag(ring[i]! - x), zigzag(ring[i + 1]! - y));
      x = ring[i]!;
      y = ring[i + 1]!;
    }
    commands.push(CLOSE_PATH);
  }
  return commands;
}

/** A Mapbox vector tile (version 2.1); layers without features are left out. */
export function encodeTile(layers: readonly TileLayer[]): Uint8Array {
  const tile = new PbfWriter();
  for (const layer of layers) {
    if (layer.features.length > 0) tile.writeMessage(3, writeLayer, layer);
  }
  return tile.finish();
}

function writeLayer({ name, features }: TileLayer, layer: PbfWriter): void {
  const keys = new Map<string, number>();
  const values = new Map<TileValue, number>();
  const indexIn = <T>(map: Map<T, number>, item: T): number => {
    const known = map.get(item);
    if (known !== undefined) return known;
    map.set(item, map.size);
    return map.size - 1;
  };
  layer.writeVarintField(15, 2);
  layer.writeStringField(1, name);
  for (const feature of features) {
    const tags: number[] = [];
    for (const [key, value] of Object.entries(feature.properties)) {
      if (value !== null) tags.push(indexIn(keys, key), indexIn(values, value));
    }
    layer.writeMessage(
      2,
      (item: TileFeature, out: PbfWriter) => {
        const { point } = item;
        if (item.id !== undefined) out.writeVarintField(1, item.id);
        if (tags.length > 0) out.writePackedVarint(2, tags);
        out.writeVarintField(3, point === undefined ? POLYGON : POINT);
        out.writePackedVarint(
          4,
          point === undefined ? commandsOf(item.rings) : [(1 << 3) | MOVE_TO, zigzag(point[0]), zigzag(point[1])],
        );
      },
      feature,
    );
  }
  for (const key of keys.keys()) layer.writeStringField(3, key);
  for (const value of values.keys()) {
    layer.writeMessage(
      4,
      (item: TileValue, out: PbfWriter) => {
        if (typeof item === 'string') out.writeStringField(1, item);
        else if (Number.isInteger(item) && item >= 0) out.writeVarintField(5, item);
        else out.writeDoubleField(3, item);
      },
      value,
    );
  }
  layer.writeVarintField(5, EXTENT);
}

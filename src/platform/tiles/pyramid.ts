import { ByteReader, ByteWriter } from './byte-writer.ts';
import { FULL_DETAIL_ZOOM, isSpeck, speckSize, TileCutter, type TileLayerNames } from './cut-tile.ts';
import { type Outline, readOutline, TextTable, type WorldBox, writeOutline } from './outline.ts';
import { cutToPiece, PieceWriter } from './piece.ts';
import { RingBuffer } from './ring-buffer.ts';
import { BUFFER, EXTENT, type TileAddress, unitShift } from './tile-grid.ts';

/** Something built: a finished tile, or the piece of a square from which deeper tiles are cut. */
export interface Built {
  readonly kind: 'tile' | 'piece';
  readonly tile: TileAddress;
  readonly content: Uint8Array;
  /** How far the building is, 0 … 1. */
  readonly fraction: number;
}

interface Held extends WorldBox {
  readonly no: number;
  readonly chunk: number;
  readonly at: number;
  readonly class: string | null;
  readonly weight: number;
}

const CHUNK_BYTES = 1024 ** 2;

/**
 * Takes the features of a layer one by one, some three bytes a vertex, and builds its pyramid: the pieces of full detail and
 * every tile above them. Each tile is the same, byte for byte, as if it were cut alone out of the same features.
 */
export class PyramidBuilder {
  private readonly names: TileLayerNames;
  private readonly table = new TextTable();
  private readonly held: Held[] = [];
  /** The outlines, end to end in pieces of memory of about a megabyte. */
  private readonly chunks: Uint8Array[] = [];
  private readonly writer = new ByteWriter();
  private readonly rings = new RingBuffer();

  constructor(names: TileLayerNames) {
    this.names = names;
  }

  add(outline: Outline, rings: RingBuffer): void {
    const { no, minX, minY, maxX, maxY, weight } = outline;
    const chunk = this.chunks.length;
    const at = this.writer.length;
    writeOutline(this.writer, this.table, outline, rings);
    if (this.writer.length > CHUNK_BYTES) this.seal();
    this.held.push({
      no,
      minX,
      minY,
      maxX,
      maxY,
      chunk,
      at,
      class: outline.class,
      weight,
    });
  }

  /** Builds piece by piece and tile by tile; stop whenever you like. */
  *build(): Generator<Built> {
    this.seal();
    this.held.sort((a, b) => a.no - b.no);
    const steps = FULL_DETAIL_ZOOM + 1;
    for (let z = FULL_DETAIL_ZOOM; z >= 0; z--) {
      // The deep zooms hold nearly all the work: a geometric share each.
      const from = 1 - 2 ** -(steps - 1 - z);
      const width = 2 ** -(steps - z);
      let done = 0;
      const { tiles, near, specks } = this.bucketsOf(z);
      for (const key of tiles) {
        const tile = { z, x: Math.floor(key / 2 ** z), y: key % 2 ** z };
        const content =
          z === FULL_DETAIL_ZOOM ? this.piece(tile, near.get(key)) : this.tile(tile, near.get(key), specks.get(key));
        const fraction = from + (width * ++done) / tiles.length;
        if (content.length > 0) yield { kind: z === FULL_DETAIL_ZOOM ? 'piece' : 'tile', tile, content, fraction };
      }
    }
  }

  /** Which features touch which tile of a zoom; tiles column by column. */
  private bucketsOf(z: number): {
    readonly tiles: readonly number[];
    readonly near: ReadonlyMap<number, number[]>;
    readonly specks: ReadonlyMap<number, number[]>;
  } {
    const shift = unitShift(z);
    const width = EXTENT * 2 ** shift;
    const margin = BUFFER * 2 ** shift;
    const size = speckSize(z);
    const near = new Map<number, number[]>();
    const specks = new Map<number, number[]>();
    const last = 2 ** z - 1;
    const put = (map: Map<number, number[]>, key: number, index: number): void => {
      const list = map.get(key);
      if (list === undefined) map.set(key, [index]);
      else list.push(index);
    };
    const within = (tile: number): number => Math.max(0, Math.min(last, Math.floor(tile)));
    this.held.forEach((item, index) => {
      const speck = isSpeck(item, size);
      const beyond = speck ? 0 : margin;
      const right = within((item.maxX + beyond) / width);
      const bottom = within((item.maxY + beyond) / width);
      const top = within((item.minY - beyond) / width);
      for (let x = within((item.minX - beyond) / width); x <= right; x++) {
        for (let y = top; y <= bottom; y++) put(speck ? specks : near, x * 2 ** z + y, index);
      }
    });
    return { tiles: [...new Set([...near.keys(), ...specks.keys()])].sort((a, b) => a - b), near, specks };
  }

  private tile(tile: TileAddress, near: readonly number[] = [], specks: readonly number[] = []): Uint8Array {
    const cutter = new TileCutter(tile, this.names);
    for (const index of specks) {
      const item = this.held[index]!;
      cutter.addSpeck(item, item.class, item.weight);
    }
    for (const index of near) cutter.add(this.read(index), this.rings);
    return cutter.finish();
  }

  private piece(tile: TileAddress, near: readonly number[] = []): Uint8Array {
    const writer = new PieceWriter();
    let empty = true;
    for (const index of near) {
      const outline = cutToPiece(this.read(index), this.rings, tile);
      if (outline === undefined) continue;
      writer.add(outline, this.rings);
      empty = false;
    }
    return empty ? new Uint8Array(0) : writer.finish();
  }

  private read(index: number): Outline {
    const { chunk, at } = this.held[index]!;
    const reader = new ByteReader(this.chunks[chunk]!);
    reader.at = at;
    return readOutline(reader, this.table, this.rings)!;
  }

  private seal(): void {
    this.chunks.push(this.writer.finish());
    this.writer.clear();
  }
}

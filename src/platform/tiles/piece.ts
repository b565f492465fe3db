import { ByteReader, ByteWriter } from './byte-writer.ts';
import { boxesMeet, FULL_DETAIL_ZOOM, type TileCutter, worldBoxOf } from './cut-tile.ts';
import { boxOf, type Outline, readOutline, TextTable, writeOutline } from './outline.ts';
import { clipRings, RingBuffer } from './ring-buffer.ts';
import type { TileAddress } from './tile-grid.ts';

/** Features with more points are cut to the square of each piece, so that no tile reads a river from spring to mouth. */
export const LARGE_POINTS = 256;

/** The square of the pyramid whose piece holds a tile of full detail. */
export function pieceOf({ z, x, y }: TileAddress): TileAddress {
  const shift = z - FULL_DETAIL_ZOOM;
  return { z: FULL_DETAIL_ZOOM, x: x >> shift, y: y >> shift };
}

/**
 * The outline as it stands in a piece: whole, or cut to the square and its margin where it is large. The rings are replaced.
 * Undefined where nothing of it lies in the square.
 */
export function cutToPiece(outline: Outline, rings: RingBuffer, piece: TileAddress): Outline | undefined {
  if (rings.points <= LARGE_POINTS) return outline;
  const { minX, minY, maxX, maxY } = worldBoxOf(piece);
  part.clear();
  clipRings(rings, part, 0, minX, maxX);
  rings.clear();
  clipRings(part, rings, 1, minY, maxY);
  return rings.rings === 0 ? undefined : { ...outline, ...boxOf(rings) };
}
const part = new RingBuffer();

/** Writes the piece of one square: all features that meet it, in order, so that its tiles need nothing else. */
export class PieceWriter {
  private readonly table = new TextTable();
  private readonly body = new ByteWriter();

  add(outline: Outline, rings: RingBuffer): void {
    writeOutline(this.body, this.table, outline, rings);
  }

  finish(): Uint8Array {
    const out = new ByteWriter();
    out.varint(this.table.texts.length);
    for (const text of this.table.texts) out.text(text);
    out.raw(this.body.view());
    return out.finish();
  }
}

const read = new RingBuffer();

/** Adds what of a piece lies in a tile of full detail. */
export function addPiece(cutter: TileCutter, tile: TileAddress, piece: Uint8Array): void {
  const input = new ByteReader(piece);
  const texts = Array.from({ length: input.varint() }, () => input.text());
  const table = new TextTable(texts);
  const box = worldBoxOf(tile);
  while (!input.done) {
    const outline = readOutline(input, table, read, (its) => boxesMeet(its, box));
    if (outline !== undefined) cutter.add(outline, read);
  }
}

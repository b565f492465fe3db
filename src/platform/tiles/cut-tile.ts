import { ByteWriter } from './byte-writer.ts';
import { CELL_UNITS, CellGrid } from './cells.ts';
import { LayerWriter } from './mvt.ts';
import type { OutlineFacts, Outline, WorldBox } from './outline.ts';
import { clipRings, RingBuffer, snapRings } from './ring-buffer.ts';
import { keptPoints } from './simplify.ts';
import { BUFFER, EXTENT, type TileAddress, UNITS_PER_PIXEL, unitShift } from './tile-grid.ts';

/** From here on outlines are exact; before, borders may move by half a screen pixel. */
export const FULL_DETAIL_ZOOM = 14;
/** From here on whatever is half a pixel wide or high is drawn for itself; before, what is four pixels. */
const FINE_ZOOM = 11;
const FINE_SPECK_UNITS = UNITS_PER_PIXEL / 2;
const COARSE_SPECK_UNITS = 4 * UNITS_PER_PIXEL;
const TOLERANCE_UNITS = UNITS_PER_PIXEL / 2;
const LOW = -BUFFER;
const HIGH = EXTENT + BUFFER;

/** Features narrower and lower than so many world units are gathered in cells at a zoom; 0: none is. */
export function speckSize(z: number): number {
  // At full detail nothing is a speck: what is small there is small on the ground, and must stay clickable.
  if (z >= FULL_DETAIL_ZOOM) return 0;
  return (z >= FINE_ZOOM ? FINE_SPECK_UNITS : COARSE_SPECK_UNITS) * 2 ** unitShift(z);
}

export function isSpeck({ minX, minY, maxX, maxY }: WorldBox, size: number): boolean {
  return maxX - minX < size && maxY - minY < size;
}

/** The box of a tile with its margin, in world units. */
export function worldBoxOf({ z, x, y }: TileAddress): WorldBox {
  const shift = unitShift(z);
  const at = (tile: number, units: number): number => (tile * EXTENT + units) * 2 ** shift;
  return { minX: at(x, LOW), minY: at(y, LOW), maxX: at(x, HIGH), maxY: at(y, HIGH) };
}

export function boxesMeet(a: WorldBox, b: WorldBox): boolean {
  return a.minX <= b.maxX && a.maxX >= b.minX && a.minY <= b.maxY && a.maxY >= b.minY;
}

interface Drawn extends OutlineFacts {
  readonly endRing: number;
}

const snapped = new RingBuffer();
const strip = new RingBuffer();

/** Names of the two layers of a tile: the polygons, and the points their names are written at. */
export interface TileLayerNames {
  readonly features: string;
  readonly labels: string;
}

/** Cuts one tile out of outlines. Features are drawn in the order they are added. */
export class TileCutter {
  private readonly tile: TileAddress;
  private readonly shift: number;
  private readonly cells = new CellGrid();
  private readonly rings = new RingBuffer();
  private readonly drawn: Drawn[] = [];
  private readonly features: LayerWriter;
  private readonly labels: LayerWriter;

  constructor(tile: TileAddress, names: TileLayerNames) {
    this.tile = tile;
    this.shift = unitShift(tile.z);
    this.features = new LayerWriter(names.features);
    this.labels = new LayerWriter(names.labels);
  }

  /** A feature that is too small at this zoom; it counts in the cells its box touches. */
  addSpeck({ minX, minY, maxX, maxY }: WorldBox, code: string | null, weight: number): void {
    this.cells.add(this.unitX(minX), this.unitY(minY), this.unitX(maxX), this.unitY(maxY), code, weight);
  }

  /** A feature with its rings in world units. */
  add(outline: Outline, rings: RingBuffer): void {
    const { x, y } = this.tile;
    snapped.clear();
    snapRings(rings, snapped, this.shift, x * EXTENT, y * EXTENT);
    strip.clear();
    clipRings(snapped, strip, 0, LOW, HIGH);
    const before = this.rings.rings;
    clipRings(strip, this.rings, 1, LOW, HIGH);
    if (this.rings.rings > before) {
      const { no, id, class: code, label, weight } = outline;
      this.drawn.push({ no, id, class: code, label, weight, endRing: this.rings.rings });
    }
    this.addLabel(outline);
  }

  private addLabel({ no, class: code, label, place }: Outline): void {
    if (place === undefined || (label === null && this.tile.z < FULL_DETAIL_ZOOM)) return;
    // Exactly one tile holds the point: the half-open square leaves none out and none twice.
    const x = Math.floor(this.unitX(place[0]));
    const y = Math.floor(this.unitY(place[1]));
    if (!isInside(x) || !isInside(y)) return;
    this.labels.begin();
    this.labels.property('no', no);
    this.labels.property('class', code);
    this.labels.property('label', label);
    this.labels.point(x, y);
    this.labels.end('point', undefined);
  }

  /** The vector tile; empty where nothing lies in it. */
  finish(): Uint8Array {
    for (const [code, rectangles] of this.cells.rectangles()) {
      this.features.begin();
      this.features.property('class', code);
      for (const { left, top, right, bottom } of rectangles) {
        this.features.rectangle(left * CELL_UNITS, top * CELL_UNITS, right * CELL_UNITS, bottom * CELL_UNITS);
      }
      this.features.end('polygon', undefined);
    }
    const exact = this.tile.z >= FULL_DETAIL_ZOOM;
    const keep = exact ? undefined : keptPoints(this.rings, TOLERANCE_UNITS, LOW, HIGH);
    let r = 0;
    for (const item of this.drawn) {
      this.features.begin();
      let any = false;
      let outerKept = false;
      for (; r < item.endRing; r++) {
        const isOuter = this.rings.outer[r] === 1;
        if (!isOuter && !outerKept) continue;
        const kept = this.features.ring(this.rings, r, keep);
        if (isOuter) outerKept = kept;
        any ||= kept;
      }
      if (!any) continue;
      // Far out a tile holds tens of thousands of features: number and name are asked for at a click there.
      if (exact) this.features.property('no', item.no);
      if (exact || item.class === null) this.features.property('id', item.id);
      this.features.property('class', item.class);
      this.features.property('label', item.label);
      this.features.end('polygon', item.no);
    }
    const tile = new ByteWriter();
    // A name without its feature is nothing: the polygon it lies in is in this tile too.
    if (this.features.features > 0) {
      this.features.writeTo(tile);
      this.labels.writeTo(tile);
    }
    return tile.finish();
  }

  private unitX(world: number): number {
    return world / 2 ** this.shift - this.tile.x * EXTENT;
  }

  private unitY(world: number): number {
    return world / 2 ** this.shift - this.tile.y * EXTENT;
  }
}

const isInside = (unit: number): boolean => unit >= 0 && unit < EXTENT;

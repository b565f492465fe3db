/**
 * Rings in whole numbers, end to end in memory that is used again and again. Rings are open; inner rings follow the outer ring
 * they lie in, and go with it where it is left out.
 */
export class RingBuffer {
  /** x0,y0,x1,y1,… */
  coords = new Int32Array(2048);
  points = 0;
  /** Ring r is the points starts[r] … starts[r + 1]. */
  starts = new Int32Array(64);
  outer = new Uint8Array(64);
  rings = 0;

  clear(): void {
    this.points = 0;
    this.rings = 0;
    this.starts[0] = 0;
  }

  /** Makes room for so many points more. */
  reserve(points: number): void {
    const wanted = 2 * (this.points + points);
    if (wanted <= this.coords.length) return;
    const grown = new Int32Array(Math.max(wanted, this.coords.length * 2));
    grown.set(this.coords.subarray(0, 2 * this.points));
    this.coords = grown;
  }

  /** Adds a point to the ring begun, unless it repeats the one before. Room must be there. */
  push(x: number, y: number): void {
    const { coords } = this;
    const at = 2 * this.points;
    if (this.points > this.starts[this.rings]! && coords[at - 2] === x && coords[at - 1] === y) return;
    coords[at] = x;
    coords[at + 1] = y;
    this.points++;
  }

  /** Closes the ring begun; false where it bounds nothing and is left out. */
  endRing(outer: boolean): boolean {
    const { coords } = this;
    const first = this.starts[this.rings]!;
    while (
      this.points > first + 1 &&
      coords[2 * first] === coords[2 * this.points - 2] &&
      coords[2 * first + 1] === coords[2 * this.points - 1]
    ) {
      this.points--;
    }
    if (this.points - first < 3 || doubleArea(coords, first, this.points) === 0) {
      this.points = first;
      return false;
    }
    if (this.rings + 2 > this.starts.length) {
      const starts = new Int32Array(this.starts.length * 2);
      starts.set(this.starts);
      this.starts = starts;
      const outers = new Uint8Array(starts.length);
      outers.set(this.outer);
      this.outer = outers;
    }
    this.outer[this.rings++] = outer ? 1 : 0;
    this.starts[this.rings] = this.points;
    return true;
  }
}

/** Twice the area of the points from … to, positive where they turn clockwise on the screen (y down). */
export function doubleArea(coords: Int32Array, from: number, to: number): number {
  let sum = 0;
  // Relative to the first point, so that the products stay exact.
  const x0 = coords[2 * from]!;
  const y0 = coords[2 * from + 1]!;
  let x1 = coords[2 * to - 2]! - x0;
  let y1 = coords[2 * to - 1]! - y0;
  for (let i = 2 * from; i < 2 * to; i += 2) {
    const x2 = coords[i]! - x0;
    const y2 = coords[i + 1]! - y0;
    sum += x1 * y2 - x2 * y1;
    x1 = x2;
    y1 = y2;
  }
  return sum;
}

/**
 * Appends the rings of `from` divided by 2^`shift`, rounded, less an offset. A point comes out the same whatever ring it
 * belongs to, so that borders stay shared.
 */
export function snapRings(from: RingBuffer, to: RingBuffer, shift: number, offsetX: number, offsetY: number): void {
  const half = shift === 0 ? 0 : 1 << (shift - 1);
  const { coords, starts, outer } = from;
  let outerKept = false;
  for (let r = 0; r < from.rings; r++) {
    const isOuter = outer[r] === 1;
    if (!isOuter && !outerKept) continue;
    const end = 2 * starts[r + 1]!;
    to.reserve(starts[r + 1]! - starts[r]!);
    for (let i = 2 * starts[r]!; i < end; i += 2) {
      to.push(((coords[i]! + half) >> shift) - offsetX, ((coords[i + 1]! + half) >> shift) - offsetY);
    }
    const kept = to.endRing(isOuter);
    if (isOuter) outerKept = kept;
  }
}

let sideA = new Int32Array(4096);
let sideB = new Int32Array(4096);

/**
 * Appends the part of the rings of `from` between `low` and `high` along an axis (Sutherland–Hodgman). Where a ring leaves and
 * comes back, the result runs along the limit: right for filling, and outside the visible tile. A cut point depends on its edge
 * alone, not on the ring nor on its direction.
 */
export function clipRings(from: RingBuffer, to: RingBuffer, axis: 0 | 1, low: number, high: number): void {
  const { coords, starts, outer } = from;
  let outerKept = false;
  for (let r = 0; r < from.rings; r++) {
    const isOuter = outer[r] === 1;
    if (!isOuter && !outerKept) continue;
    const first = starts[r]!;
    const end = starts[r + 1]!;
    let least = coords[2 * first + axis]!;
    let most = least;
    for (let i = 2 * first + axis; i < 2 * end; i += 2) {
      const value = coords[i]!;
      if (value < least) least = value;
      else if (value > most) most = value;
    }
    let kept = false;
    if (most > low && least < high) {
      let ring = coords.subarray(2 * first, 2 * end);
      let count = end - first;
      const room = 8 * count + 16;
      if (room > sideA.length) {
        sideA = new Int32Array(room);
        sideB = new Int32Array(room);
      }
      if (least < low) {
        count = clipSide(ring, count, sideA, axis, low, 1);
        ring = sideA;
      }
      if (most > high) {
        count = clipSide(ring, count, sideB, axis, high, -1);
        ring = sideB;
      }
      to.reserve(count);
      for (let i = 0; i < 2 * count; i += 2) to.push(ring[i]!, ring[i + 1]!);
      kept = to.endRing(isOuter);
    }
    if (isOuter) outerKept = kept;
  }
}

/** Keeps what lies on the side of `limit` that `sign` points to. Returns the number of points written. */
function clipSide(ring: Int32Array, count: number, out: Int32Array, axis: 0 | 1, limit: number, sign: 1 | -1): number {
  let at = 0;
  const other = 1 - axis;
  for (let i = 0; i < count; i++) {
    const a = 2 * i;
    const b = i + 1 === count ? 0 : a + 2;
    const from = ring[a + axis]!;
    const to = ring[b + axis]!;
    const isIn = sign > 0 ? from >= limit : from <= limit;
    const isNextIn = sign > 0 ? to >= limit : to <= limit;
    if (isIn) {
      out[at++] = ring[a]!;
      out[at++] = ring[a + 1]!;
    }
    if (isIn === isNextIn) continue;
    // From the lesser end, so that the same edge walked backwards is cut at the same point.
    const [p, q] = from < to ? [a, b] : [b, a];
    const share = (limit - ring[p + axis]!) / (ring[q + axis]! - ring[p + axis]!);
    const value = Math.round(ring[p + other]! + (ring[q + other]! - ring[p + other]!) * share);
    out[at + axis] = limit;
    out[at + other] = value;
    at += 2;
  }
  return at >> 1;
}

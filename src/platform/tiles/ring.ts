/** A ring as x0,y0,x1,y1,…, open. */
export type Ring = Float64Array | readonly number[];

/**
 * The part of a ring inside the square low … high in both directions (Sutherland–Hodgman). Where the ring leaves and
 * comes back, the result runs along the edge of the square: right for filling, and outside the visible tile.
 */
export function clipRing(ring: Ring, low: number, high: number): Ring {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < ring.length; i += 2) {
    const x = ring[i]!;
    const y = ring[i + 1]!;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  if (maxX < low || minX > high || maxY < low || minY > high) return [];
  if (minX >= low && maxX <= high && minY >= low && maxY <= high) return ring;
  let clipped = clipSide(ring, 0, low, 1);
  clipped = clipSide(clipped, 0, high, -1);
  clipped = clipSide(clipped, 1, low, 1);
  return clipSide(clipped, 1, high, -1);
}

/** Keeps what lies on the side of `limit` that `sign` points to, along axis 0 (x) or 1 (y). */
function clipSide(ring: Ring, axis: 0 | 1, limit: number, sign: 1 | -1): number[] {
  const out: number[] = [];
  const count = ring.length;
  for (let i = 0; i < count; i += 2) {
    const next = i + 2 === count ? 0 : i + 2;
    const from = (ring[i + axis]! - limit) * sign;
    const to = (ring[next + axis]! - limit) * sign;
    if (from >= 0) out.push(ring[i]!, ring[i + 1]!);
    if (from >= 0 !== to >= 0) {
      const share = from / (from - to);
      const x = ring[i]! + (ring[next]! - ring[i]!) * share;
      const y = ring[i + 1]! + (ring[next + 1]! - ring[i + 1]!) * share;
      if (axis === 0) out.push(limit, y);
      else out.push(x, limit);
    }
  }
  return out;
}

/** Leaves out vertices nearer than `tolerance` to the line of their neighbours (Douglas–Peucker), iteratively. */
export function simplifyRing(ring: Ring, tolerance: number): Ring {
  const count = ring.length / 2;
  if (count <= 4 || tolerance <= 0) return ring;
  const keep = new Uint8Array(count + 1);
  // Two anchors: the first vertex and the one farthest from it, so that the choice depends on the ring alone.
  let far = 0;
  let best = -1;
  for (let i = 1; i < count; i++) {
    const d = (ring[2 * i]! - ring[0]!) ** 2 + (ring[2 * i + 1]! - ring[1]!) ** 2;
    if (d > best) {
      best = d;
      far = i;
    }
  }
  keep[0] = keep[far] = keep[count] = 1;
  const limit = tolerance * tolerance;
  const stack = [0, far, far, count];
  while (stack.length > 0) {
    const last = stack.pop()!;
    const first = stack.pop()!;
    let worst = limit;
    let split = -1;
    for (let i = first + 1; i < last; i++) {
      const d = squaredDistance(ring, i, first, last % count);
      if (d > worst) {
        worst = d;
        split = i;
      }
    }
    if (split !== -1) {
      keep[split] = 1;
      stack.push(first, split, split, last);
    }
  }
  const out: number[] = [];
  for (let i = 0; i < count; i++) if (keep[i] === 1) out.push(ring[2 * i]!, ring[2 * i + 1]!);
  return out;
}

function squaredDistance(ring: Ring, point: number, from: number, to: number): number {
  const x = ring[2 * point]!;
  const y = ring[2 * point + 1]!;
  let ax = ring[2 * from]!;
  let ay = ring[2 * from + 1]!;
  const dx = ring[2 * to]! - ax;
  const dy = ring[2 * to + 1]! - ay;
  const length = dx * dx + dy * dy;
  if (length > 0) {
    const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
    ax += dx * t;
    ay += dy * t;
  }
  return (x - ax) ** 2 + (y - ay) ** 2;
}

/**
 * Whole tile units, repeated vertices left out, and oriented as the tile format asks: outer rings clockwise on the
 * screen (positive area with y down), inner ones the other way. Undefined where nothing with an area is left.
 */
export function quantiseRing(ring: Ring, outer: boolean): number[] | undefined {
  const out: number[] = [];
  for (let i = 0; i < ring.length; i += 2) {
    const x = Math.round(ring[i]!);
    const y = Math.round(ring[i + 1]!);
    const n = out.length;
    if (n >= 2 && out[n - 2] === x && out[n - 1] === y) continue;
    out.push(x, y);
  }
  while (out.length >= 4 && out[0] === out[out.length - 2] && out[1] === out[out.length - 1]) out.length -= 2;
  if (out.length < 6) return undefined;
  let doubleArea = 0;
  for (let i = 0, j = out.length - 2; i < out.length; j = i, i += 2) {
    doubleArea += out[j]! * out[i + 1]! - out[i]! * out[j + 1]!;
  }
  if (doubleArea === 0) return undefined;
  if (doubleArea > 0 !== outer) {
    const reversed: number[] = [];
    for (let i = out.length - 2; i >= 0; i -= 2) reversed.push(out[i]!, out[i + 1]!);
    return reversed;
  }
  return out;
}

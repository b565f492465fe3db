/**
 * A ring cut to a window by its four sides in turn (Sutherland–Hodgman). Where the ring leaves the window and comes back, the
 * result runs along the window's side there and back: it is meant for a clipper that takes such rings, and for windows
 * larger than the place of interest.
 *
 * @param xy x0, y0, x1, y1, … of the open ring
 */
export function cutRingToWindow(
  xy: readonly number[] | Float64Array,
  window: readonly [minX: number, minY: number, maxX: number, maxY: number],
): number[] {
  let ring = Array.from(xy);
  for (let side = 0; side < 4 && ring.length > 0; side++)
    ring = cutRingAtSide(ring, side % 2, window[side]!, side < 2 ? 1 : -1);
  return ring;
}

/** Keeps the part of a ring where coordinate `axis` is beyond `limit` in direction `sign`. */
function cutRingAtSide(ring: readonly number[], axis: number, limit: number, sign: 1 | -1): number[] {
  const kept: number[] = [];
  const count = ring.length / 2;
  let px = ring[2 * count - 2]!;
  let py = ring[2 * count - 1]!;
  let pInside = ((axis === 0 ? px : py) - limit) * sign >= 0;
  for (let v = 0; v < count; v++) {
    const qx = ring[2 * v]!;
    const qy = ring[2 * v + 1]!;
    const qInside = ((axis === 0 ? qx : qy) - limit) * sign >= 0;
    if (pInside !== qInside) {
      const share = axis === 0 ? (limit - px) / (qx - px) : (limit - py) / (qy - py);
      if (axis === 0) kept.push(limit, py + (qy - py) * share);
      else kept.push(px + (qx - px) * share, limit);
    }
    if (qInside) kept.push(qx, qy);
    px = qx;
    py = qy;
    pInside = qInside;
  }
  return kept;
}

/**
 * Where the name of a polygon is written: the middle of its widest stretch at half its height, so that it lies inside
 * whatever the shape. It depends on the whole polygon alone, so every tile that shows a part of it finds the same place, and
 * the name is written once.
 *
 * @param coords x0,y0,x1,y1,… of all rings; ring r is vertices ringStarts[r] … ringStarts[r+1]
 */
export function labelPoint(
  coords: ArrayLike<number>,
  ringStarts: ArrayLike<number>,
): readonly [x: number, y: number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < coords.length; i += 2) {
    if (coords[i]! < low) low = coords[i]!;
    if (coords[i]! > high) high = coords[i]!;
  }
  if (!(high > low)) return undefined;
  const y = (low + high) / 2;
  const crossings: number[] = [];
  for (let r = 0; r + 1 < ringStarts.length; r++) {
    const first = ringStarts[r]!;
    const last = ringStarts[r + 1]!;
    for (let v = first, before = last - 1; v < last; before = v++) {
      const y1 = coords[2 * before + 1]!;
      const y2 = coords[2 * v + 1]!;
      if (y1 <= y === y2 <= y) continue;
      crossings.push(coords[2 * before]! + ((y - y1) / (y2 - y1)) * (coords[2 * v]! - coords[2 * before]!));
    }
  }
  crossings.sort((a, b) => a - b);
  let widest = -1;
  let x = Number.NaN;
  for (let k = 0; k + 1 < crossings.length; k += 2) {
    const width = crossings[k + 1]! - crossings[k]!;
    if (width <= widest) continue;
    widest = width;
    x = (crossings[k]! + crossings[k + 1]!) / 2;
  }
  return widest < 0 ? undefined : [x, y];
}

import { latitudeOf, longitudeOf } from '../../../src/demo/tessellation.ts';
import { OUTER, type Random } from '../../../src/kernel/index.ts';
import { COUNTY_PLANE } from './cells.ts';
import type { ZonePolygons } from './zones.ts';

const PROJECTS = 300;

/**
 * Project areas as drawn by hand: star-shaped polygons with straight edges from some 10 m to 1.5 km, none overlapping
 * another. Radii are spread evenly over their orders of magnitude.
 */
export function projectPolygons(side: number, random: Random): ZonePolygons {
  const largest = Math.min(1_300, side / 18);
  const radii = Array.from({ length: PROJECTS }, () => 10 * (largest / 10) ** random.next()).sort((a, b) => b - a);
  const placed: [x: number, y: number, radius: number][] = [];
  const coords: number[] = [];
  const ringStarts = [0];
  for (const wanted of radii) {
    let radius = wanted;
    for (let attempt = 1; ; attempt++) {
      const x = (random.next() - 0.5) * (side - 2 * radius);
      const y = (random.next() - 0.5) * (side - 2 * radius);
      if (placed.every(([u, v, r]) => Math.hypot(u - x, v - y) > r + radius + 1)) {
        placed.push([x, y, radius]);
        break;
      }
      if (attempt % 200 === 0) radius *= 0.8;
    }
    const [x, y, r] = placed.at(-1)!;
    const corners = random.integer(4, 22);
    const turn = random.next() * 6.28;
    for (let k = 0; k < corners; k++) {
      const angle = turn + (2 * Math.PI * (k + 0.5 * random.next())) / corners;
      const reach = r * (0.5 + 0.5 * random.next());
      coords.push(longitudeOf(COUNTY_PLANE, x + reach * Math.cos(angle)));
      coords.push(latitudeOf(COUNTY_PLANE, y + reach * Math.sin(angle)));
    }
    ringStarts.push(coords.length / 2);
  }
  const dissolved = {
    groupRings: Uint32Array.from({ length: PROJECTS + 1 }, (_, i) => i),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: new Uint8Array(PROJECTS).fill(OUTER),
    coords: Float64Array.from(coords),
  };
  return { dissolved, labels: new Int32Array(PROJECTS) };
}

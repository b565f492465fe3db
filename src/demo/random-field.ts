import type { Random } from '../kernel/index.ts';

/** A smooth random landscape: about standard normal at every place, changing over the given wavelength. */
export type RandomField = (east: number, north: number) => number;

/** Sum of random waves. */
export function randomField(random: Random, wavelengthMetres: number, waves = 14): RandomField {
  const terms = Array.from({ length: waves }, () => {
    const angle = random.next() * 2 * Math.PI;
    const k = ((2 * Math.PI) / wavelengthMetres) * (0.6 + 0.9 * random.next());
    return [k * Math.cos(angle), k * Math.sin(angle), random.next() * 2 * Math.PI] as const;
  });
  const amplitude = Math.sqrt(2 / waves);
  return (east, north) => {
    let sum = 0;
    for (const [kx, ky, phase] of terms) sum += Math.cos(kx * east + ky * north + phase);
    return amplitude * sum;
  };
}

/** The fields that shape the county. */
export interface Landscape {
  /** Height: plains below 0.3, hills above. */
  readonly elevation: RandomField;
  readonly moisture: RandomField;
  /** Small-scale variety of land use and quality. */
  readonly variety: RandomField;
  readonly protection: RandomField;
}

export function landscapeOf(random: Random): Landscape {
  return {
    elevation: randomField(random, 9_000),
    moisture: randomField(random, 4_000),
    variety: randomField(random, 700),
    protection: randomField(random, 5_000),
  };
}

/** Slope class 坡度级别 1–5 of a place. */
export function slopeClassOf(landscape: Landscape, east: number, north: number): 1 | 2 | 3 | 4 | 5 {
  const steepness = landscape.elevation(east, north) + 0.25 * landscape.variety(east, north);
  return steepness < 0 ? 1 : steepness < 0.45 ? 2 : steepness < 1 ? 3 : steepness < 1.7 ? 4 : 5;
}

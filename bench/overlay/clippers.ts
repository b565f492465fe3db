import * as martinez from 'martinez-polygon-clipping';
import * as polyclip from 'polyclip-ts';
import { signedRingArea } from '../../src/geometry/plane-layer.ts';
import { tabulate } from '../../src/geometry/index.ts';
import { OUTER, seededRandom } from '../../src/kernel/index.ts';
import type { CountyFiles, CountyLayer } from '../../tests/support/county/files.ts';
import { planeLayers, type PlaneWithRoles } from './plane.ts';

/** JavaScript clippers on a sample of pairs that are no whole parcel. */
export interface ClipperRun {
  readonly library: string;
  readonly layer: CountyLayer;
  readonly sampled: number;
  readonly microsecondsPerPair: number;
  /** Pairs of the layer that need clipping. */
  readonly pairs: number;
  readonly extrapolatedCpuSeconds: number;
  /** Pairs at which the library threw. */
  readonly failed: number;
  /** Largest difference to our area, m². */
  readonly worst: number;
}

type Point = [number, number];
type MultiPolygon = Point[][][];

const LIBRARIES: readonly (readonly [string, (a: MultiPolygon, b: MultiPolygon) => MultiPolygon])[] = [
  ['polyclip-ts', (a, b) => polyclip.intersection(a, b) as MultiPolygon],
  ['martinez-polygon-clipping', (a, b) => (martinez.intersection(a, b) ?? []) as MultiPolygon],
];

const SAMPLE = 150;
const SECONDS_PER_LIBRARY = 20;

function multiPolygonOf({ plane, ringRoles }: PlaneWithRoles, f: number): MultiPolygon {
  const polygons: MultiPolygon = [];
  for (let r = plane.featureRings[f]!; r < plane.featureRings[f + 1]!; r++) {
    const ring: Point[] = [];
    for (let v = plane.ringStarts[r]!; v < plane.ringStarts[r + 1]!; v++)
      ring.push([plane.xy[2 * v]!, plane.xy[2 * v + 1]!]);
    ring.push(ring[0]!);
    if (ringRoles[r] === OUTER) polygons.push([ring]);
    else polygons.at(-1)!.push(ring);
  }
  return polygons;
}

function areaOf(polygons: MultiPolygon): number {
  let sum = 0;
  for (const polygon of polygons) {
    polygon.forEach((ring, r) => {
      const area = Math.abs(signedRingArea(Float64Array.from(ring.flat()), 0, ring.length));
      sum += r === 0 ? area : -area;
    });
  }
  return sum;
}

export async function runClippers(county: CountyFiles): Promise<ClipperRun[]> {
  const runs: ClipperRun[] = [];
  let parcels: PlaneWithRoles | undefined;
  for await (const [layer, zones] of planeLayers(county)) {
    if (parcels === undefined) {
      parcels = zones;
      continue;
    }
    if (layer !== 'basicFarmland' && layer !== 'slope') continue;
    const all = tabulate(parcels.plane, zones.plane);
    const partial: number[] = [];
    all.areas.forEach((area, i) => {
      const whole = Math.min(parcels!.plane.areas[all.parcels[i]!]!, zones.plane.areas[all.zones[i]!]!);
      if (area < whole * (1 - 1e-9)) partial.push(i);
    });
    const random = seededRandom(1);
    const sample = Array.from({ length: SAMPLE }, () => random.pick(partial));
    const operands = sample.map(
      (i) => [multiPolygonOf(parcels!, all.parcels[i]!), multiPolygonOf(zones, all.zones[i]!)] as const,
    );
    for (const [library, intersect] of LIBRARIES) {
      const began = process.cpuUsage();
      const used = (): number => {
        const { user, system } = process.cpuUsage(began);
        return (user + system) / 1e6;
      };
      let done = 0;
      let failed = 0;
      let worst = 0;
      for (; done < SAMPLE && used() < SECONDS_PER_LIBRARY; done++) {
        try {
          const area = areaOf(intersect(...operands[done]!));
          worst = Math.max(worst, Math.abs(area - all.areas[sample[done]!]!));
        } catch {
          failed++;
        }
      }
      const perPair = used() / done;
      runs.push({
        library,
        layer,
        sampled: done,
        microsecondsPerPair: perPair * 1e6,
        pairs: partial.length,
        extrapolatedCpuSeconds: perPair * partial.length,
        failed,
        worst,
      });
    }
  }
  return runs;
}

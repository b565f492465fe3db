/** Regions from trapezoids, as coverage-regions.ts of the plain version joins them: the same sums, in the same order. One thread. */
import { boundaryEdgesOf, cutCoverage } from './coverage-cells.ts';
import {
  AREA,
  BOUNDS,
  CORNERS,
  findTrapezoids,
  firstTrapezoids,
  KIND,
  REGION,
  rootOfTrapezoid,
  sizeOfTrapezoid,
  TRAPEZOID,
} from './coverage-trapezoids.ts';
import { allocate } from './layout.ts';

/** What the job struct gets (see coverage-cells.ts for what it is given): f64 least area of regions whose bounds are wanted. */
const LEAST_AREA: usize = 40;
const REGIONS: usize = 48;
const KINDS: usize = 52;
const AREAS: usize = 56;
const BOXES: usize = 60;
const PLACES: usize = 64;
const BOUND_COUNT: usize = 68;
const BOUND_PAIRS: usize = 72;
/** f64 each, by kind. */
const TOTALS: usize = 80;

const NOWHERE: u32 = 0xffffffff;

/** Cuts the free edges, finds the trapezoids and joins them to regions. */
export function coverRegions(job: usize): void {
  cutCoverage(job);
  findTrapezoids(job);
  const count = numberRegions(boundaryEdgesOf(job) != 0);
  const kinds = allocate(count);
  const areas = allocate(count << 3);
  memory.fill(areas, 0, count << 3);
  const boxes = allocate(count << 5);
  const places = allocate(count << 4);
  store<u32>(job, <u32>count, REGIONS);
  store<u32>(job, <u32>kinds, KINDS);
  store<u32>(job, <u32>areas, AREAS);
  store<u32>(job, <u32>boxes, BOXES);
  store<u32>(job, <u32>places, PLACES);
  memory.fill(job + TOTALS, 0, 24);
  addUp(job, kinds, areas, boxes, places, count);
  listBounds(job, areas);
}

/** Numbers the regions by their first trapezoids. Where there is no boundary, that of the first one is the world outside. */
function numberRegions(hasBoundary: bool): usize {
  let count: u32 = 0;
  for (let chunk = firstTrapezoids; chunk != 0; chunk = load<u32>(chunk)) {
    const end = <usize>load<u32>(chunk, 4);
    for (let record = chunk + 16; record < end; record += sizeOfTrapezoid(record)) {
      const root = rootOfTrapezoid(record);
      // The root of a region is the first of its trapezoids.
      if (root != record) store<u32>(record, load<u32>(root, REGION), REGION);
      else if (!hasBoundary && record == firstTrapezoids + 16) store<u32>(record, NOWHERE, REGION);
      else store<u32>(record, count++, REGION);
    }
  }
  return count;
}

function addUp(job: usize, kinds: usize, areas: usize, boxes: usize, places: usize, count: usize): void {
  const largest = allocate(count << 3);
  for (let r: usize = 0; r < count; r++) {
    store<f64>(largest + (r << 3), -1);
    v128.store(boxes + (r << 5), f64x2.splat(Infinity));
    v128.store(boxes + (r << 5), f64x2.splat(-Infinity), 16);
  }
  for (let chunk = firstTrapezoids; chunk != 0; chunk = load<u32>(chunk)) {
    const end = <usize>load<u32>(chunk, 4);
    for (let record = chunk + 16; record < end; record += sizeOfTrapezoid(record)) {
      const region = load<u32>(record, REGION);
      if (region == NOWHERE) continue;
      const r = <usize>region;
      const kind = load<i32>(record, KIND);
      const area = load<f64>(record, AREA);
      const xa = load<f64>(record, CORNERS);
      const xb = load<f64>(record, CORNERS + 8);
      const lowerA = load<f64>(record, CORNERS + 16);
      const upperA = load<f64>(record, CORNERS + 24);
      const lowerB = load<f64>(record, CORNERS + 32);
      const upperB = load<f64>(record, CORNERS + 40);
      const total = job + TOTALS + ((<usize>kind) << 3);
      store<f64>(total, load<f64>(total) + area);
      store<u8>(kinds + r, kind);
      store<f64>(areas + (r << 3), load<f64>(areas + (r << 3)) + area);
      const box = boxes + (r << 5);
      store<f64>(box, min(load<f64>(box), xa));
      store<f64>(box, min(load<f64>(box, 8), min(lowerA, lowerB)), 8);
      store<f64>(box, max(load<f64>(box, 16), xb), 16);
      store<f64>(box, max(load<f64>(box, 24), max(upperA, upperB)), 24);
      if (area > load<f64>(largest + (r << 3))) {
        store<f64>(largest + (r << 3), area);
        store<f64>(places + (r << 4), (xa + xb) / 2);
        store<f64>(places + (r << 4), (lowerA + upperA + lowerB + upperB) / 4, 8);
      }
    }
  }
}

/** Pairs (region, feature that bounds it) of the regions that are large enough. */
function listBounds(job: usize, areas: usize): void {
  const least = load<f64>(job, LEAST_AREA);
  let pairs: usize = 0;
  let count: u32 = 0;
  for (let pass = 0; pass < 2; pass++) {
    if (pass == 1) pairs = allocate((<usize>count) << 3);
    count = 0;
    for (let chunk = firstTrapezoids; chunk != 0; chunk = load<u32>(chunk)) {
      const end = <usize>load<u32>(chunk, 4);
      for (let record = chunk + 16; record < end; record += sizeOfTrapezoid(record)) {
        const region = load<u32>(record, REGION);
        if (region == NOWHERE || !(load<f64>(areas + ((<usize>region) << 3)) > least)) continue;
        const bounds = load<u32>(record, BOUNDS);
        if (pass == 0) {
          count += bounds;
          continue;
        }
        for (let b: u32 = 0; b < bounds; b++, count++) {
          store<u32>(pairs + ((<usize>count) << 3), region);
          store<u32>(pairs + ((<usize>count) << 3), load<u32>(record + TRAPEZOID + ((<usize>b) << 2)), 4);
        }
      }
    }
  }
  store<u32>(job, count, BOUND_COUNT);
  store<u32>(job, <u32>pairs, BOUND_PAIRS);
}

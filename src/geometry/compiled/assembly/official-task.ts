/** Official areas of a layer as delivered, block by block: brought to the run's 3° strip first where it is not in it. */
import { allocate } from './layout.ts';
import {
  blocksOf,
  falseEastingOf,
  featureRingsOf,
  meridianOf,
  ringRolesOf,
  ringStartsOf,
  runMeridianOf,
  sourceOf,
  xyOf,
} from './layer.ts';
import { officialAreasOf } from './official-areas.ts';
import { unprojectAll } from './projection.ts';
import { projectAll } from './testing.ts';

const IN_ZONE = 1;
const IN_OTHER_ZONE = 2;
const FALSE_EASTING: f64 = 500_000;

/** f64 per feature: m² and whole dm² (fields of the layer struct, see layer.ts). */
const SQUARE_METRES: usize = 236;
const DM2: usize = 240;

let scratch: usize = 0;
let strip: usize = 0;
let stripCapacity: usize = 0;

/** Called by every thread before its first task. */
export function beginOfficial(): void {
  scratch = allocate(4096);
  stripCapacity = 0;
}

export function officialBlock(layer: usize, block: i32): void {
  const from = load<i32>(blocksOf(layer) + ((<usize>block) << 2));
  const to = load<i32>(blocksOf(layer) + ((<usize>(block + 1)) << 2));
  const starts = ringStartsOf(layer);
  const rings = featureRingsOf(layer);
  let xy = xyOf(layer);
  let falseEasting = falseEastingOf(layer);
  if (sourceOf(layer) != IN_ZONE) {
    const first = <usize>load<u32>(starts + ((<usize>load<u32>(rings + ((<usize>from) << 2))) << 2));
    const end = <usize>load<u32>(starts + ((<usize>load<u32>(rings + ((<usize>to) << 2))) << 2));
    const count = end - first;
    if (count > stripCapacity) {
      stripCapacity = count + (count >> 2);
      strip = allocate(stripCapacity << 4);
    }
    memory.copy(strip, xy + (first << 4), count << 4);
    if (sourceOf(layer) == IN_OTHER_ZONE) unprojectAll(strip, <i32>count, falseEasting, meridianOf(layer));
    const last = strip + (count << 4);
    const meridian = runMeridianOf(layer);
    for (let at = strip; at < last; at += 16) store<f64>(at, load<f64>(at) - meridian);
    projectAll(strip, <i32>count);
    for (let at = strip; at < last; at += 16) store<f64>(at, load<f64>(at) + FALSE_EASTING);
    // Vertex numbers count from the layer's first.
    xy = strip - (first << 4);
    falseEasting = FALSE_EASTING;
  }
  officialAreasOf(
    xy,
    starts,
    ringRolesOf(layer),
    rings,
    from,
    to,
    falseEasting,
    runMeridianOf(layer),
    scratch,
    load<u32>(layer, SQUARE_METRES),
    load<u32>(layer, DM2),
  );
}

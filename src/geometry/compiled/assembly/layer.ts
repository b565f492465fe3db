/**
 * A polygon layer in memory. Fields are u32 addresses or counts unless they say otherwise; the host writes them (layer.ts of
 * the host has the same offsets).
 */

/** xy pairs, f64: degrees or metres as delivered at first, metres in the run's plane once prepared. */
/* @inline */ export function xyOf(layer: usize): usize {
  return load<u32>(layer, 0);
}
/** First vertex of each ring, and the end: rings + 1 numbers. */
/* @inline */ export function ringStartsOf(layer: usize): usize {
  return load<u32>(layer, 4);
}
/** First ring of each feature, and the end: features + 1 numbers. */
/* @inline */ export function featureRingsOf(layer: usize): usize {
  return load<u32>(layer, 8);
}
/** u8 per ring: 1 for inner rings. */
/* @inline */ export function ringRolesOf(layer: usize): usize {
  return load<u32>(layer, 12);
}
/** i8 per ring: the factor that turns the interior to the left. */
/* @inline */ export function ringSignsOf(layer: usize): usize {
  return load<u32>(layer, 16);
}
/** f64 per feature, m². */
/* @inline */ export function areasOf(layer: usize): usize {
  return load<u32>(layer, 20);
}
/** Four f64 per feature: least x, least y, greatest x, greatest y. */
/* @inline */ export function boxesOf(layer: usize): usize {
  return load<u32>(layer, 24);
}
/* @inline */ export function featuresOf(layer: usize): i32 {
  return load<i32>(layer, 28);
}
/* @inline */ export function ringsOf(layer: usize): i32 {
  return load<i32>(layer, 32);
}
/** u32 per ring: points that splitting adds to it. */
/* @inline */ export function splitsOf(layer: usize): usize {
  return load<u32>(layer, 36);
}
/** First feature of each block, and the end: blocks are the tasks of preparing. */
/* @inline */ export function blocksOf(layer: usize): usize {
  return load<u32>(layer, 40);
}
/* @inline */ export function blockCountOf(layer: usize): i32 {
  return load<i32>(layer, 44);
}
/** 0 = degrees, 1 = metres in the run's zone, 2 = metres in another zone. */
/* @inline */ export function sourceOf(layer: usize): i32 {
  return load<i32>(layer, 48);
}
/** Number of the layer's first feature among the features of all zone layers. */
/* @inline */ export function firstZoneOf(layer: usize): i32 {
  return load<i32>(layer, 52);
}
/** Vertices there is room for. */
/* @inline */ export function xyCapacityOf(layer: usize): u32 {
  return load<u32>(layer, 60);
}
/* @inline */ export function setXy(layer: usize, xy: usize): void {
  store<u32>(layer, <u32>xy, 0);
}
/* @inline */ export function setRingStarts(layer: usize, starts: usize): void {
  store<u32>(layer, <u32>starts, 4);
}
/** u32: 1 once a coordinate was found that is no number. */
export const NOT_FINITE: usize = 56;
/** f64: easting of the central meridian of the delivered zone, and that meridian (sourceOf 1 and 2). */
/* @inline */ export function falseEastingOf(layer: usize): f64 {
  return load<f64>(layer, 64);
}
/* @inline */ export function meridianOf(layer: usize): f64 {
  return load<f64>(layer, 72);
}
/** f64: central meridian of the run's zone. */
/* @inline */ export function runMeridianOf(layer: usize): f64 {
  return load<f64>(layer, 80);
}
/** f64: differences of degrees below which an edge is surely shorter than 70 m. */
/* @inline */ export function shortDegreesOf(layer: usize): f64 {
  return load<f64>(layer, 88);
}
/** f64 longitude, latitude and scale of the plane, then its 14 coefficients. */
/* @inline */ export function planeOf(layer: usize): usize {
  return layer + 96;
}

/** u8 per feature: 1 where a ring looks like no ring (prepare.ts). */
/* @inline */ export function suspectsOf(layer: usize): usize {
  return load<u32>(layer, 232);
}
/** (236 and 240: official areas, see official-task.ts.) */

/** What an overlay computes on, written by the host (overlay-job.ts has the same offsets), read by every thread. */

/** f64 x0, y0, cell size; then u32 columns, rows. */
/* @inline */ export function gridX(job: usize): f64 {
  return load<f64>(job, 0);
}
/* @inline */ export function gridY(job: usize): f64 {
  return load<f64>(job, 8);
}
/* @inline */ export function cellSize(job: usize): f64 {
  return load<f64>(job, 16);
}
/* @inline */ export function gridColumns(job: usize): i32 {
  return load<i32>(job, 24);
}
/* @inline */ export function gridRows(job: usize): i32 {
  return load<i32>(job, 28);
}
/** Rows of this pass: the index holds no others. */
/* @inline */ export function passFrom(job: usize): i32 {
  return load<i32>(job, 32);
}
/* @inline */ export function passTo(job: usize): i32 {
  return load<i32>(job, 36);
}
/** Rows of cells that one task of the index takes. */
/* @inline */ export function bandRows(job: usize): i32 {
  return load<i32>(job, 40);
}
/** Layer struct of the parcels; addresses of those of the zone layers. */
/* @inline */ export function parcelsOf(job: usize): usize {
  return load<u32>(job, 44);
}
/* @inline */ export function zoneLayersOf(job: usize): usize {
  return load<u32>(job, 48);
}
/* @inline */ export function zoneLayerCount(job: usize): i32 {
  return load<i32>(job, 52);
}
/** Features of all zone layers together. */
/* @inline */ export function zoneCount(job: usize): i32 {
  return load<i32>(job, 56);
}
/** Per cell of the pass: u32 first run, u32 end of runs. */
/* @inline */ export function cellsOf(job: usize): usize {
  return load<u32>(job, 60);
}
/** u32 per parcel that meets the pass: feature numbers in the order they are taken; starts of the tasks among them. */
/* @inline */ export function orderOf(job: usize): usize {
  return load<u32>(job, 64);
}
/* @inline */ export function taskStartsOf(job: usize): usize {
  return load<u32>(job, 68);
}
/* @inline */ export function taskCount(job: usize): i32 {
  return load<i32>(job, 72);
}
/** u8 per parcel, u8 per zone: 1 where a polygon covers some place not exactly once. 0 = not asked. */
/* @inline */ export function parcelFlagsOf(job: usize): usize {
  return load<u32>(job, 76);
}
/* @inline */ export function zoneFlagsOf(job: usize): usize {
  return load<u32>(job, 80);
}
/** Class sums instead of rows: struct of classes.ts, or 0. */
/* @inline */ export function classesOf(job: usize): usize {
  return load<u32>(job, 84);
}
/** A layer with itself: each pair is wanted once, and no polygon with itself. */
/* @inline */ export function isWithinLayer(job: usize): bool {
  return load<u32>(job, 88) != 0;
}

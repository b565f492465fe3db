/** Sorting records by the f64 at their beginning: by insertion for few, by heap for many. Which of equal ones is first is open. */

const FEW = 32;

/** Records of 8 bytes: numbers alone. */
export function sortNumbers(at: usize, count: i32): void {
  if (count <= FEW) {
    for (let i = 1; i < count; i++) {
      const x = load<f64>(at + ((<usize>i) << 3));
      let hole = at + ((<usize>i) << 3);
      for (; hole > at && load<f64>(hole - 8) > x; hole -= 8) store<f64>(hole, load<f64>(hole - 8));
      store<f64>(hole, x);
    }
    return;
  }
  for (let root = (count >> 1) - 1; root >= 0; root--) siftNumber(at, root, count);
  for (let n = count - 1; n > 0; n--) {
    const x = load<f64>(at);
    store<f64>(at, load<f64>(at + ((<usize>n) << 3)));
    store<f64>(at + ((<usize>n) << 3), x);
    siftNumber(at, 0, n);
  }
}

function siftNumber(at: usize, root: i32, count: i32): void {
  const x = load<f64>(at + ((<usize>root) << 3));
  let hole = root;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && load<f64>(at + ((<usize>(child + 1)) << 3)) > load<f64>(at + ((<usize>child) << 3)))
      child++;
    if (load<f64>(at + ((<usize>child) << 3)) <= x) break;
    store<f64>(at + ((<usize>hole) << 3), load<f64>(at + ((<usize>child) << 3)));
    hole = child;
  }
  store<f64>(at + ((<usize>hole) << 3), x);
}

/** Records of 16 bytes. */
export function sortPairs(at: usize, count: i32): void {
  if (count <= FEW) {
    for (let i = 1; i < count; i++) {
      let hole = at + ((<usize>i) << 4);
      const held = v128.load(hole);
      const x = f64x2.extract_lane(held, 0);
      for (; hole > at && load<f64>(hole - 16) > x; hole -= 16) v128.store(hole, v128.load(hole - 16));
      v128.store(hole, held);
    }
    return;
  }
  for (let root = (count >> 1) - 1; root >= 0; root--) siftPair(at, root, count);
  for (let n = count - 1; n > 0; n--) {
    const held = v128.load(at);
    v128.store(at, v128.load(at + ((<usize>n) << 4)));
    v128.store(at + ((<usize>n) << 4), held);
    siftPair(at, 0, n);
  }
}

function siftPair(at: usize, root: i32, count: i32): void {
  const held = v128.load(at + ((<usize>root) << 4));
  const x = f64x2.extract_lane(held, 0);
  let hole = root;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && load<f64>(at + ((<usize>(child + 1)) << 4)) > load<f64>(at + ((<usize>child) << 4)))
      child++;
    if (load<f64>(at + ((<usize>child) << 4)) <= x) break;
    v128.store(at + ((<usize>hole) << 4), v128.load(at + ((<usize>child) << 4)));
    hole = child;
  }
  v128.store(at + ((<usize>hole) << 4), held);
}

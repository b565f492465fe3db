import type { RingBuffer } from './ring-buffer.ts';

// Coordinates of a tile with its margin lie well within ±1024 … 7168: two of them make one key.
const KEY_OFFSET = 1024;
const KEY_SIZE = 8192;
const EMPTY = -1;

/** Scratch of the table of corners; it grows to the largest tile. */
let keys = new Int32Array(0);
let signs = new Int32Array(0);
let fixed = new Uint8Array(0);
let slotOf = new Int32Array(0);
let keep = new Uint8Array(0);
let arc = new Int32Array(0);
let line = new Float64Array(0);
let stack = new Int32Array(256);

/**
 * Which points of the rings of one tile stay when borders may move by `tolerance` units. Borders between two features move
 * together: a corner where borders meet stays, and what lies between two such corners is simplified once, whichever ring it is
 * met in and whichever way it runs. Three points of every ring stay, so that nothing collapses. Points on the limits of the
 * tile stay too.
 *
 * @returns a flag for each point, valid until the next call
 */
export function keptPoints(rings: RingBuffer, tolerance: number, low: number, high: number): Uint8Array {
  prepare(rings.points);
  noteCorners(rings, low, high);
  noteExtremes(rings);
  const { starts } = rings;
  for (let r = 0; r < rings.rings; r++) simplifyRing(rings, starts[r]!, starts[r + 1]!, tolerance);
  return keep;
}

function prepare(points: number): void {
  let size = 1024;
  while (size < 2 * points) size *= 2;
  if (keys.length < size) {
    keys = new Int32Array(size);
    signs = new Int32Array(size);
    fixed = new Uint8Array(size);
  }
  tableSize = size;
  keys.fill(EMPTY, 0, size);
  fixed.fill(0, 0, size);
  if (slotOf.length < points) {
    slotOf = new Int32Array(points);
    keep = new Uint8Array(points);
    arc = new Int32Array(points + 1);
    line = new Float64Array(2 * points + 2);
  }
  keep.fill(0, 0, points);
}
let tableSize = 0;

function mix(key: number): number {
  let h = Math.imul(key, 0x9e37_79b1);
  h = Math.imul(h ^ (h >>> 15), 0x85eb_ca6b);
  return h ^ (h >>> 13);
}

/** A point whose two neighbours are not the same in every ring that passes it is a corner where borders meet. */
function noteCorners({ coords, starts, rings }: RingBuffer, low: number, high: number): void {
  const mask = tableSize - 1;
  const keyOf = (i: number): number => (coords[2 * i]! + KEY_OFFSET) * KEY_SIZE + coords[2 * i + 1]! + KEY_OFFSET;
  for (let r = 0; r < rings; r++) {
    const first = starts[r]!;
    const end = starts[r + 1]!;
    let before = mix(keyOf(end - 1));
    let key = keyOf(first);
    let hash = mix(key);
    for (let i = first; i < end; i++) {
      const nextKey = keyOf(i + 1 === end ? first : i + 1);
      const after = mix(nextKey);
      const sign = (before + after) | 0;
      let slot = hash & mask;
      while (keys[slot] !== EMPTY && keys[slot] !== key) slot = (slot + 1) & mask;
      if (keys[slot] === EMPTY) {
        keys[slot] = key;
        signs[slot] = sign;
      } else if (signs[slot] !== sign) fixed[slot] = 1;
      const x = coords[2 * i]!;
      const y = coords[2 * i + 1]!;
      if (x === low || x === high || y === low || y === high) fixed[slot] = 1;
      slotOf[i] = slot;
      before = hash;
      hash = after;
      key = nextKey;
    }
  }
}

/** The leftmost and the rightmost point of a ring, and the one farthest from the line between them, by position alone. */
function noteExtremes({ coords, starts, rings }: RingBuffer): void {
  const isBefore = (i: number, j: number): boolean =>
    coords[2 * i]! < coords[2 * j]! || (coords[2 * i]! === coords[2 * j]! && coords[2 * i + 1]! < coords[2 * j + 1]!);
  for (let r = 0; r < rings; r++) {
    const first = starts[r]!;
    const end = starts[r + 1]!;
    let a = first;
    let b = first;
    for (let i = first + 1; i < end; i++) {
      if (isBefore(i, a)) a = i;
      if (isBefore(b, i)) b = i;
    }
    const ax = coords[2 * a]!;
    const ay = coords[2 * a + 1]!;
    const dx = coords[2 * b]! - ax;
    const dy = coords[2 * b + 1]! - ay;
    let c = a;
    let most = 0;
    for (let i = first; i < end; i++) {
      const distance = Math.abs(dx * (coords[2 * i + 1]! - ay) - dy * (coords[2 * i]! - ax));
      if (distance > most || (distance === most && most > 0 && isBefore(i, c))) {
        most = distance;
        c = i;
      }
    }
    fixed[slotOf[a]!] = fixed[slotOf[b]!] = fixed[slotOf[c]!] = 1;
  }
}

function simplifyRing(rings: RingBuffer, first: number, end: number, tolerance: number): void {
  let start = first;
  while (fixed[slotOf[start]!] === 0) start++;
  const count = end - first;
  let length = 0;
  for (let step = 0; step <= count; step++) {
    const i = first + ((start - first + step) % count);
    arc[length++] = i;
    if (step === 0 || fixed[slotOf[i]!] === 0) continue;
    simplifyArc(rings.coords, length, tolerance);
    arc[0] = i;
    length = 1;
  }
}

/** Douglas–Peucker on the points `arc[0 … length - 1]`, always walked from the same of its two ends. */
function simplifyArc(coords: Int32Array, length: number, tolerance: number): void {
  keep[arc[0]!] = keep[arc[length - 1]!] = 1;
  if (length === 2) return;
  let turned = false;
  for (let i = 0, j = length - 1; i < j; i++, j--) {
    const order = coords[2 * arc[i]!]! - coords[2 * arc[j]!]! || coords[2 * arc[i]! + 1]! - coords[2 * arc[j]! + 1]!;
    if (order === 0) continue;
    turned = order > 0;
    break;
  }
  for (let k = 0; k < length; k++) {
    const i = arc[turned ? length - 1 - k : k]!;
    line[2 * k] = coords[2 * i]!;
    line[2 * k + 1] = coords[2 * i + 1]!;
  }
  const limit = tolerance * tolerance;
  let depth = 0;
  stack[depth++] = 0;
  stack[depth++] = length - 1;
  while (depth > 0) {
    const last = stack[--depth]!;
    const from = stack[--depth]!;
    const x1 = line[2 * from]!;
    const y1 = line[2 * from + 1]!;
    const dx = line[2 * last]! - x1;
    const dy = line[2 * last + 1]! - y1;
    const square = dx * dx + dy * dy;
    let worst = limit;
    let split = -1;
    for (let k = from + 1; k < last; k++) {
      let px = line[2 * k]! - x1;
      let py = line[2 * k + 1]! - y1;
      const along = px * dx + py * dy;
      let distance: number;
      if (along <= 0 || square === 0) distance = px * px + py * py;
      else if (along >= square) {
        px -= dx;
        py -= dy;
        distance = px * px + py * py;
      } else distance = (px * dy - py * dx) ** 2 / square;
      if (distance > worst) {
        worst = distance;
        split = k;
      }
    }
    if (split === -1) continue;
    keep[arc[turned ? length - 1 - split : split]!] = 1;
    if (depth + 4 > stack.length) {
      const grown = new Int32Array(stack.length * 2);
      grown.set(stack);
      stack = grown;
    }
    stack[depth++] = from;
    stack[depth++] = split;
    stack[depth++] = split;
    stack[depth++] = last;
  }
}

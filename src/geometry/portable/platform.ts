/**
 * What the portable sources of this folder need of the machine, for JavaScript engines. The compiled kernel takes
 * src/geometry/compiled/assembly/platform.ts instead: same names, same results (scripts/build-kernel.js exchanges the two).
 */
import { assert } from '../../kernel/index.ts';

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);
/** Index of the word that holds sign and exponent. */
const HIGH_WORD = ((): number => {
  bits[0] = 1;
  return words[1] === 0 ? 0 : 1;
})();

/** 2^exponent, for a whole exponent from −1022 to 1023. */
export function powerOfTwo(exponent: number): number {
  words[HIGH_WORD] = (exponent + 1023) << 20;
  words[1 - HIGH_WORD] = 0;
  return bits[0]!;
}

/** The e of x = m × 2^e with 1 ≤ m < 2; x positive, finite and not subnormal. */
export function exponentOf(x: number): number {
  bits[0] = x;
  return (words[HIGH_WORD]! >>> 20) - 1023;
}

/** The m of x = m × 2^e with 1 ≤ m < 2; x positive, finite and not subnormal. */
export function mantissaOf(x: number): number {
  bits[0] = x;
  words[HIGH_WORD] = (words[HIGH_WORD]! & 0x000fffff) | 0x3ff00000;
  return bits[0]!;
}

const pair = new Float64Array(2);

/**
 * Leaves the two results of a function that has two. They are read at once, with `first` and `second`: the next call of a
 * portable function may overwrite them. (An array, since engines allocate for every number kept in a variable of a module.)
 */
export function leavePair(first: number, second: number): void {
  pair[0] = first;
  pair[1] = second;
}

/** First of the two results of the last call. */
export function first(): number {
  return pair[0]!;
}

/** Second of the two results of the last call. */
export function second(): number {
  return pair[1]!;
}

/** Stops a computation whose angle is not a number or beyond what can be reduced to a quarter turn. */
export function stopAtAngle(): void {
  assert(false, 'angle out of range');
}

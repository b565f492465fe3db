import { assert } from '../kernel/index.ts';

/**
 * An exact fraction in lowest terms, denominator > 0. Everything a verdict compares is one of these, so that "exactly
 * 5 %" is never decided by the last bit of a double.
 */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The fraction in lowest terms with a positive denominator. A zero denominator is a programmer mistake. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  assert(denominator !== 0n, 'rational with denominator zero');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(numerator, denominator);
  return divisor === 0n
    ? { numerator: 0n, denominator: 1n }
    : { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor };
}

export const ZERO: Rational = rational(0n);

/** `"1.05"` → 21/20. Undefined where the text is not a plain decimal (no exponent, no sign but a leading minus). */
export function rationalOfDecimal(text: string): Rational | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = match[3] ?? '';
  const digits = BigInt(`${match[2]}${fraction}`);
  return rational(match[1] === '-' ? -digits : digits, 10n ** BigInt(fraction.length));
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** The quotient. The caller has made sure that `b` is not zero. */
export function divide(a: Rational, b: Rational): Rational {
  assert(b.numerator !== 0n, 'division by zero');
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** Negative, zero or positive as a is below, equal to or above b. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isZero(a: Rational): boolean {
  return a.numerator === 0n;
}

/** `"1/20"`, or `"18"` for a whole number: the text that is stored, hashed and replayed. */
export function exactText(a: Rational): string {
  return a.denominator === 1n ? String(a.numerator) : `${a.numerator}/${a.denominator}`;
}

/** Reads what `exactText` wrote. Undefined where the text is something else. */
export function rationalOfExactText(text: string): Rational | undefined {
  const match = /^(-?\d+)(?:\/([1-9]\d*))?$/.exec(text);
  return match === null ? undefined : rational(BigInt(match[1]!), BigInt(match[2] ?? '1'));
}

/** Decimal text with exactly `decimals` places, halves away from zero. For people; never for a comparison. */
export function decimalText(a: Rational, decimals: number): string {
  const negative = a.numerator < 0n;
  const scaled = (negative ? -a.numerator : a.numerator) * 10n ** BigInt(decimals);
  const rounded = (2n * scaled + a.denominator) / (2n * a.denominator);
  const digits = String(rounded).padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return negative && rounded !== 0n ? `-${text}` : text;
}

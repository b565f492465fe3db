/** Reads JSON numbers straight from bytes. */
export interface DecimalReader {
  /**
   * The number that begins at `at`, to the last bit what `Number` makes of its text; NaN where none of JSON's grammar
   * begins there or where `limit` cuts it. `end` is the place behind it, `digits` and `isInteger` say how it is written.
   */
  read(bytes: Uint8Array, at: number, limit: number): number;
  readonly end: number;
  /** Digits before a fraction, leading zeros aside. */
  readonly digits: number;
  /** Neither fraction nor exponent. */
  readonly isInteger: boolean;
}

const ZERO = 0x30;
const MINUS = 0x2d;
const DOT = 0x2e;

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** Splits a double into halves whose products are exact (Dekker 1971). */
const SPLITTER = 134_217_729;
const MOST_EXACT = Number.MAX_SAFE_INTEGER;

/** Upper halves of the powers. */
const UPPER = POWERS.map((power) => {
  const t = SPLITTER * power;
  return t - (t - power);
});

/** What a × b loses when it is rounded to `product`; `b` comes with its upper half. */
function lost(a: number, b: number, bUpper: number, product: number): number {
  const t = SPLITTER * a;
  const aUpper = t - (t - a);
  const aLower = a - aUpper;
  const bLower = b - bUpper;
  return aLower * bLower - (product - aUpper * bUpper - aLower * bUpper - aUpper * bLower);
}

/**
 * (a × 10^tail + b) / 10^scale for a below 10^15 and b below 10^tail, tail at most 15, scale at most 22; NaN in the rare
 * case where 106 bits do not tell which double is nearest.
 */
function quotient(a: number, b: number, tail: number, scale: number): number {
  const product = a * POWERS[tail]!;
  const rest = lost(a, POWERS[tail]!, UPPER[tail]!, product) + b;
  const whole = product + rest;
  const below = rest - (whole - product);
  const divisor = POWERS[scale]!;
  const first = whole / divisor;
  const back = first * divisor;
  const remainder = whole - back - lost(first, divisor, UPPER[scale]!, back) + below;
  const second = remainder / divisor;
  // The sum of both is known to some 2^−99 of itself; it is used where that cannot change the rounding (Ziv's test).
  const doubt = first * 1e-28;
  const value = first + (second - doubt);
  return value === first + (second + doubt) ? value : Number.NaN;
}

/**
 * Numbers of up to 15 digits are one exact division (Clinger 1990); coordinates mostly have 16 to 18, which two doubles
 * hold exactly and divide to 106 bits. All else goes to `Number`.
 */
export function createDecimalReader(): DecimalReader {
  const reader = {
    end: 0,
    digits: 0,
    isInteger: true,
    read(bytes: Uint8Array, at: number, limit: number): number {
      let i = at;
      const negative = bytes[i] === MINUS;
      if (negative) i++;
      let a = 0;
      let aDigits = 0;
      let b = 0;
      let bDigits = 0;
      let from = i;
      let digit = 0;
      while (i < limit && (digit = bytes[i]! - ZERO) >= 0 && digit <= 9) {
        if (aDigits < 15) {
          a = 10 * a + digit;
          if (a !== 0) aDigits++;
        } else {
          b = 10 * b + digit;
          bDigits++;
        }
        i++;
      }
      if (i === from || (bytes[from] === ZERO && i > from + 1)) return Number.NaN;
      reader.digits = aDigits + bDigits;
      reader.isInteger = true;
      let scale = 0;
      if (bytes[i] === DOT && i < limit) {
        from = ++i;
        while (i < limit && (digit = bytes[i]! - ZERO) >= 0 && digit <= 9) {
          if (aDigits < 15) {
            a = 10 * a + digit;
            if (a !== 0) aDigits++;
          } else {
            b = 10 * b + digit;
            bDigits++;
          }
          i++;
        }
        scale = i - from;
        if (scale === 0) return Number.NaN;
        reader.isInteger = false;
      }
      if (i < limit && (bytes[i]! | 0x20) === 0x65) {
        i++;
        if (i < limit && (bytes[i] === MINUS || bytes[i] === 0x2b)) i++;
        from = i;
        while (i < limit && (digit = bytes[i]! - ZERO) >= 0 && digit <= 9) i++;
        if (i === from) return Number.NaN;
        reader.isInteger = false;
        reader.end = i;
        return numberOf(bytes, at, i);
      }
      reader.end = i;
      if (scale > 22 || bDigits > 15) return numberOf(bytes, at, i);
      let value: number;
      if (bDigits === 0) value = scale === 0 ? a : a / POWERS[scale]!;
      else {
        const mantissa = a * POWERS[bDigits]! + b;
        value = mantissa < MOST_EXACT ? mantissa / POWERS[scale]! : quotient(a, b, bDigits, scale);
        if (value !== value) return numberOf(bytes, at, i);
      }
      return negative ? -value : value;
    },
  };
  return reader;
}

function numberOf(bytes: Uint8Array, from: number, to: number): number {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
  return Number(text);
}

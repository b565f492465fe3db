/** A list of doubles that grows: plain arrays end at about 10^8 numbers and take twice the memory. */
export interface GrowingDoubles {
  readonly length: number;
  push(a: number, b: number): void;
  /** The numbers so far, in an array of their own. */
  toArray(): Float64Array;
}

export function growingDoubles(): GrowingDoubles {
  let values = new Float64Array(1 << 16);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(a, b) {
      if (length + 2 > values.length) {
        const larger = new Float64Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = a;
      values[length++] = b;
    },
    toArray: () => values.slice(0, length),
  };
}

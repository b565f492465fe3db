import type { AreaDm2 } from '../../kernel/index.ts';
import { assert } from '../../kernel/index.ts';

/**
 * What every figure of a table is made of: one entry a share of a parcel (or of a plot), in flat arrays. Only base rows and
 * base columns have entries of their own; totals and differences are sums of them and are resolved when asked for.
 */
export interface Contributions {
  /** Index into the table's rows and columns. */
  readonly rows: Uint16Array;
  readonly columns: Uint16Array;
  /** Index into the reached parcels; −1: land no parcel covers. */
  readonly parcels: Int32Array;
  /** Index of the plot behind the share; −1: none. */
  readonly plots: Int32Array;
  readonly areasDm2: Float64Array;
}

/** Grows without an object a share. */
export interface ContributionList {
  add(row: number, column: number, parcel: number, plot: number, areaDm2: AreaDm2): void;
  /** The entries, sorted by row, column, parcel, plot; equal ones joined. */
  finish(): Contributions;
}

export function contributionList(): ContributionList {
  let rows = new Uint16Array(256);
  let columns = new Uint16Array(256);
  let parcels = new Int32Array(256);
  let plots = new Int32Array(256);
  let areas = new Float64Array(256);
  let count = 0;
  const grow = (): void => {
    const size = rows.length * 2;
    const wider = <T extends Uint16Array | Int32Array | Float64Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    rows = wider(rows, new Uint16Array(size));
    columns = wider(columns, new Uint16Array(size));
    parcels = wider(parcels, new Int32Array(size));
    plots = wider(plots, new Int32Array(size));
    areas = wider(areas, new Float64Array(size));
  };
  return {
    add(row, column, parcel, plot, areaDm2) {
      assert(Number.isSafeInteger(areaDm2), 'a share is not a whole number of dm²');
      if (areaDm2 === 0) return;
      if (count === rows.length) grow();
      rows[count] = row;
      columns[count] = column;
      parcels[count] = parcel;
      plots[count] = plot;
      areas[count] = areaDm2;
      count++;
    },
    finish() {
      const order = new Uint32Array(count);
      for (let i = 0; i < count; i++) order[i] = i;
      const byPlace = (a: number, b: number): number =>
        rows[a]! - rows[b]! || columns[a]! - columns[b]! || parcels[a]! - parcels[b]! || plots[a]! - plots[b]!;
      order.sort(byPlace);
      const kept: number[] = [];
      const sums: number[] = [];
      for (const i of order) {
        const last = kept.length - 1;
        if (last >= 0 && byPlace(kept[last]!, i) === 0) {
          sums[last] = sums[last]! + areas[i]!;
        } else {
          kept.push(i);
          sums.push(areas[i]!);
        }
      }
      return {
        rows: Uint16Array.from(kept, (i) => rows[i]!),
        columns: Uint16Array.from(kept, (i) => columns[i]!),
        parcels: Int32Array.from(kept, (i) => parcels[i]!),
        plots: Int32Array.from(kept, (i) => plots[i]!),
        areasDm2: Float64Array.from(sums),
      };
    },
  };
}

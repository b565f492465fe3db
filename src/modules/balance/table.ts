import type { AreaDm2, Localized } from '../../kernel/index.ts';

/**
 * What stands in a cell. Areas are whole dm², never rounded on the way: hectares and mu are made where they are printed.
 * A ratio is an exact fraction with the decimals (and ×100 for per cent) it is shown with. `unknown` says why.
 */
export type Cell =
  | { readonly kind: 'area'; readonly dm2: AreaDm2 }
  | { readonly kind: 'count'; readonly value: number }
  | {
      readonly kind: 'ratio';
      readonly numerator: number;
      readonly denominator: number;
      readonly decimals: number;
      readonly percent: boolean;
    }
  | { readonly kind: 'text'; readonly text: Localized }
  | { readonly kind: 'unknown'; readonly reason: Localized }
  | null;

/** A column: its head from the top line down (equal neighbours are printed as one), and what its cells hold. */
export interface Column {
  readonly id: string;
  readonly head: readonly Localized[];
  readonly kind: 'text' | 'area' | 'ratio' | 'count' | 'mixed';
}

export interface Row {
  readonly id: string;
  readonly label: Localized;
  /** 0: total, 1: first level, 2: below it. */
  readonly level: number;
  /** A `figure` row states something about the table (an average); it is not part of any sum. */
  readonly role: 'total' | 'subtotal' | 'item' | 'figure';
}

/** A table any printer can print: JSON, spreadsheet, document and screen read the same structure. */
export interface BalanceTable {
  readonly id: string;
  readonly title: Localized;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** `cells[row][column]`. */
  readonly cells: readonly (readonly Cell[])[];
  /** The independently known total less the sum of the items, dm²: 0, or the run stops. null: the table has no areas to close. */
  readonly residualDm2: AreaDm2 | null;
  readonly notes: readonly Localized[];
}

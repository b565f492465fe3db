import { EXTENT } from './tile-grid.ts';

/** Cells of the coarse grid in which small features are gathered: two screen pixels. */
export const CELLS = 256;
/** Width of a cell in tile units. */
export const CELL_UNITS = EXTENT / CELLS;

/** Weights are counted in parts, so that a share of a small one is not rounded away. */
const PARTS = 256;

/** One rectangle of cells of the same class, in cells; right and bottom are exclusive. */
export interface CellRectangle {
  readonly left: number;
  top: number;
  readonly right: number;
  bottom: number;
}

/** Features too small to be drawn one by one: how much of each class lies in each cell of a grid over a tile. */
export class CellGrid {
  private readonly classNumbers = new Map<string | null, number>();
  private readonly classes: (string | null)[] = [];
  /** cell + CELLS² × class → weight. */
  private readonly weights = new Map<number, number>();

  /**
   * Spreads a feature over the cells its box touches, by the share of the box in each. The box is in tile units; what lies
   * outside the tile is left away. Sums of whole numbers: the order of features does not matter.
   */
  add(left: number, top: number, right: number, bottom: number, code: string | null, weight: number): void {
    let number = this.classNumbers.get(code);
    if (number === undefined) {
      number = this.classes.push(code) - 1;
      this.classNumbers.set(code, number);
    }
    const area = (right - left) * (bottom - top);
    const firstColumn = Math.max(0, Math.floor(left / CELL_UNITS));
    const lastColumn = Math.min(CELLS - 1, Math.floor(right / CELL_UNITS));
    const lastRow = Math.min(CELLS - 1, Math.floor(bottom / CELL_UNITS));
    for (let row = Math.max(0, Math.floor(top / CELL_UNITS)); row <= lastRow; row++) {
      const height = Math.min(bottom, (row + 1) * CELL_UNITS) - Math.max(top, row * CELL_UNITS);
      for (let column = firstColumn; column <= lastColumn; column++) {
        const width = Math.min(right, (column + 1) * CELL_UNITS) - Math.max(left, column * CELL_UNITS);
        const part = Math.round(((weight * width * height) / area) * PARTS);
        if (part <= 0) continue;
        const key = (number * CELLS + row) * CELLS + column;
        this.weights.set(key, (this.weights.get(key) ?? 0) + part);
      }
    }
  }

  /** What prevails in each cell, as rectangles by class, in order of class. Cells side by side are joined, then rows. */
  rectangles(): [string | null, CellRectangle[]][] {
    const prevailing = this.prevailing();
    const byClass = new Map<number, CellRectangle[]>();
    let above = new Map<number, CellRectangle>();
    for (let row = 0; row < CELLS; row++) {
      const current = new Map<number, CellRectangle>();
      for (let column = 0; column < CELLS; ) {
        const number = prevailing[row * CELLS + column]!;
        if (number < 0) {
          column++;
          continue;
        }
        let right = column + 1;
        while (right < CELLS && prevailing[row * CELLS + right] === number) right++;
        const key = (number * CELLS + column) * (CELLS + 1) + right;
        const continued = above.get(key);
        if (continued !== undefined) {
          continued.bottom = row + 1;
          current.set(key, continued);
        } else {
          const begun = { left: column, top: row, right, bottom: row + 1 };
          current.set(key, begun);
          const list = byClass.get(number);
          if (list === undefined) byClass.set(number, [begun]);
          else list.push(begun);
        }
        column = right;
      }
      above = current;
    }
    return [...byClass]
      .map(([number, list]): [string | null, CellRectangle[]] => [this.classes[number]!, list])
      .sort(([a], [b]) => (isBefore(a, b) ? -1 : 1));
  }

  /** The number of the class of each cell, −1 where nothing lies. */
  private prevailing(): Int32Array {
    const winner = new Int32Array(CELLS * CELLS).fill(-1);
    const best = new Float64Array(CELLS * CELLS);
    for (const [key, weight] of this.weights) {
      const cell = key % (CELLS * CELLS);
      const number = (key - cell) / (CELLS * CELLS);
      const held = winner[cell]!;
      if (
        held === -1 ||
        weight > best[cell]! ||
        (weight === best[cell] && isBefore(this.classes[number]!, this.classes[held]!))
      ) {
        winner[cell] = number;
        best[cell] = weight;
      }
    }
    return winner;
  }
}

function isBefore(a: string | null, b: string | null): boolean {
  return (a ?? '') < (b ?? '');
}

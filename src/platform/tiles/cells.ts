import { EXTENT } from './tile-grid.ts';

/** Cells of the coarse grid in which small features are gathered: two screen pixels. */
export const CELLS = 256;
/** Width of a cell in tile units. */
export const CELL_UNITS = EXTENT / CELLS;

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

  /** Adds a feature whose middle lies at x, y in tile units. Weights are whole numbers: the order does not matter. */
  add(x: number, y: number, code: string | null, weight: number): void {
    const cell = Math.floor(y / CELL_UNITS) * CELLS + Math.floor(x / CELL_UNITS);
    let number = this.classNumbers.get(code);
    if (number === undefined) {
      number = this.classes.push(code) - 1;
      this.classNumbers.set(code, number);
    }
    const key = number * CELLS * CELLS + cell;
    this.weights.set(key, (this.weights.get(key) ?? 0) + weight);
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

import type { AreaDm2, Json, Localized, Problem } from '../../kernel/index.ts';
import { canonicalJson, formatSquareMetres, localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import type { Balance } from './balance.ts';
import type { FigureSet, FigureUnit, FigureValue } from './figure-catalogue.ts';
import { FIGURES } from './figure-catalogue.ts';
import type { BalanceTable, Cell, Row } from './table.ts';
import type { TracedTable } from './table-builder.ts';

/** Name and version of the file format (docs/domain/balance-json.md). */
export const BALANCE_FORMAT = 'tianchou.balance/1';

/** A balance as it is stored and read back: the tables with the shares behind their cells, and who the shares belong to. */
export interface StoredBalance {
  readonly tables: readonly TracedTable[];
  readonly figures: FigureSet;
  readonly project: {
    readonly name: string | null;
    readonly type: string | null;
    readonly divisionCode: string | null;
    /** Official area of the boundary, and the area of it that parcels cover: the total the tables close to. */
    readonly boundaryDm2: AreaDm2;
    readonly projectDm2: AreaDm2;
  };
  readonly parcels: {
    readonly featureNos: readonly number[];
    readonly bsm: readonly (string | null)[];
    readonly classCodes: readonly (string | null)[];
    readonly villageNames: readonly (string | null)[];
  };
  /** Plot ids by the plot index of a share. */
  readonly plotIds: readonly string[];
  readonly problems: readonly Problem[];
}

/** The bytes of balance.json: canonical, so that the same run gives the same file, with a final line end. */
export function balanceText(facts: OverlayFacts, balance: Balance): string {
  return `${canonicalJson(balanceJson(facts, balance))}\n`;
}

export function balanceJson(facts: OverlayFacts, balance: Balance): Json {
  return {
    format: BALANCE_FORMAT,
    project: {
      name: facts.plan.name,
      type: facts.plan.type,
      divisionCode: facts.plan.divisionCode,
      boundary: areaJson(facts.plan.projectDm2),
      total: areaJson(balance.projectDm2),
    },
    run: {
      zone: facts.runZone.zone,
      centralMeridianDegrees: facts.runZone.centralMeridianDegrees,
      inputs: facts.inputs.map((input) => ({ ...input })),
      parameters: facts.parameters as unknown as Json,
      parcelsInLayer: facts.parcelCount,
      parcelsReached: facts.parcels.featureNos.length,
      products: facts.crossings.map((crossing) => ({
        layer: crossing.name,
        role: crossing.role,
        largestDifferenceM2: crossing.productCheckM2,
        overlappingPairs: crossing.overlaps,
      })),
    },
    tables: balance.tables.map(tableJson),
    figures: FIGURES.map(({ id, unit, name }) => ({
      id,
      unit,
      name: words(name),
      ...figureJson(unit, balance.figures[id]!),
    })),
    parcels: {
      featureNos: [...facts.parcels.featureNos],
      bsm: facts.parcels.bsm,
      classCodes: facts.parcels.classCodes,
      villageNames: facts.parcels.villageNames,
    },
    plotIds: (facts.plan.plots ?? []).map(({ plotId }) => plotId),
    problems: facts.problems as unknown as Json,
  };
}

/** An area as the file holds it: whole dm², and m² as text. */
function areaJson(dm2: AreaDm2): { areaDm2: number; areaM2: string } {
  return { areaDm2: dm2, areaM2: formatSquareMetres(dm2) };
}

function words({ zh, en }: Localized): { zh: string; en: string } {
  return { zh, en };
}

function tableJson(traced: TracedTable): Json {
  const { table, contributions } = traced;
  return {
    id: table.id,
    title: words(table.title),
    columns: table.columns.map((column, c) => ({
      id: column.id,
      kind: column.kind,
      head: column.head.map(words),
      sums: traced.columnItems[c]!.map(([index, sign]) => [index, sign]),
    })),
    rows: table.rows.map((row, r) => ({
      id: row.id,
      label: words(row.label),
      level: row.level,
      role: row.role,
      sums: [...traced.rowItems[r]!],
      cells: table.cells[r]!.map(cellJson),
    })),
    residualDm2: table.residualDm2,
    notes: table.notes.map(words),
    shares: {
      rows: [...contributions.rows],
      columns: [...contributions.columns],
      parcels: [...contributions.parcels],
      plots: [...contributions.plots],
      areasDm2: [...contributions.areasDm2],
    },
  };
}

function cellJson(cell: Cell): Json {
  if (cell === null) return null;
  switch (cell.kind) {
    case 'area':
      return areaJson(cell.dm2);
    case 'count':
      return { count: cell.value };
    case 'ratio':
      return {
        numerator: cell.numerator,
        denominator: cell.denominator,
        decimals: cell.decimals,
        percent: cell.percent,
      };
    case 'text':
      return { text: words(cell.text) };
    case 'unknown':
      return { unknown: words(cell.reason) };
  }
}

function figureJson(unit: FigureUnit, figure: FigureValue): { readonly [key: string]: Json } {
  if (!figure.known) return { known: false, missing: figure.missing.map(words) };
  return {
    known: true,
    numerator: String(figure.numerator),
    denominator: String(figure.denominator),
    ...(unit === 'dm2' && figure.denominator === 1n ? { areaM2: formatSquareMetres(Number(figure.numerator)) } : {}),
    parcels: figure.parcels,
    plots: figure.plots,
  };
}

/** Reads a balance.json back; undefined where the text is no balance of this format. The shares stay queryable. */
export function readBalance(text: string): StoredBalance | undefined {
  const file = parsed(text);
  if (file?.format !== BALANCE_FORMAT) return undefined;
  return {
    tables: file.tables.map(tableOf),
    figures: Object.fromEntries(file.figures.map((figure) => [figure.id, figureOf(figure)])),
    project: {
      name: file.project.name,
      type: file.project.type,
      divisionCode: file.project.divisionCode,
      boundaryDm2: file.project.boundary.areaDm2,
      projectDm2: file.project.total.areaDm2,
    },
    parcels: file.parcels,
    plotIds: file.plotIds,
    problems: file.problems,
  };
}

interface StoredCell {
  readonly areaDm2?: number;
  readonly count?: number;
  readonly numerator?: number;
  readonly denominator?: number;
  readonly decimals?: number;
  readonly percent?: boolean;
  readonly text?: Localized;
  readonly unknown?: Localized;
}

interface StoredTable {
  readonly id: string;
  readonly title: Localized;
  readonly columns: readonly (BalanceTable['columns'][number] & {
    readonly sums: readonly (readonly [number, 1 | -1])[];
  })[];
  readonly rows: readonly (Row & {
    readonly sums: readonly number[];
    readonly cells: readonly (StoredCell | null)[];
  })[];
  readonly residualDm2: number | null;
  readonly notes: readonly Localized[];
  readonly shares: Record<'rows' | 'columns' | 'parcels' | 'plots' | 'areasDm2', readonly number[]>;
}

interface StoredFigure {
  readonly id: string;
  readonly known: boolean;
  readonly missing?: readonly Localized[];
  readonly numerator?: string;
  readonly denominator?: string;
  readonly parcels?: readonly number[];
  readonly plots?: readonly string[];
}

interface StoredFile {
  readonly format: string;
  readonly project: {
    readonly name: string | null;
    readonly type: string | null;
    readonly divisionCode: string | null;
    readonly boundary: { readonly areaDm2: number };
    readonly total: { readonly areaDm2: number };
  };
  readonly tables: readonly StoredTable[];
  readonly figures: readonly StoredFigure[];
  readonly parcels: StoredBalance['parcels'];
  readonly plotIds: readonly string[];
  readonly problems: readonly Problem[];
}

function parsed(text: string): StoredFile | undefined {
  try {
    return JSON.parse(text) as StoredFile;
  } catch {
    return undefined;
  }
}

function tableOf(stored: StoredTable): TracedTable {
  return {
    table: {
      id: stored.id,
      title: stored.title,
      residualDm2: stored.residualDm2,
      notes: stored.notes,
      columns: stored.columns.map(({ id, kind, head }) => ({ id, kind, head })),
      rows: stored.rows.map(({ id, label, level, role }) => ({ id, label, level, role })),
      cells: stored.rows.map(({ cells }) => cells.map(cellOf)),
    },
    contributions: {
      rows: Uint16Array.from(stored.shares.rows),
      columns: Uint16Array.from(stored.shares.columns),
      parcels: Int32Array.from(stored.shares.parcels),
      plots: Int32Array.from(stored.shares.plots),
      areasDm2: Float64Array.from(stored.shares.areasDm2),
    },
    rowItems: stored.rows.map(({ sums }) => sums),
    columnItems: stored.columns.map(({ sums }) => sums),
  };
}

function cellOf(cell: StoredCell | null): Cell {
  if (cell === null) return null;
  if (cell.areaDm2 !== undefined) return { kind: 'area', dm2: cell.areaDm2 };
  if (cell.count !== undefined) return { kind: 'count', value: cell.count };
  if (cell.text !== undefined) return { kind: 'text', text: cell.text };
  if (cell.unknown !== undefined) return { kind: 'unknown', reason: cell.unknown };
  const { numerator, denominator, decimals, percent } = cell;
  return { kind: 'ratio', numerator: numerator!, denominator: denominator!, decimals: decimals!, percent: percent! };
}

function figureOf(stored: StoredFigure): FigureValue {
  if (!stored.known) return { known: false, missing: stored.missing ?? [localized('未知', 'unknown')] };
  return {
    known: true,
    numerator: BigInt(stored.numerator!),
    denominator: BigInt(stored.denominator!),
    parcels: stored.parcels ?? [],
    plots: stored.plots ?? [],
  };
}

import {
  cutShort,
  localized,
  ok,
  type AttributeValue,
  type Problem,
  type Refusal,
  type Result,
} from '../../kernel/index.ts';
import { numberOf, type TxtParcel, type TxtProblem } from './boundary-txt-lines.ts';
import { resolveCrs, type ResolvedCrs } from './crs-detection.ts';
import { shiftToCgcs2000, type SevenParameters } from './datum-shift.ts';
import type { SourceField } from './format.ts';
import { uniqueFieldNames } from './formats/reading.ts';
import { outlineOfRings, understandParcels, type BoundaryParcel } from './point-parcels.ts';
import { addPoint, createPointStore, pointCount } from './point-store.ts';
import { isWktPolygon, type Cell, type TableLayout } from './table-layout.ts';
import { parseWktPolygon } from './wkt-polygon.ts';

/** A cell as a sentence shows it. */
const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** A table understood: parcels, and their attribute values in the order of `fields`. */
export interface CoordinatesTable {
  readonly fields: readonly SourceField[];
  readonly parcels: readonly BoundaryParcel[];
  readonly values: readonly (readonly AttributeValue[])[];
  readonly crs: ResolvedCrs;
  readonly problems: readonly Problem[];
}

export interface TableOptions {
  readonly file?: string;
  readonly userEpsg?: number | null;
  /** Text of a .prj beside the table. */
  readonly prjText?: string | null;
  readonly datumParameters?: SevenParameters | null;
  /** Comma for the decimal point (columns being parted by something else). */
  readonly decimalComma?: boolean;
}

/** Takes the rows of a table one by one, in order, and understands them at the end. */
export interface TableCollector {
  /** `rowNo` is 1-based, as a person sees it. A gap in the numbers counts as an empty row. */
  add(cells: readonly Cell[], rowNo: number): void;
  finish(): Result<CoordinatesTable, Refusal[]>;
}

interface Group {
  readonly parcel: TxtParcel;
  readonly attributes: AttributeValue[];
}

const textOf = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell).trim());

/**
 * Rows to parcels. Points of one plot may be spread over the table; an empty plot, name or ring cell repeats the one
 * above (merged cells); without a plot column an empty row begins a new plot. Rows without coordinates (side lengths,
 * totals, signatures) and repeated headers are left out, which is said.
 */
export function collectTable(
  layout: TableLayout,
  preamble: readonly (readonly Cell[])[],
  options: TableOptions,
): TableCollector {
  return layout.columns.wkt === undefined
    ? collectPoints(layout, preamble, options)
    : collectWkt(layout, layout.columns.wkt, options);
}

function fieldColumns(layout: TableLayout): {
  readonly fields: SourceField[];
  readonly indexes: number[];
  readonly problems: Problem[];
} {
  const own = [layout.columns.plot, layout.columns.plotName].filter((index) => index !== undefined);
  const indexes = [...own, ...layout.attributes.map((attribute) => attribute.index)];
  const { names, problems } = uniqueFieldNames(indexes.map((index) => layout.titles[index] ?? ''));
  return { fields: names.map((name) => ({ name, type: 'text' as const })), indexes, problems };
}

/** Types of columns whose values are all numbers; a table of text keeps text, so that codes keep their zeros. */
function typedFields(fields: readonly SourceField[], values: readonly (readonly AttributeValue[])[]): SourceField[] {
  return fields.map((field, i) => {
    const filled = values.map((row) => row[i]).filter((value) => value !== null && value !== undefined);
    return filled.length > 0 && filled.every((value) => typeof value === 'number') ? { ...field, type: 'real' } : field;
  });
}

function collectPoints(
  layout: TableLayout,
  preamble: readonly (readonly Cell[])[],
  options: TableOptions,
): TableCollector {
  const { columns } = layout;
  const first = columns.north ?? columns.lat ?? columns.x!;
  const second = columns.east ?? columns.lon ?? columns.y!;
  const { fields, indexes, problems: fieldProblems } = fieldColumns(layout);
  const groups = new Map<string, Group>();
  const points = createPointStore();
  const keys = preambleKeys(preamble);
  let current: Group | undefined;
  let plotText = '';
  let ringText = '';
  let lastRow = 0;
  let counter = 0;
  let ignored = 0;
  let ignoredRow = 0;
  let repeatedHeader = 0;
  const keyColumn = columns.plot ?? columns.plotName;

  const groupOf = (cells: readonly Cell[], rowNo: number): Group => {
    const key = keyColumn === undefined ? `#${counter}` : plotText;
    let group = groups.get(key);
    if (!group) {
      const cell = (index: number | undefined): string => (index === undefined ? '' : textOf(cells[index]));
      group = {
        parcel: {
          line: rowNo,
          pointCount: '',
          area: '',
          number: cell(columns.plot) || (columns.plot === undefined ? '' : plotText),
          name: cell(columns.plotName),
          figureKind: '',
          sheet: '',
          use: '',
          code: '',
          extra: [],
          points: [],
          problems: [],
        },
        attributes: indexes.map(() => null),
      };
      groups.set(key, group);
    }
    return group;
  };

  return {
    add(cells, rowNo) {
      const blank = cells.every((cell) => textOf(cell) === '');
      if ((blank || rowNo > lastRow + 1) && keyColumn === undefined && current) {
        current = undefined;
        counter++;
        ringText = '';
      }
      lastRow = rowNo;
      if (blank) return;
      if (layout.headerRow >= 0 && layout.titles.every((title, i) => title === '' || textOf(cells[i]) === title)) {
        repeatedHeader = rowNo;
        return;
      }
      const a = textOf(cells[first]);
      const b = textOf(cells[second]);
      const north = coordinateOf(a, options);
      const east = coordinateOf(b, options);
      if (Number.isNaN(north) && Number.isNaN(east) && !/\d/.test(a + b)) {
        ignored++;
        ignoredRow ||= rowNo;
        return;
      }
      if (keyColumn !== undefined) {
        const key = textOf(cells[keyColumn]);
        if (key !== '' && key !== plotText) {
          plotText = key;
          ringText = '';
        }
      }
      const group = groupOf(cells, rowNo);
      current = group;
      indexes.forEach((index, i) => {
        const value = cells[index] ?? null;
        if (group.attributes[i] === null && textOf(value) !== '')
          group.attributes[i] = typeof value === 'string' ? textOf(value) : value;
      });
      if (columns.zone !== undefined && !keys.has('带号') && textOf(cells[columns.zone]) !== '')
        keys.set('带号', { value: textOf(cells[columns.zone]), line: rowNo });
      if (Number.isNaN(north) || Number.isNaN(east)) {
        group.parcel.problems.push({
          rule: 'table.coordinate-unreadable',
          severity: 'error',
          line: rowNo,
          message: localized(
            `第 ${rowNo} 行坐标无法识别(“${shown(a)}”,“${shown(b)}”)`,
            `the coordinates of row ${rowNo} cannot be read (“${shown(a)}”, “${shown(b)}”)`,
          ),
          remedy: localized('请改为数字', 'Write numbers.'),
        });
        return;
      }
      const ring = columns.ring === undefined ? '1' : textOf(cells[columns.ring]);
      if (ring !== '') ringText = ring;
      const id = columns.point === undefined ? '' : textOf(cells[columns.point]);
      addPoint(group.parcel.points, points.push(north, east, rowNo, ringText || '1', points.codeOfId(id)));
    },
    finish() {
      const list = ungroupedRows([...groups.values()], layout);
      const problems: TxtProblem[] = [];
      const say = (rule: string, line: number, zh: string, en: string): void => {
        problems.push({ rule, severity: 'warning', line, message: cutShort(localized(zh, en)) });
      };
      if (ignored > 0)
        say(
          'table.row-ignored',
          ignoredRow,
          `${ignored} 行没有坐标,未采用(首处第 ${ignoredRow} 行)`,
          `${ignored} rows without coordinates are left out (the first is row ${ignoredRow})`,
        );
      if (repeatedHeader > 0)
        say(
          'table.header-repeated',
          repeatedHeader,
          '表头重复出现,已跳过',
          'the header is repeated inside the table; skipped',
        );
      if (layout.headerRow < 0)
        say(
          'table.header-missing',
          1,
          '没有表头,按“点号、圈号、X、Y”的顺序读取',
          'there is no header; columns are read as point, ring, X, Y',
        );
      if (options.decimalComma)
        say(
          'table.decimal-comma',
          1,
          '小数点写成逗号,已按小数点读取',
          'decimals are written with a comma; read as points',
        );
      const understood = understandParcels(
        { keys, sections: [], parcels: list.map((group) => group.parcel), points, problems },
        {
          ...(options.file === undefined ? {} : { file: options.file }),
          userEpsg: options.userEpsg ?? null,
          prjText: options.prjText ?? null,
          datumParameters: options.datumParameters ?? null,
          axesFree: columns.x !== undefined,
        },
      );
      if (!understood.ok) return understood;
      const values = list.map((group) => group.attributes);
      return ok({
        fields: typedFields(fields, values),
        parcels: understood.value.parcels,
        values,
        crs: understood.value.crs,
        problems: [...fieldProblems, ...understood.value.problems],
      });
    },
  };
}

/** A plot column called id or 编号 that numbers the rows is no plot column: then all rows are one plot. */
function ungroupedRows(groups: Group[], layout: TableLayout): Group[] {
  const rowNumbers =
    layout.plotIsWeak && groups.length >= 3 && groups.every((group) => pointCount(group.parcel.points) <= 1);
  if (!rowNumbers) return groups;
  const [head, ...rest] = groups;
  for (const group of rest) {
    for (let s = 0; s < group.parcel.points.length; s += 2) addSpan(head!.parcel.points, group.parcel.points, s);
    head!.parcel.problems.push(...group.parcel.problems);
  }
  head!.parcel.problems.push({
    rule: 'table.plot-column-ignored',
    severity: 'warning',
    line: head!.parcel.line,
    message: localized(
      '编号列逐行不同,视为行号,全部点读作一个地块',
      'the id column differs in every row and is taken as a row number; all points are read as one plot',
    ),
  });
  return [head!];
}

function addSpan(target: number[], source: readonly number[], s: number): void {
  for (let point = source[s]!; point < source[s + 1]!; point++) addPoint(target, point);
}

function coordinateOf(text: string, options: TableOptions): number {
  return numberOf(options.decimalComma && /^\d+,\d+$/.test(text) ? text.replace(',', '.') : text);
}

/** What titles and remarks above the header say about the CRS, under the keys of a boundary TXT. */
function preambleKeys(rows: readonly (readonly Cell[])[]): Map<string, { value: string; line: number }> {
  const keys = new Map<string, { value: string; line: number }>();
  rows.forEach((row, i) => {
    const text = row.map(textOf).join(' ').normalize('NFKC');
    const put = (key: string, match: RegExpExecArray | null): void => {
      if (match && !keys.has(key)) keys.set(key, { value: match[1]!, line: i + 1 });
    };
    put(
      '坐标系',
      /((?:19)?80\s*西安|西安\s*(?:19)?80|(?:19)?54\s*北京|北京\s*(?:19)?54|80国家大地坐标系|2000国家大地坐标系|国家2000|CGCS\s*2000|独立坐标系|地方坐标系)/i.exec(
        text,
      ),
    );
    put('几度分带', /([36三六])\s*度\s*(?:分)?带/.exec(text));
    put(
      '带号',
      /带号\s*[::=]?\s*(\d{2})/.exec(text) ??
        /(?<!\d)(1[3-9]|2[0-35-9]|3\d|4[0-5])\s*(?:号)?带/.exec(text) ??
        /中央(?:经线|子午线)\D{0,6}(\d{2,3})/.exec(text),
    );
  });
  return keys;
}

function collectWkt(layout: TableLayout, wkt: number, options: TableOptions): TableCollector {
  const { fields, indexes, problems: fieldProblems } = fieldColumns(layout);
  const rows: { parcel: BoundaryParcel; values: AttributeValue[] }[] = [];
  let srid: number | null = null;
  return {
    add(cells, rowNo) {
      if (cells.every((cell) => textOf(cell) === '')) return;
      const featureNo = rows.length;
      const number = layout.columns.plot === undefined ? '' : textOf(cells[layout.columns.plot]);
      const name = layout.columns.plotName === undefined ? '' : textOf(cells[layout.columns.plotName]);
      const text = textOf(cells[wkt]);
      srid ??= Number(/^srid\s*=\s*(\d+)/i.exec(text)?.[1] ?? 0) || null;
      const parsed = parseWktPolygon(text);
      const problems: Problem[] = parsed.problems.map((found) => ({
        ...found,
        featureNo,
        id: number || name || null,
        line: rowNo,
      }));
      rows.push({
        parcel: {
          number,
          name,
          sheet: '',
          use: '',
          code: '',
          figureKind: isWktPolygon(text) ? '面' : '',
          remark: '',
          headerArea: null,
          headerAreaM2: null,
          line: rowNo,
          rings: parsed.rings,
          outline: () => outlineOfRings(parsed.rings),
          problems,
          refused: problems.some((found) => found.severity === 'error'),
        },
        values: indexes.map((index) => {
          const value = cells[index] ?? null;
          return typeof value === 'string' ? textOf(value) || null : value;
        }),
      });
    },
    finish() {
      const [minX, maxX, minY, maxY] = rangeOf(rows.map((row) => row.parcel));
      const empty = minX > maxX;
      const crs = resolveCrs({
        userEpsg: options.userEpsg ?? null,
        prjText: options.prjText ?? null,
        datumParameters: options.datumParameters ?? null,
        epsgFromMetadata: srid,
        xRange: empty ? null : [minX, maxX],
        yRange: empty ? null : [minY, maxY],
        ...(options.file === undefined ? {} : { place: { file: options.file } }),
      });
      if (!crs.ok) return crs;
      const swapped = (ring: readonly number[]): number[] => ring.map((_, i) => ring[i % 2 === 0 ? i + 1 : i - 1]!);
      const { shift, swapAxes } = crs.value;
      const understood = (ring: readonly number[]): readonly number[] => {
        const ordered = swapAxes ? swapped(ring) : ring;
        return shift ? Array.from(shiftToCgcs2000(ordered, crs.value.crs.epsg, shift)) : ordered;
      };
      const parcels = rows.map(({ parcel }) => {
        const rings = parcel.rings.map(understood);
        return { ...parcel, rings, outline: () => outlineOfRings(rings) };
      });
      const values = rows.map((row) => row.values);
      return ok({
        fields: typedFields(fields, values),
        parcels,
        values,
        crs: crs.value,
        problems: [...fieldProblems, ...crs.value.problems],
      });
    },
  };
}

function rangeOf(parcels: readonly BoundaryParcel[]): [number, number, number, number] {
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { rings } of parcels) {
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        minX = Math.min(minX, ring[i]!);
        maxX = Math.max(maxX, ring[i]!);
        minY = Math.min(minY, ring[i + 1]!);
        maxY = Math.max(maxY, ring[i + 1]!);
      }
    }
  }
  return [minX, maxX, minY, maxY];
}

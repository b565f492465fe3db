/** A cell as a table reader delivers it; dates are ISO text. */
export type Cell = string | number | null;

/** What a column of a coordinates table is for. */
export type ColumnRole =
  | 'plot'
  | 'plotName'
  | 'ring'
  | 'point'
  | 'x'
  | 'y'
  | 'north'
  | 'east'
  | 'lon'
  | 'lat'
  | 'wkt'
  | 'zone';

export interface TableLayout {
  /** Index, among the rows looked at, of the header; −1 where there is none and columns are known by what they hold. */
  readonly headerRow: number;
  readonly columns: Partial<Record<ColumnRole, number>>;
  /** All other columns, with their titles. */
  readonly attributes: readonly { readonly index: number; readonly name: string }[];
  /** Titles of all columns by index. */
  readonly titles: readonly string[];
  /** The plot column goes by a name (id, 编号) that is just as often the number of the row. */
  readonly plotIsWeak: boolean;
}

/** Titles by role, best first; compared without case, blanks, separators and units in brackets. */
const TITLES: Readonly<Record<Exclude<ColumnRole, 'x' | 'y'>, readonly string[]>> = {
  plot: [
    '地块序号',
    '地块编号',
    '地块号',
    '地块编码',
    '宗地号',
    '宗地编号',
    '宗地代码',
    '图斑编号',
    '图斑号',
    'dkbh',
    'tbbh',
    'zdh',
    'plotid',
    'plotno',
    'plotnumber',
    'plot',
    'parcelid',
    'parcelno',
    'parcel',
    'polygonid',
    'polygon',
    'featureid',
    'feature',
    '地块',
    '宗地',
    '图斑',
    'bsm',
    '标识码',
    'fid',
    'id',
    '编号',
  ],
  plotName: ['地块名称', '宗地名称', '图斑名称', 'dkmc', 'plotname', 'parcelname', 'name', '名称'],
  ring: ['圈号', '地块圈号', '环号', '圈', 'ring', 'ringno', 'ringid', 'ringnumber', 'part', 'partno', '部件'],
  point: [
    '点号',
    '界址点号',
    '界址点编号',
    '界址点',
    '拐点编号',
    '拐点号',
    '拐点',
    '点名',
    'point',
    'pointid',
    'pointno',
    'vertex',
    'vertexid',
    'vertexno',
    '序号',
    'no',
    'seq',
    'order',
  ],
  north: ['北坐标', '纵坐标', '北向坐标', 'northing', 'north', 'n', '纵坐标x', 'x纵坐标', 'x北', '北x'],
  east: ['东坐标', '横坐标', '东向坐标', 'easting', 'east', 'e', '横坐标y', 'y横坐标', 'y东', '东y'],
  lon: ['经度', '东经', 'longitude', 'lon', 'lng', 'long', '经度l', 'l经度', 'l', '大地经度'],
  lat: ['纬度', '北纬', 'latitude', 'lat', '纬度b', 'b纬度', 'b', '大地纬度'],
  wkt: ['wkt', 'geometry', 'geom', 'thegeom', 'wktgeom', 'shape', '几何', '图形', '坐标串'],
  zone: ['带号', 'zone'],
};
const WEAK_PLOT = new Set(['bsm', '标识码', 'fid', 'id', '编号']);
const X_TITLE = /^(.*坐标)?x(坐标|值|轴|coord|coordinate|m|米|axis)*$|^(coord|point|pos)x$/;
const Y_TITLE = /^(.*坐标)?y(坐标|值|轴|coord|coordinate|m|米|axis)*$|^(coord|point|pos)y$/;

/** Rows of a table that are looked through for its header: titles, remarks and stamps may stand above it. */
export const HEADER_SEARCH_ROWS = 60;

/** Characters of a title that are looked at. */
const LONGEST_TITLE = 200;

function keysOf(title: Cell): string[] {
  // A cell longer than any title is text; what it would be searched for grows with the square of its length.
  const full = String(title ?? '')
    .slice(0, LONGEST_TITLE)
    .normalize('NFKC')
    .toLowerCase();
  const clean = (text: string): string => text.replace(/[\s_\-:：./]/g, '').replace(/[()[\]【】]/g, '');
  return [...new Set([clean(full), clean(full.replace(/\([^()]*\)|\[[^[\]]*\]/g, ''))])];
}

/** The role of a title and how good a name it is for it (0 best). */
function roleOf(title: Cell): { readonly role: ColumnRole; readonly rank: number } | undefined {
  for (const key of keysOf(title)) {
    if (key === '') continue;
    for (const [role, names] of Object.entries(TITLES)) {
      const rank = names.indexOf(key);
      if (rank >= 0) return { role: role as ColumnRole, rank };
    }
    if (X_TITLE.test(key)) return { role: 'x', rank: key.length };
    if (Y_TITLE.test(key)) return { role: 'y', rank: key.length };
  }
  return undefined;
}

function columnsOf(titles: readonly Cell[]): Partial<Record<ColumnRole, number>> {
  const best = new Map<ColumnRole, { index: number; rank: number }>();
  titles.forEach((title, index) => {
    const found = roleOf(title);
    if (found && (best.get(found.role)?.rank ?? Infinity) > found.rank)
      best.set(found.role, { index, rank: found.rank });
  });
  return Object.fromEntries([...best].map(([role, { index }]) => [role, index]));
}

const hasPair = (columns: Partial<Record<ColumnRole, number>>): boolean =>
  (columns.x !== undefined && columns.y !== undefined) ||
  (columns.north !== undefined && columns.east !== undefined) ||
  (columns.lon !== undefined && columns.lat !== undefined);

/** Whether a cell holds a polygon as well-known text. */
export function isWktPolygon(cell: Cell): boolean {
  return typeof cell === 'string' && /^\s*(srid\s*=\s*\d+\s*;)?\s*(multi)?polygon/i.test(cell);
}

/**
 * Finds the header among the first rows and what each column is for. A header of two rows (坐标 over X and Y) is read
 * with the upper title where the lower one is empty. Without any header, columns of plain point lines
 * (点号[, 圈号], X, Y) are known by their numbers. Undefined where no coordinates are found.
 */
export function findTableLayout(rows: readonly (readonly Cell[])[]): TableLayout | undefined {
  for (let r = 0; r < Math.min(rows.length, HEADER_SEARCH_ROWS); r++) {
    const own = rows[r]!;
    const above = r > 0 ? rows[r - 1]! : [];
    const blank = (cell: Cell | undefined): boolean =>
      cell === null || cell === undefined || String(cell).trim() === '';
    const width = Math.max(own.length, rows[r + 1]?.length ?? 0);
    const twoRows = Array.from({ length: width }, (_, i): Cell => (blank(own[i]) ? (above[i] ?? null) : own[i]!));
    const ownColumns = columnsOf(own);
    const wkt =
      ownColumns.wkt !== undefined && rows.slice(r + 1).some((row) => isWktPolygon(row[ownColumns.wkt!] ?? null));
    if (!wkt && !hasPair(ownColumns)) continue;
    const titles = hasPair(columnsOf(above)) || wkt ? own : twoRows;
    return layoutOf(r, columnsOf(titles), titles, wkt);
  }
  return headlessLayout(rows);
}

function layoutOf(
  headerRow: number,
  all: Partial<Record<ColumnRole, number>>,
  titles: readonly Cell[],
  wkt: boolean,
): TableLayout {
  const columns = { ...all };
  if (wkt) {
    for (const role of ['x', 'y', 'north', 'east', 'lon', 'lat', 'ring', 'point'] as const) delete columns[role];
  } else delete columns.wkt;
  // Plane coordinates win over longitude and latitude beside them, and named axes over X and Y.
  if (columns.north !== undefined && columns.east !== undefined) {
    for (const role of ['x', 'y', 'lon', 'lat'] as const) delete columns[role];
  } else {
    // A table may title its columns 纵坐标 and Y: the half pair adds what is missing.
    delete columns.north;
    delete columns.east;
    if (columns.x !== undefined && columns.y !== undefined) {
      delete columns.lon;
      delete columns.lat;
    } else {
      delete columns.x;
      delete columns.y;
    }
  }
  const used = new Set(Object.values(columns));
  const texts = titles.map((title) => String(title ?? '').trim());
  const plotTitle = columns.plot === undefined ? [] : keysOf(titles[columns.plot]!);
  return {
    headerRow,
    columns,
    titles: texts,
    plotIsWeak: plotTitle.some((key) => WEAK_PLOT.has(key)),
    attributes: texts
      .map((name, index) => ({ index, name }))
      .filter(({ index, name }) => !used.has(index) && name !== ''),
  };
}

/** Point lines without titles: the first two neighbouring columns that hold coordinates in every row. */
function headlessLayout(rows: readonly (readonly Cell[])[]): TableLayout | undefined {
  const filled = rows
    .slice(0, HEADER_SEARCH_ROWS)
    .filter((row) => row.some((cell) => cell !== null && String(cell).trim() !== ''));
  if (filled.length < 3) return undefined;
  const isCoordinate = (cell: Cell | undefined): boolean => {
    const number = Number(String(cell ?? '').trim() || Number.NaN);
    return (
      Math.abs(number) >= 100_000 || (Math.abs(number) >= 1 && Math.abs(number) <= 180 && /\.\d{3,}/.test(String(cell)))
    );
  };
  for (let i = 0; i <= 2; i++) {
    if (!filled.every((row) => isCoordinate(row[i]) && isCoordinate(row[i + 1]))) continue;
    const columns: Partial<Record<ColumnRole, number>> = {
      x: i,
      y: i + 1,
      ...(i >= 1 ? { point: 0 } : {}),
      ...(i === 2 ? { ring: 1 } : {}),
    };
    return { headerRow: -1, columns, attributes: [], titles: [], plotIsWeak: false };
  }
  return undefined;
}

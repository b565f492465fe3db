import { formatHectares, type AreaDm2 } from '../../kernel/index.ts';
import { stripOfEpsg } from './crs-names.ts';

/** Names of the attribute columns a boundary TXT is read into and written from. */
export const BOUNDARY_FIELD_NAMES = {
  number: '地块编号',
  name: '地块名称',
  area: '地块面积',
  areaM2: '地块面积平方米',
  sheet: '图幅号',
  use: '地块用途',
  code: '地块编码',
  remark: '备注',
} as const;

export interface BoundaryTxtStyle {
  /** CRS of the coordinates given: a CGCS2000 strip, or 4490 for the longitude/latitude variant. */
  readonly epsg: number;
  /** Write the zone number before Y; by default as the CRS has it. */
  readonly zonePrefix?: boolean;
  /** Decimals of coordinates: 4 by default in metres (the official area rounds there first), 10 in degrees. */
  readonly decimals?: number;
  /** `J` before point ids (default). */
  readonly pointPrefix?: string;
  /** Point ids restart in every ring (default) or run on through the parcel. */
  readonly numbering?: 'restart' | 'continuous';
  /** Repeat the first point, with its id, at the end of a ring (default, the official way). */
  readonly closeRings?: boolean;
  /** Values of [属性描述] that only the user knows: 数据产生单位, 数据产生日期, 转换参数 … */
  readonly keys?: Readonly<Record<string, string>>;
}

export interface BoundaryParcelText {
  readonly number: string;
  readonly name: string;
  readonly areaDm2: AreaDm2 | null;
  readonly sheet: string;
  readonly use: string;
  readonly code: string;
  /** Open rings, x = east first, outer rings before their holes. */
  readonly rings: readonly { readonly role: number; readonly coords: ArrayLike<number> }[];
}

/** The head of the file up to [地块坐标], keys in the order of the official note. */
export function formatBoundaryHead(style: BoundaryTxtStyle): string {
  const strip = stripOfEpsg(style.epsg);
  const values: Record<string, string> = {
    格式版本号: '1.01版本',
    数据产生单位: '',
    数据产生日期: '',
    坐标系: '2000国家大地坐标系',
    几度分带: strip ? String(strip.degrees) : '',
    投影类型: strip ? '高斯克吕格' : '',
    计量单位: strip ? '米' : '度',
    带号: strip ? String(strip.zone) : '',
    精度: `0.${'0'.repeat(Math.max(0, decimalsOf(style) - 1))}1`,
    转换参数: ',,,,,,',
    ...style.keys,
  };
  const lines = Object.entries(values).map(([key, value]) => `${key}=${value.replace(/[\r\n]+/g, ' ')}`);
  return `${['[属性描述]', ...lines, '[地块坐标]'].join('\r\n')}\r\n`;
}

function decimalsOf(style: BoundaryTxtStyle): number {
  return style.decimals ?? (style.epsg === 4490 ? 10 : 4);
}

/** Text safe inside a header: the comma and “@” belong to the grammar, so they are written full-width. */
export function headerText(text: string): string {
  return text
    .replace(/,/g, '，')
    .replace(/@/g, '＠')
    .replace(/[\r\n\t]+/g, ' ')
    .trim();
}

/** One parcel: header (area in hectares, 4 decimals) and its points, north before east, rings closed by their first point. */
export function formatBoundaryParcel(parcel: BoundaryParcelText, style: BoundaryTxtStyle): string {
  const strip = stripOfEpsg(style.epsg);
  const wanted = style.zonePrefix ?? strip?.prefixed ?? false;
  const shift = !strip || wanted === strip.prefixed ? 0 : (wanted ? 1 : -1) * strip.zone * 1_000_000;
  const decimals = decimalsOf(style);
  const close = style.closeRings ?? true;
  const prefix = style.pointPrefix ?? 'J';
  const points: string[] = [];
  let id = 0;
  parcel.rings.forEach(({ coords }, r) => {
    if (style.numbering !== 'continuous') id = 0;
    const firstId = id + 1;
    const line = (i: number, pointId: number): string => {
      const east = shiftedEast(coords[i]!, shift, decimals);
      return `${prefix}${pointId},${r + 1},${coords[i + 1]!.toFixed(decimals)},${east}`;
    };
    for (let i = 0; i < coords.length; i += 2) points.push(line(i, ++id));
    if (close && coords.length > 0) points.push(line(0, firstId));
  });
  const area = parcel.areaDm2 === null ? '' : formatHectares(parcel.areaDm2, 4);
  const fields = [
    String(points.length),
    area,
    ...[parcel.number, parcel.name].map(headerText),
    '面',
    ...[parcel.sheet, parcel.use, parcel.code].map(headerText),
    '@',
  ];
  return `${[fields.join(','), ...points].join('\r\n')}\r\n`;
}

/** The shift is done on the rounded text, so that adding or taking a prefix never changes a decimal. */
function shiftedEast(east: number, shift: number, decimals: number): string {
  if (shift === 0) return east.toFixed(decimals);
  const [whole, fraction] = east.toFixed(decimals).split('.');
  return fraction === undefined ? String(Number(whole) + shift) : `${Number(whole) + shift}.${fraction}`;
}

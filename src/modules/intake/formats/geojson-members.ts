import { localized, type Problem, type Refusal } from '../../../kernel/index.ts';
import { fileProblem } from './reading.ts';
import { refusal } from './refusals.ts';

/** What the members of the outermost object beside `features` say: name, CRS, and whether it is GeoJSON at all. */
export type Members = ReadonlyMap<string, unknown>;

export function layerNameOf(file: string, members: Members): string {
  const name = members.get('name');
  return typeof name === 'string' && name !== '' && members.get('type') === 'FeatureCollection'
    ? name
    : file.replace(/\.[^.]+$/, '');
}

export interface CrsOfFile {
  readonly epsg: number | null;
  readonly wkt: string | null;
  readonly isDefault: boolean;
  readonly problems: readonly Problem[];
}

export function crsOfMembers(members: Members): CrsOfFile {
  const member = members.get('crs') as { type?: unknown; properties?: Record<string, unknown> } | null | undefined;
  // RFC 7946: longitude and latitude on WGS 84, whatever else is not said.
  if (member === undefined || member === null) return { epsg: 4326, wkt: null, isDefault: true, problems: [] };
  const name = member.properties?.name ?? member.properties?.code ?? member.properties?.href;
  const text = typeof name === 'number' ? `EPSG:${name}` : typeof name === 'string' ? name : '';
  if (/CRS:?84$/i.test(text)) return { epsg: 4326, wkt: null, isDefault: false, problems: [] };
  const code = /EPSG(?::|\/)(?:[\d.]*(?::|\/))?(\d{4,6})$/i.exec(text) ?? /^(\d{4,6})$/.exec(text);
  if (code) return { epsg: Number(code[1]), wkt: null, isDefault: false, problems: [] };
  if (/^\s*(GEOG|PROJ|COMPD|BOUND)/i.test(text)) return { epsg: null, wkt: text, isDefault: false, problems: [] };
  const shown = text.slice(0, 80);
  return {
    epsg: null,
    wkt: null,
    isDefault: false,
    problems: [
      fileProblem(
        'geojson.crs-unknown',
        'warning',
        localized(`crs 成员“${shown}”不是可识别的坐标系名称`, `The crs member “${shown}” names no CRS that is known.`),
      ),
    ],
  };
}

export const PROJECTED_WITHOUT_CRS = fileProblem(
  'geojson.projected',
  'warning',
  localized(
    'GeoJSON 没有 crs 成员时应为经纬度,但坐标是米,已按数值判断坐标系',
    'GeoJSON without a crs member holds longitude and latitude, but the coordinates are metres; their CRS was found from the numbers.',
  ),
  localized('请确认坐标系', 'Confirm the CRS.'),
);

export function refusalOfForeignJson(file: string, members: Members, count: number): Refusal | undefined {
  const type = members.get('type');
  const notGeojson = (zh: string, en: string): Refusal =>
    refusal('INTAKE_NOT_GEOJSON', { file }, zh, en, '请导出为 GeoJSON 面要素', 'Export polygons as GeoJSON.');
  if (type === 'Topology') return notGeojson('文件是 TopoJSON,不是 GeoJSON', 'The file is TopoJSON, not GeoJSON.');
  if (members.has('geometryType') || members.has('spatialReference')) {
    return notGeojson('文件是 Esri JSON,不是 GeoJSON', 'The file is Esri JSON, not GeoJSON.');
  }
  const known = ['FeatureCollection', 'Feature', 'Polygon', 'MultiPolygon', 'GeometryCollection'];
  if (typeof type === 'string' && /^(Multi)?(Point|LineString)$/.test(type)) {
    return refusal(
      'INTAKE_NOT_POLYGON',
      { file },
      `图形是 ${type},不是面`,
      `The geometry is a ${type}, not a polygon.`,
      '请导出面图层(多边形)',
      'Export a polygon layer.',
    );
  }
  if (count > 0 && type !== undefined && !known.includes(String(type))) {
    const shown = typeof type === 'string' ? type.slice(0, 40) : String(JSON.stringify(type)).slice(0, 40);
    return notGeojson(
      `JSON 的 type 是“${shown}”,不是 GeoJSON`,
      `The type of the JSON is “${shown}”, which is not GeoJSON.`,
    );
  }
  if (type === undefined)
    return notGeojson('JSON 没有 type 成员,不是 GeoJSON', 'The JSON has no type member; it is not GeoJSON.');
  return undefined;
}

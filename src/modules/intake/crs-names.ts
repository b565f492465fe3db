import { crsOf, epsgOf3, epsgOf6 } from '../../geometry/index.ts';
import { localized, type Localized, type Refusal } from '../../kernel/index.ts';
import { parseWkt, wktChild, wktFind, wktName, wktParameter, type WktNode } from './wkt.ts';

/** What a declaration of a CRS (EPSG code, WKT, words) turns out to be. */
export type DeclaredCrs =
  | { readonly kind: 'supported'; readonly epsg: number; readonly notes: readonly Localized[] }
  /** `cgcsEpsg`: the CGCS2000 code of the same strip (4490 for degrees), where the declaration says which. */
  | {
      readonly kind: 'oldDatum';
      readonly datum: OldDatum;
      readonly epsg: number | null;
      readonly cgcsEpsg: number | null;
    }
  | { readonly kind: 'webMercator' }
  | { readonly kind: 'unsupported'; readonly what: string; readonly why: Localized }
  | { readonly kind: 'none' };

export type OldDatum = 'xian80' | 'beijing54';

export const OLD_DATUM_NAMES: Readonly<Record<OldDatum, Localized>> = {
  xian80: localized('1980西安坐标系', "Xi'an 1980"),
  beijing54: localized('1954年北京坐标系', 'Beijing 1954'),
};

/** CGCS2000 Gauss–Krüger strips the product reads: 3° zones 25–45, 6° zones 13–23, with and without zone prefix. */
export interface Strip {
  readonly degrees: 3 | 6;
  readonly zone: number;
  readonly prefixed: boolean;
}

const within = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/** EPSG code of a strip, or undefined where China has no such zone. */
export function epsgOfStrip(strip: Strip): number | undefined {
  if (strip.degrees === 3) return within(strip.zone, 25, 45) ? epsgOf3(strip.zone, strip.prefixed) : undefined;
  return within(strip.zone, 13, 23) ? epsgOf6(strip.zone, strip.prefixed) : undefined;
}

/** The strip of an EPSG code, or undefined for 4490 and for codes that are no CGCS2000 strip. */
export function stripOfEpsg(epsg: number): Strip | undefined {
  const crs = crsOf(epsg);
  if (!crs || crs.kind === 'geographic') return undefined;
  return { degrees: crs.kind === 'gauss3' ? 3 : 6, zone: crs.zone, prefixed: crs.falseEasting > 1_000_000 };
}

export function centralMeridianOf(strip: Strip): number {
  return strip.degrees === 3 ? strip.zone * 3 : strip.zone * 6 - 3;
}

const WGS84_NOTE = localized(
  '文件声明 WGS 84 经纬度,按 CGCS2000(EPSG:4490)读取,两者差异在厘米级,坐标数值未改动',
  'the file says WGS 84 longitude/latitude; read as CGCS2000 (EPSG:4490), which differs by centimetres; coordinates unchanged',
);

/** What an EPSG (or ESRI) code stands for. Xi'an 80: 4610, 2327–2390; Beijing 54: 4214, 2401–2442, 214xx. */
export function crsOfCode(code: number): DeclaredCrs {
  if (code === 4490 || stripOfEpsg(code)) return { kind: 'supported', epsg: code, notes: [] };
  if (code === 4326 || code === 4979) return { kind: 'supported', epsg: 4490, notes: [WGS84_NOTE] };
  if (code === 4480)
    return {
      kind: 'supported',
      epsg: 4490,
      notes: [localized('三维 CGCS2000,高程不用', 'three-dimensional CGCS2000; heights are not used')],
    };
  if ([3857, 900913, 102100, 102113, 3785, 3395].includes(code)) return { kind: 'webMercator' };
  const old = oldDatumOfCode(code);
  if (old) return old;
  if (code <= 0) return { kind: 'none' };
  return {
    kind: 'unsupported',
    what: `EPSG:${code}`,
    why: localized(
      '不是 CGCS2000 经纬度或高斯投影',
      'it is neither CGCS2000 longitude/latitude nor a CGCS2000 Gauss–Krüger strip',
    ),
  };
}

/** First code, strip width, prefix of each run of old-datum codes; a 3° run has zones 25–45, a 6° run 13–23. */
const OLD_RUNS: readonly [from: number, datum: OldDatum, degrees: 3 | 6, prefixed: boolean][] = [
  [2327, 'xian80', 6, true],
  [2338, 'xian80', 6, false],
  [2349, 'xian80', 3, true],
  [2370, 'xian80', 3, false],
  [2401, 'beijing54', 3, true],
  [2422, 'beijing54', 3, false],
  [21413, 'beijing54', 6, true],
  [21453, 'beijing54', 6, false],
  [21473, 'beijing54', 6, false],
];

function oldDatumOfCode(code: number): DeclaredCrs | undefined {
  if (code === 4610) return { kind: 'oldDatum', datum: 'xian80', epsg: code, cgcsEpsg: 4490 };
  if (code === 4214) return { kind: 'oldDatum', datum: 'beijing54', epsg: code, cgcsEpsg: 4490 };
  for (const [from, datum, degrees, prefixed] of OLD_RUNS) {
    if (!within(code, from, from + (degrees === 3 ? 20 : 10))) continue;
    const zone = code - from + (degrees === 3 ? 25 : 13);
    return { kind: 'oldDatum', datum, epsg: code, cgcsEpsg: epsgOfStrip({ degrees, zone, prefixed })! };
  }
  // New Beijing and other realisations: known by number, not convertible by strip.
  const other = code === 4555 || within(code, 4568, 4589) || within(code, 4652, 4661) || within(code, 4766, 4800);
  return other ? { kind: 'oldDatum', datum: 'beijing54', epsg: code, cgcsEpsg: null } : undefined;
}

type Datum = 'cgcs2000' | 'wgs84' | OldDatum | 'other';

/** Datum a name or a header word (坐标系) speaks of. */
export function datumOfName(name: string): Datum {
  const key = name.toLowerCase().replace(/[\s_'’-]/g, '');
  if (/china2000|cgcs2000|chinageodetic.*2000|2000国家|国家2000|国家大地2000|cgcs/.test(key) || key === '2000')
    return 'cgcs2000';
  if (/wgs(19)?84|worldgeodeticsystem1984/.test(key)) return 'wgs84';
  if (/xi'?an(19)?80|西安|1980|80国家|国家80/.test(key)) return 'xian80';
  if (/beijing|北京|1954|54国家|国家54/.test(key)) return 'beijing54';
  return 'other';
}

/** What a WKT text (ESRI .prj, OGC WKT 1, WKT 2) stands for; parameters decide, names only tell the datum and 3° from 6°. */
export function crsOfWkt(text: string): DeclaredCrs {
  const parsed = parseWkt(text);
  if (!parsed) return { kind: 'none' };
  const root = horizontalOf(parsed);
  if (!root) return { kind: 'none' };
  const name = wktName(root);
  const base = wktFind(root, 'GEOGCS', 'BASEGEOGCRS', 'BASEGEODCRS', 'GEOGCRS', 'GEODCRS');
  const datumNode = wktFind(root, 'DATUM', 'GEODETICDATUM', 'TRF', 'ENSEMBLE');
  let datum = datumOfName(wktName(datumNode));
  if (datum === 'other')
    datum = datumOfName(wktName(base)) === 'other' ? datumOfName(name) : datumOfName(wktName(base));
  const spheroid = wktFind(root, 'SPHEROID', 'ELLIPSOID');
  if (datum === 'other' && /cgcs\s*_?2000/i.test(wktName(spheroid))) datum = 'cgcs2000';
  const code = authorityCode(root);
  const geographic = ['GEOGCS', 'GEOGCRS', 'GEODCRS', 'GEODETICCRS', 'GEOGRAPHICCRS'].includes(root.name);
  if (geographic) {
    if (datum === 'cgcs2000') return { kind: 'supported', epsg: 4490, notes: [] };
    if (datum === 'wgs84') return { kind: 'supported', epsg: 4490, notes: [WGS84_NOTE] };
    if (datum === 'other') return unsupportedDatum(name);
    return { kind: 'oldDatum', datum, epsg: code ?? (datum === 'xian80' ? 4610 : 4214), cgcsEpsg: 4490 };
  }
  const method = `${wktName(wktChild(root, 'PROJECTION'))} ${wktName(wktFind(root, 'METHOD'))} ${name}`
    .toLowerCase()
    .replace(/[\s_]/g, '');
  if (/mercatorauxiliarysphere|webmercator|popularvisualisation|pseudomercator|mercator1sp/.test(method))
    return { kind: 'webMercator' };
  if (datum === 'xian80' || datum === 'beijing54') {
    const strip = stripOfWkt(root, name);
    return { kind: 'oldDatum', datum, epsg: code, cgcsEpsg: strip.kind === 'supported' ? strip.epsg : null };
  }
  if (datum === 'other') return unsupportedDatum(name);
  if (!/transversemercator|gausskruger|gaußkrüger|gausskrüger/.test(method)) {
    return {
      kind: 'unsupported',
      what: name,
      why: localized('投影不是高斯-克吕格', 'the projection is not Gauss–Krüger'),
    };
  }
  if (datum === 'wgs84') {
    return {
      kind: 'unsupported',
      what: name,
      why: localized(
        'WGS 84 的投影坐标(如 UTM)不能当作 CGCS2000 高斯坐标',
        'projected WGS 84 coordinates (UTM, for example) are not CGCS2000 Gauss–Krüger',
      ),
    };
  }
  return stripOfWkt(root, name);
}

function unsupportedDatum(name: string): DeclaredCrs {
  return {
    kind: 'unsupported',
    what: name || '?',
    why: localized('大地基准不是 CGCS2000', 'the datum is not CGCS2000'),
  };
}

function horizontalOf(node: WktNode): WktNode | undefined {
  if (['COMPD_CS', 'COMPOUNDCRS', 'BOUNDCRS', 'SOURCECRS'].includes(node.name)) {
    const inner = wktChild(
      node,
      'SOURCECRS',
      'PROJCS',
      'PROJCRS',
      'PROJECTEDCRS',
      'GEOGCS',
      'GEOGCRS',
      'GEODCRS',
      'BOUNDCRS',
    );
    return inner ? horizontalOf(inner) : undefined;
  }
  return ['PROJCS', 'PROJCRS', 'PROJECTEDCRS', 'GEOGCS', 'GEOGCRS', 'GEODCRS', 'GEODETICCRS', 'GEOGRAPHICCRS'].includes(
    node.name,
  )
    ? node
    : undefined;
}

function authorityCode(root: WktNode): number | null {
  const node = wktChild(root, 'AUTHORITY', 'ID');
  const code = Number(node?.args[1]);
  return node && /^epsg$/i.test(wktName(node)) && Number.isInteger(code) ? code : null;
}

function stripOfWkt(root: WktNode, name: string): DeclaredCrs {
  const refuse = (zh: string, en: string): DeclaredCrs => ({ kind: 'unsupported', what: name, why: localized(zh, en) });
  const meridian = wktParameter(root, 'central_meridian', 'longitude of natural origin', 'longitude_of_center');
  const easting = wktParameter(root, 'false_easting', 'false easting');
  const northing = wktParameter(root, 'false_northing', 'false northing') ?? 0;
  const scale = wktParameter(root, 'scale_factor', 'scale factor at natural origin') ?? 1;
  const origin = wktParameter(root, 'latitude_of_origin', 'latitude of natural origin') ?? 0;
  const unit = wktChild(root, 'UNIT', 'LENGTHUNIT') ?? wktFind(wktChild(root, 'CS') ?? root, 'LENGTHUNIT');
  const metres = typeof unit?.args[1] === 'number' ? unit.args[1] : 1;
  if (meridian === undefined || easting === undefined)
    return refuse('投影参数不全', 'its projection parameters are incomplete');
  if (Math.abs(metres - 1) > 1e-9) return refuse('坐标单位不是米', 'its unit is not the metre');
  if (Math.abs(scale - 1) > 1e-9 || Math.abs(northing) > 1e-6 || Math.abs(origin) > 1e-9) {
    return refuse(
      '比例因子或原点不是标准高斯投影(可能是地方坐标系)',
      'scale or origin is not that of the national Gauss–Krüger grid (a local grid, perhaps)',
    );
  }
  const prefix = (easting - 500_000) / 1_000_000;
  if (!Number.isInteger(prefix))
    return refuse(
      '东偏移不是 500000 米(可能是地方坐标系)',
      'its false easting is not 500,000 m (a local grid, perhaps)',
    );
  const zone3 = meridian / 3;
  const zone6 = (meridian + 3) / 6;
  const sixByName = !/3[\s_-]*deg|3\s*度/i.test(name) && /gk|gauss/i.test(name);
  let strip: Strip | undefined;
  if (prefix !== 0) {
    if (prefix === zone3) strip = { degrees: 3, zone: prefix, prefixed: true };
    else if (prefix === zone6) strip = { degrees: 6, zone: prefix, prefixed: true };
    else
      return refuse(
        `东偏移带号 ${prefix} 与中央经线 ${meridian}° 矛盾`,
        `its false easting says zone ${prefix}, its central meridian is ${meridian}°`,
      );
  } else if (Number.isInteger(zone6) && sixByName) strip = { degrees: 6, zone: zone6, prefixed: false };
  else if (Number.isInteger(zone3)) strip = { degrees: 3, zone: zone3, prefixed: false };
  const epsg = strip && epsgOfStrip(strip);
  if (epsg === undefined)
    return refuse(
      `中央经线 ${meridian}° 不是国家分带的中央经线(可能是地方坐标系)`,
      `its central meridian ${meridian}° is not one of the national zones (a local grid, perhaps)`,
    );
  return { kind: 'supported', epsg, notes: [] };
}

/** The refusal a declaration leads to, or undefined for a supported or absent one. */
export function refusalOfDeclared(declared: DeclaredCrs): Refusal | undefined {
  switch (declared.kind) {
    case 'webMercator':
      return {
        code: 'INTAKE_CRS_WEB_MERCATOR',
        message: localized(
          '坐标是网络墨卡托投影(EPSG:3857),面积严重变形,不能用于面积量算',
          'coordinates are in Web Mercator (EPSG:3857), which distorts areas; it is not read',
        ),
        remedy: localized('请从原始数据按 CGCS2000 重新导出', 'Export again from the original data in CGCS2000.'),
      };
    case 'oldDatum': {
      const datum = OLD_DATUM_NAMES[declared.datum];
      return {
        code: 'INTAKE_DATUM_PARAMETERS_NEEDED',
        message: localized(
          `坐标是${datum.zh}${declared.epsg === null ? '' : `(EPSG:${declared.epsg})`},与 CGCS2000 相差可达上百米,没有当地转换参数不能换算`,
          `coordinates are in ${datum.en}${declared.epsg === null ? '' : ` (EPSG:${declared.epsg})`}, up to a hundred metres off CGCS2000, and cannot be converted without the local parameters`,
        ),
        remedy: localized(
          '请提供测绘主管部门的七参数,或先转换为 CGCS2000 再导入',
          'Give the seven parameters of the surveying authority, or convert the data to CGCS2000 first.',
        ),
      };
    }
    case 'unsupported':
      return {
        code: 'INTAKE_CRS_UNSUPPORTED',
        message: localized(
          `不支持坐标系“${declared.what}”:${declared.why.zh}`,
          `the CRS “${declared.what}” is not supported: ${declared.why.en}`,
        ),
        remedy: localized(
          '请转换为 CGCS2000(EPSG:4490 或 4491–4554)后再导入',
          'Convert the data to CGCS2000 (EPSG:4490 or 4491–4554) first.',
        ),
      };
    default:
      return undefined;
  }
}

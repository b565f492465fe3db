import {
  err,
  localized,
  ok,
  type Localized,
  type Place,
  type Problem,
  type Refusal,
  type Result,
} from '../../kernel/index.ts';
import {
  centralMeridianOf,
  crsOfCode,
  crsOfWkt,
  epsgOfStrip,
  OLD_DATUM_NAMES,
  refusalOfDeclared,
  stripOfEpsg,
  type DeclaredCrs,
  type OldDatum,
  type Strip,
} from './crs-names.ts';
import type { DatumShift, SevenParameters } from './datum-shift.ts';
import type { CrsEvidence } from './views.ts';

type Range = readonly [low: number, high: number];

/** Everything a source says, and shows, about its CRS. `x` is the first number as delivered where GIS files put east. */
export interface CrsClues {
  /** EPSG code the user gives; wins over all else. */
  readonly userEpsg?: number | null;
  /** EPSG code in the layer's metadata (GPKG srs, fgb header, GeoJSON crs member). */
  readonly epsgFromMetadata?: number | null;
  /** WKT in the layer's metadata. */
  readonly wkt?: string | null;
  /** Text of the .prj sidecar. */
  readonly prjText?: string | null;
  /** 带号 stated in a header or given beside the file; also accepted: the central meridian in degrees. */
  readonly zoneField?: number | null;
  /** 几度分带. */
  readonly stripDegrees?: 3 | 6 | null;
  /** Least and greatest x and y over the layer (or what is known of it); null for a layer without coordinates. */
  readonly xRange: Range | null;
  readonly yRange: Range | null;
  readonly place?: Place;
  /** Seven parameters of the bureau: then data in Xi'an 80 or Beijing 54 are converted instead of refused. */
  readonly datumParameters?: SevenParameters | null;
  /** Old datum named in words (坐标系 of a boundary TXT). */
  readonly oldDatum?: OldDatum | null;
}

/** The CRS decided, and what the reader must do and say about it. */
export interface ResolvedCrs {
  readonly crs: CrsEvidence;
  /** The file has north first: the reader must exchange x and y of every vertex. A problem says so. */
  readonly swapAxes: boolean;
  /** The coordinates are in an old datum: the reader must convert every vertex (`shiftToCgcs2000`). A problem says so. */
  readonly shift: DatumShift | null;
  /** File-level warnings and notes. */
  readonly problems: readonly Problem[];
}

type Kind = 'degrees' | 'degreesSwapped' | 'metres' | 'metresSwapped' | 'otherDegrees' | 'unclear';

interface Shape {
  readonly kind: Kind;
  /** Zone prefixes at both ends of the easting range; 0 without prefix, null where it is no metre grid. */
  readonly prefixes: Range | null;
  readonly east: Range;
  readonly north: Range;
}

const inside = (range: Range, low: number, high: number): boolean => range[0] >= low && range[1] <= high;
const isNorthing = (range: Range): boolean => inside(range, 300_000, 6_300_000) && range[1] > 1_000;
const isPrefixed = (range: Range): boolean => inside(range, 13_000_000, 46_000_000);
const isEasting = (range: Range): boolean => isPrefixed(range) || inside(range, 50_000, 999_999.9999);

/** What the numbers alone look like: degrees over China, metres with or without prefix, either way round. */
function shapeOf(x: Range, y: Range): Shape {
  const prefixesOf = (east: Range): Range =>
    isPrefixed(east) ? [Math.floor(east[0] / 1e6), Math.floor(east[1] / 1e6)] : [0, 0];
  if (inside(x, 60, 150) && inside(y, -1, 60)) return { kind: 'degrees', prefixes: null, east: x, north: y };
  if (inside(x, -1, 60) && inside(y, 60, 150)) return { kind: 'degreesSwapped', prefixes: null, east: y, north: x };
  if (inside(x, -180, 180) && inside(y, -90, 90)) return { kind: 'otherDegrees', prefixes: null, east: x, north: y };
  // A 6-digit number can be an easting or, in the far south, a northing: the pair decides, as delivered first.
  if (isEasting(x) && isNorthing(y)) return { kind: 'metres', prefixes: prefixesOf(x), east: x, north: y };
  if (isEasting(y) && isNorthing(x)) return { kind: 'metresSwapped', prefixes: prefixesOf(y), east: y, north: x };
  return { kind: 'unclear', prefixes: null, east: x, north: y };
}

const problem = (rule: string, severity: Problem['severity'], message: Localized, remedy?: Localized): Problem => ({
  rule,
  severity,
  featureNo: null,
  id: null,
  message,
  ...(remedy ? { remedy } : {}),
});

const AXES_SWAPPED = problem(
  'crs.axes-swapped',
  'warning',
  localized(
    'X、Y 写反(北坐标在东坐标的位置),已对调读取',
    'x and y are exchanged in the file (north where east belongs); read exchanged back',
  ),
  localized('请核对位置,并在原文件中改正', 'Check the position and correct the file.'),
);

/** minX, minY, maxX, maxY of degrees that are taken: China (73–136°E, 3–54°N) and 10° around; areas beyond mean nothing. */
export const DEGREES_TAKEN = [63, -7, 146, 64] as const;

const text = (range: Range): string => `${range[0]}…${range[1]}`;

/**
 * Decides the CRS of a layer from what is declared (user, metadata, WKT, .prj, 带号) and what the numbers show.
 * A declaration the numbers contradict is refused; what can be repaired safely (zone prefix written or not, x and y
 * exchanged, a stale 带号 beside prefixed coordinates) is repaired with a warning. Metres are never read as degrees.
 *
 * Refusals: INTAKE_CRS_UNKNOWN, INTAKE_CRS_ZONE_NEEDED, INTAKE_CRS_UNSUPPORTED, INTAKE_CRS_WEB_MERCATOR,
 * INTAKE_DATUM_PARAMETERS_NEEDED, INTAKE_CRS_METRES_AS_DEGREES, INTAKE_CRS_DEGREES_AS_METRES, INTAKE_CRS_MIXED_ZONES,
 * INTAKE_CRS_CONTRADICTION, INTAKE_CRS_OUT_OF_RANGE.
 */
export function resolveCrs(clues: CrsClues): Result<ResolvedCrs, Refusal[]> {
  const refuse = (code: string, message: Localized, remedy: Localized): Result<ResolvedCrs, Refusal[]> =>
    err([{ code, message, remedy, ...(clues.place ? { place: clues.place } : {}) }]);
  const [named, decidedBy] = declaredCrs(clues);
  const datum = named.kind === 'oldDatum' ? named.datum : (clues.oldDatum ?? null);
  const shift = datum && clues.datumParameters ? { datum, parameters: clues.datumParameters } : null;
  const declared = asCgcs2000(named, clues, shift !== null);
  const refusal = refusalOfDeclared(declared);
  if (refusal) return err([clues.place ? { ...refusal, place: clues.place } : refusal]);
  const declaredEpsg = declared.kind === 'supported' ? declared.epsg : null;
  const notes = declared.kind === 'supported' ? [...declared.notes] : [];
  if (!clues.xRange || !clues.yRange) {
    if (declaredEpsg === null)
      return refuse('INTAKE_CRS_UNKNOWN', localized('文件没有坐标系信息', 'the file does not say its CRS'), CRS_REMEDY);
    return ok({ crs: { epsg: declaredEpsg, decidedBy, notes }, swapAxes: false, shift, problems: [] });
  }
  const shape = shapeOf(clues.xRange, clues.yRange);
  const swapAxes = shape.kind === 'degreesSwapped' || shape.kind === 'metresSwapped';
  const problems: Problem[] = swapAxes ? [AXES_SWAPPED] : [];
  if (shift) problems.push(shifted(shift));
  for (const note of notes) problems.push(problem('crs.read-as-cgcs2000', 'note', note));
  const decide = (epsg: number, by: CrsEvidence['decidedBy']): Result<ResolvedCrs, Refusal[]> => {
    problems.push(...rangeProblems(epsg, shape));
    return ok({ crs: { epsg, decidedBy: by, notes }, swapAxes, shift, problems });
  };
  const inDegrees = shape.kind === 'degrees' || shape.kind === 'degreesSwapped' || shape.kind === 'otherDegrees';

  if (declaredEpsg === 4490) {
    const [west, south, east, north] = DEGREES_TAKEN;
    if (inDegrees && !(inside(shape.east, west, east) && inside(shape.north, south, north))) {
      return refuse(
        'INTAKE_CRS_OUT_OF_RANGE',
        localized(
          `经纬度(经度 ${text(shape.east)}, 纬度 ${text(shape.north)})远在中国范围(73–136°E, 3–54°N)之外`,
          `the longitudes ${text(shape.east)} and latitudes ${text(shape.north)} lie far outside China (73–136°E, 3–54°N)`,
        ),
        localized(
          '请检查坐标是否有错(如 0,0 或整个世界的矩形),删除或改正后重新导出',
          'Check for coordinates in error (0,0, or a rectangle round the world); delete or correct them and export again.',
        ),
      );
    }
    if (inDegrees) return decide(4490, decidedBy);
    return refuse(
      'INTAKE_CRS_METRES_AS_DEGREES',
      localized(
        `声明为经纬度,但坐标数值像米(x ${text(shape.east)}, y ${text(shape.north)})`,
        `declared as longitude/latitude, but the numbers are no degrees (x ${text(shape.east)}, y ${text(shape.north)})`,
      ),
      CRS_REMEDY,
    );
  }
  if (inDegrees) {
    if (declaredEpsg !== null) {
      return refuse(
        'INTAKE_CRS_DEGREES_AS_METRES',
        localized(
          `声明为高斯投影(EPSG:${declaredEpsg},米),但坐标数值像度(x ${text(shape.east)}, y ${text(shape.north)})`,
          `declared as Gauss–Krüger metres (EPSG:${declaredEpsg}), but the numbers are degrees (x ${text(shape.east)}, y ${text(shape.north)})`,
        ),
        CRS_REMEDY,
      );
    }
    if (shape.kind === 'otherDegrees') {
      return refuse(
        'INTAKE_CRS_UNKNOWN',
        localized(
          `文件没有坐标系信息,数值(x ${text(shape.east)}, y ${text(shape.north)})也不像中国境内的坐标`,
          `the file does not say its CRS, and its numbers (x ${text(shape.east)}, y ${text(shape.north)}) are no coordinates in China`,
        ),
        CRS_REMEDY,
      );
    }
    const note = localized(
      '文件没有坐标系信息,数值是中国境内的经纬度,按 CGCS2000(EPSG:4490)读取',
      'the file does not say its CRS; its numbers are longitude and latitude in China, read as CGCS2000 (EPSG:4490)',
    );
    notes.push(note);
    problems.push(problem('crs.assumed', 'warning', note, localized('请确认坐标系', 'Confirm the CRS.')));
    return decide(4490, 'digits');
  }
  if (!shape.prefixes) {
    return refuse(
      declaredEpsg === null ? 'INTAKE_CRS_UNKNOWN' : 'INTAKE_CRS_OUT_OF_RANGE',
      localized(
        `坐标数值(x ${text(shape.east)}, y ${text(shape.north)})不是国家高斯坐标的范围`,
        `the numbers (x ${text(shape.east)}, y ${text(shape.north)}) are outside the range of the national Gauss–Krüger grid`,
      ),
      localized(
        '请检查坐标是否有错,或属于地方坐标系',
        'Check the coordinates; they may have errors or belong to a local grid.',
      ),
    );
  }
  const [prefix, lastPrefix] = shape.prefixes;
  if (prefix !== lastPrefix) {
    return refuse(
      'INTAKE_CRS_MIXED_ZONES',
      localized(
        `一个文件里有多个带号(${prefix} 至 ${lastPrefix})`,
        `one file holds coordinates of several zones (${prefix} to ${lastPrefix})`,
      ),
      localized('请按带号拆分,或统一到一个带', 'Split the file by zone, or bring all coordinates into one zone.'),
    );
  }
  const strip = declaredEpsg === null ? undefined : stripOfEpsg(declaredEpsg);
  if (prefix === 0) {
    if (!strip) {
      return refuse(
        'INTAKE_CRS_ZONE_NEEDED',
        localized(
          '东坐标是 6 位、不带带号,文件也没有说明是哪一带',
          'eastings have 6 digits without zone prefix, and nothing says which zone',
        ),
        localized('请给出坐标系(如 EPSG:4545)或带号', 'Give the CRS (EPSG:4545, for example) or the zone.'),
      );
    }
    if (strip.prefixed) {
      problems.push(
        problem(
          'crs.zone-prefix',
          'warning',
          localized(
            `声明的坐标系带带号(EPSG:${declaredEpsg}),坐标却不带,按 ${strip.zone} 带读取`,
            `the declared CRS has a zone prefix (EPSG:${declaredEpsg}), the coordinates have none; read in zone ${strip.zone}`,
          ),
        ),
      );
    }
    return decide(epsgOfStrip({ ...strip, prefixed: false })!, decidedBy);
  }
  const degrees = prefix >= 24 ? 3 : 6;
  const found: Strip = { degrees, zone: prefix, prefixed: true };
  const foundEpsg = epsgOfStrip(found);
  if (foundEpsg === undefined) {
    return refuse(
      'INTAKE_CRS_OUT_OF_RANGE',
      localized(
        `东坐标前两位 ${prefix} 不是国家分带的带号`,
        `the prefix ${prefix} of the eastings is no national zone`,
      ),
      CRS_REMEDY,
    );
  }
  if (!strip) return decide(foundEpsg, 'digits');
  if (strip.zone === prefix && strip.degrees === degrees) {
    if (!strip.prefixed && decidedBy !== 'zone-field') {
      problems.push(
        problem(
          'crs.zone-prefix',
          'warning',
          localized(
            `声明的坐标系不带带号(EPSG:${declaredEpsg}),坐标却带 ${prefix} 带带号,按 EPSG:${foundEpsg} 读取`,
            `the declared CRS has no zone prefix (EPSG:${declaredEpsg}), the coordinates carry prefix ${prefix}; read as EPSG:${foundEpsg}`,
          ),
        ),
      );
    }
    return decide(foundEpsg, decidedBy);
  }
  if (decidedBy === 'zone-field') {
    problems.push(
      problem(
        'crs.zone-contradicted',
        'warning',
        localized(
          `文件头写的带号是 ${clues.zoneField},坐标自带 ${prefix} 带带号,以坐标为准`,
          `the header says zone ${clues.zoneField}, the coordinates carry prefix ${prefix}; the coordinates are followed`,
        ),
        localized('请核对并改正文件头', 'Check, and correct the header.'),
      ),
    );
    return decide(foundEpsg, 'digits');
  }
  return refuse(
    'INTAKE_CRS_CONTRADICTION',
    localized(
      `声明的坐标系是 EPSG:${declaredEpsg}(${strip.degrees} 度 ${strip.zone} 带),坐标却带 ${prefix} 带带号`,
      `the declared CRS is EPSG:${declaredEpsg} (${strip.degrees}° zone ${strip.zone}), but the coordinates carry the prefix of zone ${prefix}`,
    ),
    localized('请核对后给出正确的坐标系', 'Check, and give the right CRS.'),
  );
}

const CRS_REMEDY = localized(
  '请给出坐标系(EPSG:4490 或 4491–4554),或附上正确的 .prj',
  'Give the CRS (EPSG:4490 or 4491–4554) or the right .prj.',
);

/** An old datum with parameters is treated as the CGCS2000 strip of the same zone; the conversion comes afterwards. */
function asCgcs2000(named: DeclaredCrs, clues: CrsClues, convertible: boolean): DeclaredCrs {
  if (named.kind === 'oldDatum' && convertible)
    return named.cgcsEpsg === null ? { kind: 'none' } : { kind: 'supported', epsg: named.cgcsEpsg, notes: [] };
  if (clues.oldDatum && !convertible) return { kind: 'oldDatum', datum: clues.oldDatum, epsg: null, cgcsEpsg: null };
  return named;
}

function shifted({ datum, parameters }: DatumShift): Problem {
  const values = [
    parameters.dxMetres,
    parameters.dyMetres,
    parameters.dzMetres,
    parameters.rxSeconds,
    parameters.rySeconds,
    parameters.rzSeconds,
    parameters.scalePpm,
  ].join(', ');
  const { zh, en } = OLD_DATUM_NAMES[datum];
  return problem(
    'crs.datum-shifted',
    'warning',
    localized(
      `坐标是${zh},已用给定的七参数(${values})换算到 CGCS2000,坐标数值与原文件不同`,
      `coordinates are in ${en}; converted to CGCS2000 with the seven parameters given (${values}), so they differ from the file`,
    ),
    localized('请用控制点核对换算结果', 'Check the result against control points.'),
  );
}

/** The first declaration that says anything, in the order user, metadata code, metadata WKT, .prj, 带号. */
function declaredCrs(clues: CrsClues): [DeclaredCrs, CrsEvidence['decidedBy']] {
  if (clues.userEpsg) return [crsOfCode(clues.userEpsg), 'user'];
  if (clues.epsgFromMetadata) {
    const byCode = crsOfCode(clues.epsgFromMetadata);
    // Writers number their own CRS as they like; the WKT beside an unknown number may still be a national grid.
    const byText: DeclaredCrs = byCode.kind === 'unsupported' && clues.wkt ? crsOfWkt(clues.wkt) : { kind: 'none' };
    if (byText.kind !== 'none') return [byText, 'metadata'];
    if (byCode.kind !== 'none') return [byCode, 'metadata'];
  }
  if (clues.wkt?.trim()) {
    const byText = crsOfWkt(clues.wkt);
    if (byText.kind !== 'none') return [byText, 'metadata'];
  }
  if (clues.prjText?.trim()) {
    const byText = crsOfWkt(clues.prjText);
    if (byText.kind !== 'none') return [byText, 'prj'];
  }
  if (clues.zoneField) {
    const strip = stripOfZoneField(clues.zoneField, clues.stripDegrees ?? null);
    const epsg = strip && epsgOfStrip(strip);
    if (epsg !== undefined) return [{ kind: 'supported', epsg, notes: [] }, 'zone-field'];
  }
  return [{ kind: 'none' }, 'digits'];
}

/** 带号 25–45 is a 3° zone, 13–23 a 6° zone whatever 几度分带 says (the numbers do not overlap); 75–135 is a central meridian. */
function stripOfZoneField(zone: number, degrees: 3 | 6 | null): Strip | undefined {
  if (zone >= 25 && zone <= 45) return { degrees: 3, zone, prefixed: false };
  if (zone >= 13 && zone <= 23) return { degrees: 6, zone, prefixed: false };
  if (zone >= 75 && zone <= 135 && zone % 3 === 0) {
    return degrees === 6 && (zone + 3) % 6 === 0
      ? { degrees: 6, zone: (zone + 3) / 6, prefixed: false }
      : { degrees: 3, zone: zone / 3, prefixed: false };
  }
  return undefined;
}

/** Warnings for coordinates that lie outside the strip (cross-zone data) or outside China. */
function rangeProblems(epsg: number, shape: Shape): Problem[] {
  const strip = stripOfEpsg(epsg);
  if (!strip) {
    if (inside(shape.east, 73, 136) && inside(shape.north, 3, 54)) return [];
    return [
      problem(
        'crs.outside-china',
        'warning',
        localized(
          `有坐标不在中国范围内(经度 ${text(shape.east)},纬度 ${text(shape.north)})`,
          `some coordinates lie outside China (longitude ${text(shape.east)}, latitude ${text(shape.north)})`,
        ),
      ),
    ];
  }
  const centre = 500_000 + (strip.prefixed ? strip.zone * 1_000_000 : 0);
  const farthest = Math.max(Math.abs(shape.east[0] - centre), Math.abs(shape.east[1] - centre));
  // A degree of longitude is 111.3 km × cos(latitude); the southern edge is the widest. 0.05° is left for borders.
  const latitude = shape.north[0] / 110_900;
  const halfWidth = (strip.degrees / 2 + 0.05) * 111_320 * cosineOfDegrees(latitude);
  if (farthest <= halfWidth) return [];
  return [
    problem(
      'crs.outside-zone',
      'warning',
      localized(
        `有坐标超出 ${strip.degrees} 度带 ${strip.zone} 带(中央经线 ${centralMeridianOf(strip)}°)的范围,可能跨带或带号有误`,
        `some coordinates lie outside ${strip.degrees}° zone ${strip.zone} (central meridian ${centralMeridianOf(strip)}°): data across zones, or a wrong zone`,
      ),
      localized('请核对带号', 'Check the zone.'),
    ),
  ];
}

/** Good to 1e-4, which suffices for a warning; keeps the file free of transcendental functions. */
function cosineOfDegrees(degrees: number): number {
  const t = (degrees * 3.141592653589793) / 180;
  const t2 = t * t;
  return 1 - t2 / 2 + (t2 * t2) / 24 - (t2 * t2 * t2) / 720;
}

import { cutShort, err, localized, ok, type Problem, type Refusal, type Result } from '../../kernel/index.ts';
import { plain, type TxtLines, type TxtParcel, type TxtProblem } from './boundary-txt-lines.ts';
import { guessAreaUnit, headerAreaOf, type AreaUnit, type HeaderArea } from './boundary-txt-area.ts';
import { resolveCrs, type ResolvedCrs } from './crs-detection.ts';
import { sevenParametersOf, shiftToCgcs2000, type SevenParameters } from './datum-shift.ts';
import { addPoint, pointCount, type Outline, type PointSpans, type PointStore } from './point-store.ts';
import { crsOfCode, datumOfName, refusalOfDeclared, stripOfEpsg } from './crs-names.ts';

/** A parcel understood: x = east (with prefix where the CRS has one) or longitude, y = north or latitude. */
export interface BoundaryParcel {
  readonly number: string;
  readonly name: string;
  readonly sheet: string;
  readonly use: string;
  readonly code: string;
  readonly figureKind: string;
  readonly remark: string;
  /** The area as the header writes it; null where it is no number. */
  readonly headerArea: number | null;
  /** The same in m² by the guessed unit, as decimal text (`59994.64`). */
  readonly headerAreaM2: string | null;
  readonly line: number;
  /** Open rings, x0,y0,x1,y1,… in file order; roles are derived by containment when batches are made. */
  readonly rings: readonly (readonly number[])[];
  /** The same rings as flat arrays; valid until the outline of another parcel of the file is asked for. */
  outline(): Outline;
  /** Warnings, and errors which keep the parcel out; `featureNo` and `id` are set. */
  readonly problems: readonly Problem[];
  /** The geometry must not be used (point or line figure, unreadable lines). The problems say why. */
  readonly refused: boolean;
}

/** Parcels given by lists of points, understood; from a boundary TXT or a coordinates table. */
export interface PointParcels {
  readonly crs: ResolvedCrs;
  readonly areaUnit: AreaUnit | null;
  readonly parcels: readonly BoundaryParcel[];
  readonly problems: readonly Problem[];
}

export interface PointParcelsOptions {
  readonly file?: string;
  /** EPSG code the user gives. */
  readonly userEpsg?: number | null;
  /** Text of a .prj beside the file. */
  readonly prjText?: string | null;
  /** For data in an old datum; a boundary TXT may carry its own (转换参数). */
  readonly datumParameters?: SevenParameters | null;
  /** The source names its columns X and Y, which stand for north and east or the other way round: both are right. */
  readonly axesFree?: boolean;
}

/**
 * How a vertex looks: its zone prefix (0 without one, 99 for degrees), plus 100 where the easting comes first; −1 for
 * numbers that are no coordinates of this country. One number, because every vertex gets one.
 */
type VertexLook = number;

const UNCLEAR: VertexLook = -1;
const DEGREES = 99;
const isSwapped = (look: VertexLook): boolean => look >= 100;
const prefixOf = (look: VertexLook): number => look % 100;

interface Draft {
  readonly parcel: TxtParcel;
  readonly featureNo: number;
  readonly problems: TxtProblem[];
  readonly points: PointStore;
  rings: readonly PointSpans[];
  look: VertexLook;
  refused: boolean;
}

/**
 * Understands parcels given as points in the order of the file (officially north before east): rings are separated and
 * closed, axes put right, prefixes added, the CRS decided, the unit of header areas guessed. Every repair is a warning
 * with its line. A parcel that cannot be read surely (a line unreadable, a vertex out of place, a point or line figure)
 * is marked `refused` and says why; the others go in.
 *
 * Refusals: those of `resolveCrs`.
 */
export function understandParcels(lines: TxtLines, options: PointParcelsOptions = {}): Result<PointParcels, Refusal[]> {
  const drafts = lines.parcels.map((parcel, featureNo) => draftOf(parcel, featureNo, lines.points));
  if (drafts.length > 0) markCutOff(drafts);
  settleLooks(drafts);
  const crs = crsOfFile(lines, drafts, options);
  if (!crs.ok) return crs;
  const strip = stripOfEpsg(crs.value.crs.epsg);
  const outlineOf = outlines(lines.points, strip?.prefixed ? strip.zone : 0, crs.value);
  const guess = guessAreaUnit(
    drafts.map((draft) => ({
      text: draft.parcel.area,
      outline: () => outlineOf(draft.rings, draft.look, draft.refused),
    })),
    crs.value.crs.epsg === 4490,
  );
  const parcels = drafts.map((draft, i) => parcelOf(draft, outlineOf, guess.unit, guess.differing.get(i)));
  const problems: Problem[] = [
    ...lines.problems.map((found) => ({ ...found, featureNo: null, id: null })),
    ...crs.value.problems,
    ...(guess.note ? [guess.note] : []),
  ];
  return ok({ crs: crs.value, areaUnit: guess.unit, parcels, problems });
}

function draftOf(parcel: TxtParcel, featureNo: number, points: PointStore): Draft {
  const { problems } = parcel;
  const draft: Draft = { parcel, featureNo, problems, points, rings: [], look: UNCLEAR, refused: false };
  const kind = plain(parcel.figureKind);
  if (/^(点|线|point|line|polyline)/i.test(kind)) {
    draft.problems.push(
      error(
        'geometry.not-polygon',
        parcel.line,
        `图形属性是“${kind}”,不是面`,
        `the figure is a ${/^(点|point)/i.test(kind) ? 'point' : 'line'}, not a polygon`,
        '只导入面状地块',
        'Only polygon parcels are imported.',
      ),
    );
  }
  draft.rings = ringsOf(draft);
  if (parcel.points.length === 0) {
    draft.problems.push(
      error(
        'geometry.missing',
        parcel.line,
        '地块没有界址点',
        'the parcel has no points',
        '请补充界址点坐标',
        'Add its points.',
      ),
    );
  }
  draft.refused = draft.problems.some((found) => found.severity === 'error');
  return draft;
}

function error(rule: string, line: number, zh: string, en: string, remedyZh: string, remedyEn: string): TxtProblem {
  return { rule, severity: 'error', line, message: cutShort(localized(zh, en)), remedy: localized(remedyZh, remedyEn) };
}

function warn(draft: Draft, rule: string, line: number, zh: string, en: string): void {
  draft.problems.push({ rule, severity: 'warning', line, message: cutShort(localized(zh, en)) });
}

/** One ring as its points come. */
interface RingDraft {
  readonly number: string;
  readonly points: PointSpans;
  readonly first: number;
  last: number;
  count: number;
  closed: boolean;
}

/**
 * Rings of a parcel: points of one 圈号 are one ring, closed by repeating the first point. Where a ring has closed and
 * points of the same 圈号 follow, a new ring begins (writers that number every ring 1).
 */
function ringsOf(draft: Draft): readonly PointSpans[] {
  const { parcel, points } = draft;
  const rings: RingDraft[] = [];
  let current: RingDraft | undefined;
  let closings = 0;
  // A closure or a callback for each of some 14 million points would cost more than all the rest.
  const spans = parcel.points;
  for (
    let s = 0, point = spans[0] ?? 0;
    s < spans.length;
    point = point + 1 < spans[s + 1]! ? point + 1 : spans[(s += 2)]!
  ) {
    const number: string = points.ring(point) || current?.number || '1';
    if (current && number === current.number && current.closed) {
      // A third writing of the closing point says nothing new.
      if (samePlace(points, point, current.first)) {
        warn(
          draft,
          'points.closing-point-repeated',
          points.line(point),
          '闭合点重复书写,已忽略',
          'the closing point is written twice; one is left out',
        );
        closings++;
        continue;
      }
      warn(
        draft,
        'points.ring-number-repeated',
        points.line(point),
        '一圈闭合后仍用同一圈号,按新的一圈读取',
        'points go on under the number of a ring that has closed; read as a new ring',
      );
      current = undefined;
    } else if (current && number !== current.number) {
      const earlier = rings.find((ring) => ring.number === number && !ring.closed);
      if (earlier) {
        warn(
          draft,
          'points.ring-interleaved',
          points.line(point),
          `第 ${number} 圈的界址点被其他圈隔开,已接续`,
          `points of ring ${number} are parted by another ring; joined`,
        );
        current = earlier;
      } else {
        if (rings.some((ring) => ring.number === number))
          warn(
            draft,
            'points.ring-number-repeated',
            points.line(point),
            `圈号 ${number} 重复使用,按新的一圈读取`,
            `the ring number ${number} is used again; read as a new ring`,
          );
        current = undefined;
      }
    }
    if (!current) {
      current = { number, points: [], first: point, last: point, count: 0, closed: false };
      rings.push(current);
    }
    if (current.count >= 3) {
      const { first } = current;
      if (samePlace(points, point, first)) {
        current.closed = true;
        closings++;
        continue;
      }
      // The id of the first point written again means "closing"; then its place must be the first point's too.
      const id = points.idCode(point);
      if (id !== 0 && id === points.idCode(first)) {
        const gap = Math.hypot(points.first(first) - points.first(point), points.second(first) - points.second(point));
        const degrees = Math.abs(points.first(point)) <= 180;
        if (gap <= (degrees ? 1e-8 : 0.001)) {
          warn(
            draft,
            'points.closing-point-differs',
            points.line(point),
            `闭合点与起点相差 ${gap.toPrecision(2)},按起点闭合`,
            `the closing point is ${gap.toPrecision(2)} off the first; closed to the first`,
          );
          current.closed = true;
          closings++;
          continue;
        }
        if (gap <= 1 && !degrees)
          draft.problems.push(
            error(
              'points.closing-point-differs',
              points.line(point),
              `闭合点 ${points.id(point)} 与起点相差 ${gap.toFixed(3)} 米`,
              `the closing point ${points.id(point)} is ${gap.toFixed(3)} m off the first`,
              '请核对坐标',
              'Check the coordinates.',
            ),
          );
      }
    }
    addPoint(current.points, point);
    current.last = point;
    current.count++;
  }
  for (const ring of rings) {
    if (!ring.closed && ring.count >= 3)
      warn(
        draft,
        'points.ring-unclosed',
        points.line(ring.last),
        `第 ${ring.number} 圈未闭合(末点不是首点),已自动闭合`,
        `ring ${ring.number} is not closed (its last point is not its first); closed`,
      );
  }
  checkCount(draft, closings, rings.length);
  return rings.map((ring) => ring.points.slice());
}

const samePlace = (points: PointStore, a: number, b: number): boolean =>
  points.first(a) === points.first(b) && points.second(a) === points.second(b);

/**
 * A file cut off in transfer ends inside its last parcel: fewer points than counted and an open ring, where all rings
 * before it are closed. Its outline must not be closed across the missing part.
 */
function markCutOff(drafts: readonly Draft[]): void {
  const last = drafts.at(-1)!;
  const { points } = last;
  const spans = last.parcel.points;
  const written = pointCount(spans);
  const count = Number(plain(last.parcel.pointCount));
  const unclosed = (draft: Draft): boolean => draft.problems.some((found) => found.rule === 'points.ring-unclosed');
  const othersClosed = drafts.slice(0, -1).every((draft) => !unclosed(draft)) && drafts.length + last.rings.length > 2;
  const short = count > written + last.rings.length;
  if (!short || !othersClosed || (!unclosed(last) && pointCount(last.rings.at(-1) ?? []) >= 3)) return;
  last.problems.push(
    error(
      'points.cut-off',
      written === 0 ? last.parcel.line : points.line(spans.at(-1)! - 1),
      `文件在最后一个地块中途结束(应有 ${count} 点,只有 ${written} 点)`,
      `the file ends inside its last parcel (${count} points counted, ${written} there)`,
      '文件可能没有传完,请重新获取',
      'The copy may have been cut short; get it again.',
    ),
  );
  last.refused = true;
}

/** 界址点数 may count closing points or not; any other number is stated. */
function checkCount(draft: Draft, closings: number, rings: number): void {
  const { parcel } = draft;
  const text = plain(parcel.pointCount);
  const written = pointCount(parcel.points);
  if (text === '') return;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= written - closings && count <= written - closings + rings) return;
  warn(
    draft,
    'txt.point-count',
    parcel.line,
    `界址点数写的是“${text}”,实际有 ${written} 行,以实际为准`,
    `the header counts “${text}” points, there are ${written} lines; the lines are followed`,
  );
}

function lookOf(points: PointStore, point: number): VertexLook {
  const first = points.first(point);
  const second = points.second(point);
  if (isDegrees(second, first)) return DEGREES;
  if (isDegrees(first, second)) return 100 + DEGREES;
  const east = eastingPrefix(second);
  if (east !== UNCLEAR && isNorthing(first)) return east;
  const eastFirst = eastingPrefix(first);
  if (eastFirst !== UNCLEAR && isNorthing(second)) return 100 + eastFirst;
  return UNCLEAR;
}

const isDegrees = (lon: number, lat: number): boolean => lon >= 60 && lon <= 150 && lat >= -1 && lat <= 60;
const isNorthing = (value: number): boolean => value >= 300_000 && value <= 6_300_000;

function eastingPrefix(value: number): number {
  if (value >= 13e6 && value < 46e6) return Math.floor(value / 1e6);
  return value >= 50_000 && value < 1e6 ? 0 : UNCLEAR;
}

/**
 * Settles one look for all vertices of a parcel. A vertex that looks otherwise, or a parcel that looks like no place
 * while others do, is out of place and keeps its parcel out.
 */
function settleLooks(drafts: readonly Draft[]): void {
  for (const draft of drafts) draft.look = mostFrequentLook(draft);
  const anyClear = drafts.some((draft) => draft.look !== UNCLEAR);
  for (const draft of drafts) {
    const { points, parcel } = draft;
    const odd =
      oddPoint(draft) ??
      (draft.look === UNCLEAR && anyClear && parcel.points.length > 0 ? parcel.points[0] : undefined);
    if (odd === undefined) continue;
    const [id, first, second] = [points.id(odd), points.first(odd), points.second(odd)];
    draft.problems.push(
      error(
        'points.out-of-place',
        points.line(odd),
        `界址点 ${id} 的坐标 (${first}, ${second}) 与其他点不在一处,或不在国家坐标系的范围内`,
        `the coordinates (${first}, ${second}) of point ${id} lie far from the other points, or outside the national grid`,
        '请核对该行坐标',
        'Check this line.',
      ),
    );
    draft.refused = true;
  }
}

/** The first point that does not look like most of its parcel. */
function oddPoint({ points, parcel, look }: Draft): number | undefined {
  const spans = parcel.points;
  for (let s = 0; s < spans.length; s += 2)
    for (let point = spans[s]!; point < spans[s + 1]!; point++) if (lookOf(points, point) !== look) return point;
  return undefined;
}

function mostFrequentLook({ points, parcel }: Draft): VertexLook {
  const spans = parcel.points;
  if (spans.length === 0) return UNCLEAR;
  const first = lookOf(points, spans[0]!);
  let counts: Map<VertexLook, number> | undefined;
  let seen = 0;
  for (let s = 0; s < spans.length; s += 2) {
    for (let point = spans[s]!; point < spans[s + 1]!; point++) {
      const look = lookOf(points, point);
      if (counts === undefined && look !== first) counts = new Map([[first, seen]]);
      if (counts === undefined) seen++;
      else counts.set(look, (counts.get(look) ?? 0) + 1);
    }
  }
  if (counts === undefined) return first;
  let best = UNCLEAR;
  for (const [look, count] of counts) if (count > (counts.get(best) ?? 0)) best = look;
  return best;
}

/** Decides the CRS from the header's words, 带号 and the ranges, axes already put right parcel by parcel. */
function crsOfFile(
  lines: TxtLines,
  drafts: readonly Draft[],
  options: PointParcelsOptions,
): Result<ResolvedCrs, Refusal[]> {
  const place = options.file === undefined ? {} : { place: { file: options.file } };
  const value = (key: string): string => plain(lines.keys.get(key)?.value ?? '');
  const lineOf = (key: string): number => lines.keys.get(key)?.line ?? 1;
  const problems: Problem[] = [];
  const say = (rule: string, line: number, zh: string, en: string): void => {
    problems.push({ rule, severity: 'warning', featureNo: null, id: null, line, message: cutShort(localized(zh, en)) });
  };
  const datumText = value('坐标系');
  const datum = datumText === '' ? 'cgcs2000' : datumOfName(datumText);
  const old = datum === 'xian80' || datum === 'beijing54' ? datum : null;
  const overruled = old !== null && options.userEpsg ? crsOfCode(options.userEpsg).kind === 'supported' : false;
  if (overruled) {
    say(
      'points.datum-overruled',
      lineOf('坐标系'),
      `文件写的坐标系是“${datumText}”,按用户指定的 EPSG:${options.userEpsg} 读取`,
      `the file says “${datumText}”; read as EPSG:${options.userEpsg} on the user's word`,
    );
  } else if (datum === 'other' && !options.userEpsg) {
    if (/独立|地方|城市|local/i.test(datumText)) {
      return err([
        {
          ...refusalOfDeclared({
            kind: 'unsupported',
            what: datumText,
            why: localized('地方坐标系没有公开的参数', 'a local grid has no public parameters'),
          })!,
          ...place,
        },
      ]);
    }
    say(
      'points.datum-unknown',
      lineOf('坐标系'),
      `不认识坐标系“${datumText}”,按 2000 国家大地坐标系读取`,
      `the datum “${datumText}” is not known; read as CGCS2000`,
    );
  }
  const projection = value('投影类型');
  if (
    !options.userEpsg &&
    /utm|兰伯特|lambert|albers|阿尔伯斯|web|墨卡托/i.test(projection) &&
    !/高斯|gauss|横轴|transverse/i.test(projection)
  ) {
    return err([
      {
        ...refusalOfDeclared({
          kind: 'unsupported',
          what: projection,
          why: localized('投影不是高斯-克吕格', 'the projection is not Gauss–Krüger'),
        })!,
        ...place,
      },
    ]);
  }
  const zoneText = value('带号');
  const zone = Number(/\d+/.exec(zoneText)?.[0] ?? Number.NaN);
  if (zoneText !== '' && Number.isNaN(zone))
    say(
      'points.zone-unreadable',
      lineOf('带号'),
      `带号“${zoneText}”不是数字,未采用`,
      `the zone “${zoneText}” is no number; not used`,
    );
  const stripText = value('几度分带');
  const degrees = /6|六/.test(stripText) ? 6 : /3|三/.test(stripText) ? 3 : null;
  const looks = drafts.filter((draft) => !draft.refused && draft.look !== UNCLEAR);
  const prefixes = new Set(
    looks.map((draft) => prefixOf(draft.look)).filter((prefix) => prefix > 0 && prefix !== DEGREES),
  );
  const someBare = looks.some((draft) => prefixOf(draft.look) === 0);
  const swappedCount = looks.filter((draft) => isSwapped(draft.look)).length;
  const onePrefix = prefixes.size === 1 ? [...prefixes][0]! : 0;
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const draft of drafts) {
    if (draft.refused) continue;
    const swap = isSwapped(draft.look);
    const add = onePrefix > 0 && prefixOf(draft.look) === 0 ? onePrefix * 1e6 : 0;
    const { points, parcel } = draft;
    for (let s = 0; s < parcel.points.length; s += 2) {
      for (let point = parcel.points[s]!; point < parcel.points[s + 1]!; point++) {
        const first = points.first(point);
        const second = points.second(point);
        const east = (swap ? first : second) + add;
        const north = swap ? second : first;
        if (east < minX) minX = east;
        if (east > maxX) maxX = east;
        if (north < minY) minY = north;
        if (north > maxY) maxY = north;
      }
    }
  }
  const empty = minX === Infinity;
  const resolved = resolveCrs({
    ...(options.userEpsg ? { userEpsg: options.userEpsg } : {}),
    prjText: options.prjText ?? null,
    oldDatum: overruled ? null : old,
    datumParameters: options.datumParameters ?? sevenParametersOf(value('转换参数')) ?? null,
    zoneField: Number.isNaN(zone) ? null : zone,
    stripDegrees: degrees,
    // A file of refused parcels only still opens, so that each can say why.
    xRange: empty ? null : [minX, maxX],
    yRange: empty ? null : [minY, maxY],
    ...place,
  });
  if (!resolved.ok) {
    const nothingUsable = empty && !options.userEpsg;
    if (!nothingUsable) return resolved;
    return ok({ crs: { epsg: 4490, decidedBy: 'digits', notes: [] }, swapAxes: false, shift: null, problems });
  }
  const strip = stripOfEpsg(resolved.value.crs.epsg);
  if (strip && degrees !== null && strip.degrees !== degrees) {
    say(
      'points.strip-contradicted',
      lineOf('几度分带'),
      `几度分带写的是“${stripText}”,但 ${strip.zone} 是 ${strip.degrees} 度带的带号`,
      `the header says ${degrees}° strips, but ${strip.zone} is a zone of ${strip.degrees}° strips`,
    );
  }
  const allSwapped = swappedCount > 0 && swappedCount === looks.length;
  if (allSwapped && options.axesFree) {
    // X for east and Y for north is as usual in tables as the surveyors' order.
  } else if (allSwapped) {
    say(
      'crs.axes-swapped',
      lineOfFirst(looks[0]!),
      'X、Y 写反(东坐标写在前),已对调读取,请核对位置',
      'x and y are exchanged (east comes first); read exchanged back, check the position',
    );
  } else {
    for (const draft of looks) {
      if (isSwapped(draft.look))
        warn(
          draft,
          'crs.axes-swapped',
          lineOfFirst(draft),
          '该地块 X、Y 写反,已对调读取',
          'x and y of this parcel are exchanged; read exchanged back',
        );
    }
  }
  if (onePrefix > 0 && someBare) {
    for (const draft of looks) {
      if (prefixOf(draft.look) === 0)
        warn(
          draft,
          'crs.zone-prefix',
          lineOfFirst(draft),
          `该地块东坐标没有带号,已按其他地块加 ${onePrefix}`,
          `the eastings of this parcel lack the prefix; ${onePrefix} added as in the other parcels`,
        );
    }
  }
  // Positions shown in 几度分带/带号 warnings of resolveCrs are of the whole file; the header line is where to mend them.
  const fromResolve = resolved.value.problems.map((found) =>
    found.rule === 'crs.zone-contradicted' ? { ...found, line: lineOf('带号') } : found,
  );
  return ok({ ...resolved.value, problems: [...problems, ...fromResolve] });
}

type OutlineOf = (rings: readonly PointSpans[], look: VertexLook, refused: boolean) => Outline;

function lineOfFirst({ points, parcel }: Draft): number {
  return points.line(parcel.points[0]!);
}

/**
 * Rings of a parcel with x = east first, the prefix added where the file's CRS has one and the parcel left it out, and
 * brought to CGCS2000 where they are in an old datum. Arrays are those of one call for all: valid until the next.
 */
function outlines(points: PointStore, filePrefix: number, { crs, shift }: ResolvedCrs): OutlineOf {
  let scratch = new Float64Array(2048);
  return (rings, look, refused) => {
    if (refused) return { coords: [], starts: [0] };
    const add = look !== UNCLEAR && prefixOf(look) === 0 ? filePrefix * 1e6 : 0;
    const swap = isSwapped(look);
    const starts = [0];
    let at = 0;
    for (const spans of rings) {
      const needed = at + 2 * pointCount(spans);
      if (needed > scratch.length) {
        const larger = new Float64Array(2 * needed);
        larger.set(scratch.subarray(0, at));
        scratch = larger;
      }
      for (let s = 0; s < spans.length; s += 2) {
        for (let point = spans[s]!; point < spans[s + 1]!; point++) {
          const first = points.first(point);
          const second = points.second(point);
          scratch[at++] = (swap ? first : second) + add;
          scratch[at++] = swap ? second : first;
        }
      }
      starts.push(at / 2);
    }
    const coords = scratch.subarray(0, at);
    return { coords: shift ? shiftToCgcs2000(coords, crs.epsg, shift) : coords, starts };
  };
}

/** The rings of an outline, each an array of its own. */
function ringsOfOutline({ coords, starts }: Outline): number[][] {
  return Array.from({ length: starts.length - 1 }, (_, r) => {
    const from = 2 * starts[r]!;
    return Array.from({ length: 2 * starts[r + 1]! - from }, (__, i) => coords[from + i]!);
  });
}

/** Outline of rings given as arrays. */
export function outlineOfRings(rings: readonly (readonly number[])[]): Outline {
  const starts = [0];
  for (const ring of rings) starts.push(starts.at(-1)! + ring.length / 2);
  return { coords: rings.length === 1 ? rings[0]! : rings.flat(), starts };
}

function parcelOf(
  draft: Draft,
  outlineOf: OutlineOf,
  unit: AreaUnit | null,
  differing: number | undefined,
): BoundaryParcel {
  const { parcel } = draft;
  const id = parcel.number || parcel.name || null;
  const area = headerAreaOf(parcel.area, unit);
  // "Closed" would be untrue of a ring that is not used.
  const problems: Problem[] = [];
  for (const found of draft.problems) {
    if (draft.refused && found.rule === 'points.ring-unclosed') continue;
    problems.push({ ...found, featureNo: draft.featureNo, id });
  }
  if (plain(parcel.area) !== '' && area.value === null) {
    problems.push({
      rule: 'txt.area-unreadable',
      severity: 'warning',
      featureNo: draft.featureNo,
      id,
      line: parcel.line,
      field: '地块面积',
      message: localized(
        `地块面积“${parcel.area}”不是数字,按空读取`,
        `the area “${parcel.area}” is no number; read as empty`,
      ),
    });
  }
  if (differing !== undefined) {
    problems.push({
      rule: 'txt.area-differs',
      severity: 'warning',
      featureNo: draft.featureNo,
      id,
      line: parcel.line,
      field: '地块面积',
      message: localized(
        `地块面积(${parcel.area})与坐标计算的面积相差 ${(differing * 100).toFixed(2)}%`,
        `the header area (${parcel.area}) differs from that of the coordinates by ${(differing * 100).toFixed(2)} %`,
      ),
      remedy: localized('请核对面积或坐标', 'Check the area or the coordinates.'),
    });
  }
  return new PointParcel(draft, outlineOf, area, problems);
}

/** One object a parcel, without functions or texts of its own: a county has some 300,000. */
class PointParcel implements BoundaryParcel {
  readonly #parcel: TxtParcel;
  readonly #spans: readonly PointSpans[];
  readonly #look: VertexLook;
  readonly #outlineOf: OutlineOf;
  readonly headerArea: number | null;
  readonly headerAreaM2: string | null;
  readonly problems: readonly Problem[];
  readonly refused: boolean;

  constructor({ parcel, rings, look, refused }: Draft, outlineOf: OutlineOf, area: HeaderArea, problems: Problem[]) {
    this.#parcel = parcel;
    this.#spans = rings;
    this.#look = look;
    this.#outlineOf = outlineOf;
    this.headerArea = area.value;
    this.headerAreaM2 = area.squareMetres;
    this.problems = problems.length === 0 ? NO_PROBLEMS : problems;
    this.refused = refused;
  }

  get number(): string {
    return this.#parcel.number;
  }

  get name(): string {
    return this.#parcel.name;
  }

  get sheet(): string {
    return this.#parcel.sheet;
  }

  get use(): string {
    return this.#parcel.use;
  }

  get code(): string {
    return this.#parcel.code;
  }

  get figureKind(): string {
    return plain(this.#parcel.figureKind);
  }

  get remark(): string {
    return this.#parcel.extra.filter((field) => field !== '').join(',');
  }

  get line(): number {
    return this.#parcel.line;
  }

  outline(): Outline {
    return this.#outlineOf(this.#spans, this.#look, this.refused);
  }

  get rings(): number[][] {
    return ringsOfOutline(this.outline());
  }
}

const NO_PROBLEMS: readonly Problem[] = [];

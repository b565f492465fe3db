import { cutShort, localized, type Localized, type Problem } from '../../kernel/index.ts';
import { addPoint, createPointStore, pointIdCode, type PointSpans, type PointStore } from './point-store.ts';
import { createLineFeeder, numberEnd, readDecimal, readWhole, type LineEnding, type LineFeeder } from './text-lines.ts';

/** One parcel as its lines say it, before coordinates are understood. */
export interface TxtParcel {
  /** Line of the header; of the first point where the header is missing. */
  readonly line: number;
  readonly pointCount: string;
  readonly area: string;
  readonly number: string;
  readonly name: string;
  readonly figureKind: string;
  readonly sheet: string;
  readonly use: string;
  readonly code: string;
  /** What local variants put after 地块编码. */
  readonly extra: readonly string[];
  /** Its points, in the store of the file. */
  points: PointSpans;
  /** Repairs and faults found in these lines; an error keeps the parcel out. */
  readonly problems: TxtProblem[];
}

export interface TxtProblem {
  readonly rule: string;
  readonly severity: Problem['severity'];
  readonly line: number;
  readonly message: Localized;
  readonly remedy?: Localized;
}

export interface TxtLines {
  /** Keys of [属性描述], [项目信息] and any other section; of duplicates the last. */
  readonly keys: ReadonlyMap<string, { readonly value: string; readonly line: number }>;
  readonly sections: readonly string[];
  readonly parcels: readonly TxtParcel[];
  /** 点号, 圈号 and the two coordinates in the order of the file (officially north, east) of every point line. */
  readonly points: PointStore;
  readonly problems: readonly TxtProblem[];
}

const SECTION = /^[[【［]\s*(.+?)\s*[\]】］]$/;
const KEY_VALUE = /^([^=＝:：,，]{1,40})([=＝:：])(.*)$/;
const FIGURE_KIND = /^(点|线|面)(状|形|域|要素)?$|^(point|line|polyline|polygon|area)$/i;

/** Compatibility forms to plain ones (full-width digits, commas, blanks); for numbers, never for names. */
export function plain(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text;
  return text.normalize('NFKC').replace(/，/g, ',').trim();
}

const PLAIN_NUMBER = /^\d+(\.\d+)?$/;
/** A point line in the official form; nearly all lines of nearly all files. */
const OFFICIAL_POINT = /^([A-Za-z]?\d{1,7}),(\d{1,6}),(\d{5,}(?:\.\d+)?),(\d{5,}(?:\.\d+)?)$/;

/** A number as people write it: full-width digits, unit behind, degrees-minutes-seconds. NaN where it is none. */
export function numberOf(text: string): number {
  if (PLAIN_NUMBER.test(text)) return Number(text);
  const value = plain(text)
    .replace(/\s+/g, '')
    .replace(/(米|m|度|°)$/i, '');
  if (value === '') return Number.NaN;
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) return Number(value);
  const dms = /^(\d{1,3})[°度](\d{1,2})[′'分](\d{1,2}(?:\.\d+)?)(?:[″"”秒]|′′|'')?[NSEW]?$/i.exec(value);
  if (!dms) return Number.NaN;
  return Number(dms[1]) + Number(dms[2]) / 60 + Number(dms[3]) / 3600;
}

/** Whether a number can be one of a coordinate pair of this country: metres of a strip, or degrees with decimals. */
function isCoordinate(value: number, text: string): boolean {
  if (Number.isNaN(value)) return false;
  return Math.abs(value) >= 10_000 || (Math.abs(value) <= 180 && /[.°度]/.test(text));
}

/** Takes the bytes of a boundary TXT piece by piece. */
export interface TxtLineCollector extends LineFeeder {
  finish(): TxtLines;
}

/**
 * Takes a boundary TXT (勘测定界界址点坐标交换格式) apart into keys, parcels and points, and says with the line
 * number what it had to put up with. Only lines are judged here; coordinates are understood in point-parcels.ts.
 * `decode` reads what is not an official point line.
 */
export function collectTxtLines(decode: (bytes: Uint8Array) => string): TxtLineCollector {
  const keys = new Map<string, { value: string; line: number }>();
  const sections: string[] = [];
  const parcels: TxtParcel[] = [];
  const points = createPointStore();
  const problems: TxtProblem[] = [];
  const repeated = createRepeats();
  let current: TxtParcel | undefined;
  let loneReturns = 0;
  let anyLineFeed = false;
  let wideCommaLine = 0;
  let extraColumnLine = 0;
  let lineNo = 0;
  let ringNumber = 1;
  let ringText = '1';

  const begin = (parcel: TxtParcel): void => {
    // An array that grew has room for many more; most parcels are one run of points.
    if (current) current.points = current.points.slice();
    current = parcel;
    parcels.push(parcel);
  };

  /** A point line in the official form, from its bytes; nearly all lines of nearly all files. */
  function takeOfficial(bytes: Uint8Array, from: number, to: number): boolean {
    let at = from;
    let letter = bytes[at]!;
    if ((letter | 0x20) >= 0x61 && (letter | 0x20) <= 0x7a) at++;
    else letter = 0;
    const idFrom = at;
    const number = readWhole(bytes, at, to);
    at = numberEnd();
    const idDigits = at - idFrom;
    if (!(idDigits <= 7) || Number.isNaN(number) || bytes[at] !== 0x2c || at >= to) return false;
    const ringFrom = ++at;
    const ring = readWhole(bytes, at, to);
    at = numberEnd();
    if (!(at - ringFrom <= 6) || Number.isNaN(ring) || bytes[at] !== 0x2c || at >= to) return false;
    const firstFrom = ++at;
    const first = readDecimal(bytes, at, to);
    at = numberEnd();
    if (!(first >= 10_000) || bytes[at] !== 0x2c || at >= to || bytes[firstFrom] === 0x30) return false;
    const secondFrom = ++at;
    const second = readDecimal(bytes, at, to);
    if (!(second >= 10_000) || numberEnd() !== to || bytes[secondFrom] === 0x30) return false;
    if (ring !== ringNumber) {
      ringNumber = ring;
      ringText = String(ring);
    }
    addPoint(current!.points, points.push(first, second, lineNo, ringText, pointIdCode(letter, idDigits, number)));
    return true;
  }

  function takeBytes(bytes: Uint8Array, from: number, to: number, ending: LineEnding): void {
    lineNo++;
    if (ending === 'cr') loneReturns++;
    else if (ending !== 'none') anyLineFeed = true;
    if (current && to > from && takeOfficial(bytes, from, to)) return;
    const written = decode(bytes.subarray(from, to));
    if (!/[\u2028\u0085]/.test(written)) {
      takeLine(written);
      return;
    }
    // The rarer line and next-line marks.
    written.split(/[\u2028\u0085]/).forEach((part, i) => {
      if (i > 0) lineNo++;
      takeLine(part);
    });
  }

  function takeLine(written: string): void {
    const official = current && OFFICIAL_POINT.exec(written);
    if (official) {
      const [, id, ring, first, second] = official;
      const point = points.push(Number(first), Number(second), lineNo, String(Number(ring)), points.codeOfId(id!));
      addPoint(current!.points, point);
      return;
    }
    const line = (
      /[\uFEFF\u200B]/.test(written) || written.includes('\u0000') || written.includes('\u001A')
        ? written
            .replace(/[\uFEFF\u200B]/g, '')
            .replaceAll('\u0000', '')
            .replaceAll('\u001A', '')
        : written
    ).replace(/^[\s\u3000]+|[\s\u3000]+$/g, '');
    if (line === '') return;
    const section = SECTION.exec(line);
    if (section) {
      sections.push(section[1]!.replace(/\s/g, ''));
      current = undefined;
      return;
    }
    if (/[@＠][\s,，;；]*$/.test(line)) {
      begin(parcelOfHeader(line, lineNo, repeated));
      return;
    }
    const pair = KEY_VALUE.exec(line);
    if (pair && parcels.length === 0) {
      const key = pair[1]!.replace(/[\s\u3000]/g, '');
      const earlier = keys.get(key);
      const value = pair[3]!.trim();
      if (/[:：]/.test(pair[2]!))
        problems.push(
          warning(
            'txt.key-colon',
            lineNo,
            localized(`“${key}”后用了冒号,已按等号读取`, `“${key}” is followed by a colon; read as “=”`),
          ),
        );
      if (earlier && earlier.value !== value) {
        problems.push(
          warning(
            'txt.duplicate-key',
            lineNo,
            localized(
              `“${key}”重复出现,以最后一个为准(${value})`,
              `the key “${key}” stands twice; the last holds (${value})`,
            ),
          ),
        );
      }
      keys.set(key, { value, line: lineNo });
      return;
    }
    const point = pointOf(line);
    if (point) {
      const parcel = current ?? emptyParcel(lineNo);
      if (!current) {
        begin(parcel);
        parcel.problems.push(
          warning(
            'txt.header-missing',
            lineNo,
            localized('界址点前没有地块说明行(以 @ 结尾)', 'points without a parcel header (a line ending in @)'),
          ),
        );
      }
      const { first, second, ring, id } = point;
      addPoint(parcel.points, points.push(first, second, lineNo, ring, points.codeOfId(id)));
      if (point.wideComma && wideCommaLine === 0) wideCommaLine = lineNo;
      if (point.extra && extraColumnLine === 0) extraColumnLine = lineNo;
      if (point.noRing && !parcel.problems.some((found) => found.rule === 'txt.ring-number-missing')) {
        parcel.problems.push(
          warning(
            'txt.ring-number-missing',
            lineNo,
            localized(
              '缺少地块圈号,按上一圈(首圈为 1)读取',
              'the ring number is missing; read as the ring before (the first being 1)',
            ),
          ),
        );
      }
      return;
    }
    if (looksLikeHeader(line)) {
      const parcel = parcelOfHeader(line, lineNo, repeated);
      parcel.problems.push(
        warning(
          'txt.header-mark-missing',
          lineNo,
          localized('地块说明行缺少结尾的“@”', 'the parcel header lacks its closing “@”'),
        ),
      );
      begin(parcel);
      return;
    }
    if (pair) {
      if (keys.get(pair[1]!.replace(/[\s\u3000]/g, ''))?.value === pair[3]!.trim()) return;
      problems.push(
        warning(
          'txt.key-among-parcels',
          lineNo,
          localized(
            `坐标部分中的“${pair[1]!.trim()}=…”未采用`,
            `“${pair[1]!.trim()}=…” among the coordinates is not used`,
          ),
        ),
      );
      return;
    }
    const shown = line.length > 40 ? `${line.slice(0, 40)}…` : line;
    if (!current)
      problems.push(
        warning(
          'txt.line-ignored',
          lineNo,
          localized(`无法识别的行未采用:“${shown}”`, `a line that says nothing known is left out: “${shown}”`),
        ),
      );
    else if (/^(#|\/\/|--|\*)/.test(line))
      current.problems.push(
        warning('txt.line-ignored', lineNo, localized(`注释行未采用:“${shown}”`, `a comment is left out: “${shown}”`)),
      );
    else {
      current.problems.push({
        rule: 'txt.line-unreadable',
        severity: 'error',
        line: lineNo,
        message: localized(`界址点行无法识别:“${shown}”`, `a point line cannot be read: “${shown}”`),
        remedy: localized('格式为:点号,圈号,X,Y', 'The form is: point id, ring number, X, Y.'),
      });
    }
  }
  const finish = (): TxtLines => {
    if (loneReturns > 0 && anyLineFeed)
      problems.push(
        warning(
          'txt.mixed-line-ends',
          1,
          localized(
            '换行符混用(CRLF 与单独的 CR),已按换行读取',
            'line ends are mixed (CRLF and lone CR); all are read as line ends',
          ),
        ),
      );
    if (wideCommaLine > 0)
      problems.push(
        warning(
          'txt.full-width-comma',
          wideCommaLine,
          localized(
            '界址点行用了全角逗号或其他分隔符,已按英文逗号读取',
            'points are parted by full-width commas or other marks; read as commas',
          ),
        ),
      );
    if (extraColumnLine > 0)
      problems.push(
        warning(
          'txt.extra-column',
          extraColumnLine,
          localized('界址点行多出的列未采用', 'more columns than four in point lines; the rest is not used'),
        ),
      );
    return { keys, sections, parcels, points, problems };
  };
  return { ...createLineFeeder(takeBytes), finish };
}

/** One string for a text that comes again and again, so that a county of headers does not hold it as often. */
function createRepeats(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const same = known.get(text);
    if (same !== undefined) return same;
    const own = ownText(text);
    if (known.size < 10_000) known.set(own, own);
    return own;
  };
}

/** A text by itself: one cut out of a line keeps the whole line in memory. */
function ownText(text: string): string {
  return text.length < 13 || text.length > 64 ? text : String.fromCharCode(...unitsOf(text));
}

function unitsOf(text: string): number[] {
  const units: number[] = [];
  for (let i = 0; i < text.length; i++) units.push(text.charCodeAt(i));
  return units;
}

function warning(rule: string, line: number, message: Localized): TxtProblem {
  return { rule, severity: 'warning', line, message: cutShort(message) };
}

function emptyParcel(line: number): TxtParcel {
  return {
    line,
    pointCount: '',
    area: '',
    number: '',
    name: '',
    figureKind: '',
    sheet: '',
    use: '',
    code: '',
    extra: [],
    points: [],
    problems: [],
  };
}

/** A header that lost its “@”: seven fields or more, the first a whole number, the second a number or empty. */
function looksLikeHeader(line: string): boolean {
  const fields = line.split(/[,，]/).map((field) => field.trim());
  return fields.length >= 7 && /^\d*$/.test(plain(fields[0]!)) && fields.some((field) => FIGURE_KIND.test(field));
}

/**
 * Header line to fields. Nine fields by the official note; local variants have 8 to 12. The figure kind (点|线|面) is
 * the landmark: what stands between 地块编号 and it is the name, commas and all.
 */
function parcelOfHeader(line: string, lineNo: number, repeated: (text: string) => string): TxtParcel {
  const problems: TxtProblem[] = [];
  const body = line.replace(/[@＠][\s,，;；]*$/, '');
  let fields = body.split(',');
  if (fields.length < 8 && /[，;；\t]/.test(body)) {
    fields = body.split(/[,，;；\t]/);
    problems.push(
      warning(
        'txt.full-width-comma',
        lineNo,
        localized(
          '地块说明行用了全角逗号或其他分隔符,已按英文逗号读取',
          'the parcel header is parted by full-width commas or other marks; read as commas',
        ),
      ),
    );
  }
  fields = fields.map((field) => field.replace(/^[\s\u3000]+|[\s\u3000]+$/g, ''));
  // The field before “@” ends with a comma and leaves an empty last piece.
  if (fields.length > 1 && fields.at(-1) === '') fields.pop();
  let kindAt = -1;
  for (let i = fields.length - 1; i >= 3 && kindAt === -1; i--) if (FIGURE_KIND.test(plain(fields[i]!))) kindAt = i;
  if (kindAt > 4) {
    problems.push(
      warning(
        'txt.comma-in-name',
        lineNo,
        localized('地块名称中有逗号,已并入名称', 'the parcel name holds commas; they are taken as part of the name'),
      ),
    );
  }
  const at = kindAt >= 3 ? kindAt : 4;
  const name = at === 3 ? '' : fields.slice(3, at).join(',');
  const extra = fields.slice(at + 4);
  if (fields.length < 8) {
    problems.push(
      warning(
        'txt.header-fields',
        lineNo,
        localized(
          `地块说明行只有 ${fields.length + 1} 项,应为 9 项,缺项按空读取`,
          `the parcel header has ${fields.length + 1} fields, not 9; those missing are read as empty`,
        ),
      ),
    );
  } else if (extra.some((field) => field !== '')) {
    problems.push({
      rule: 'txt.header-extra',
      severity: 'note',
      line: lineNo,
      message: localized(
        `地块说明行有 ${extra.length} 项超出标准,内容保留在“备注”中`,
        `the parcel header has ${extra.length} fields beyond the standard; kept in 备注`,
      ),
    });
  }
  return {
    line: lineNo,
    pointCount: repeated(fields[0] ?? ''),
    area: repeated(fields[1] ?? ''),
    number: repeated(fields[2] ?? ''),
    name: repeated(name),
    figureKind: repeated(fields[at] ?? ''),
    sheet: repeated(fields[at + 1] ?? ''),
    use: repeated(fields[at + 2] ?? ''),
    code: repeated(fields[at + 3] ?? ''),
    extra: extra.length === 0 ? NO_TEXTS : extra,
    points: [],
    problems,
  };
}

const NO_TEXTS: readonly string[] = [];

interface PointLine {
  readonly id: string;
  readonly ring: string;
  readonly first: number;
  readonly second: number;
  readonly wideComma: boolean;
  readonly extra: boolean;
  readonly noRing: boolean;
}

/** `点号,圈号,X,Y`; the first two neighbours that can be coordinates are the pair, the whole number before them the ring. */
function pointOf(line: string): PointLine | undefined {
  const ascii = line.includes(',') && !/[，;；\t]/.test(line);
  let fields = ascii ? line.split(',') : line.split(/[,，;；\t]/);
  let blanks = false;
  if (fields.length < 3) {
    fields = line.split(/[\s\u3000,，]+/);
    blanks = true;
  }
  if (fields.length < 2 || fields.length > 12) return undefined;
  const texts = fields.map(plain);
  const values = texts.map(numberOf);
  let at = -1;
  for (let i = 0; i + 1 < texts.length && at === -1; i++) {
    if (isCoordinate(values[i]!, texts[i]!) && isCoordinate(values[i + 1]!, texts[i + 1]!)) at = i;
  }
  // Numbers too small or too bare for the rule above are still the pair where they stand in its official place.
  if (at === -1 && values.length >= 4 && Number.isFinite(values[2]) && Number.isFinite(values[3])) at = 2;
  if (at === -1) return undefined;
  // A whole number right before the pair is the ring number, unless it is the only thing there: then it is the point.
  const ringText = at >= 2 && /^\d{1,6}$/.test(texts[at - 1]!) ? String(Number(texts[at - 1])) : '';
  return {
    id: at >= 1 ? texts[0]! : '',
    ring: ringText,
    first: values[at]!,
    second: values[at + 1]!,
    wideComma: !ascii || blanks,
    extra: texts.slice(at + 2).some((field) => field !== ''),
    noRing: ringText === '',
  };
}

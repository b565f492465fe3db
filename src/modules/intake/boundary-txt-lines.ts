import { localized, type Localized, type Problem } from '../../kernel/index.ts';

/** One point line: 点号, 圈号, then the two coordinates in the order of the file (officially north, east). */
export interface TxtPoint {
  readonly line: number;
  readonly id: string;
  readonly ring: string;
  readonly first: number;
  readonly second: number;
}

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
  readonly points: TxtPoint[];
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

/**
 * Takes a boundary TXT (勘测定界界址点坐标交换格式) apart into keys, parcels and points, and says with the line
 * number what it had to put up with. Only lines are judged here; coordinates are understood in boundary-txt.ts.
 */
export function readTxtLines(text: string): TxtLines {
  const keys = new Map<string, { value: string; line: number }>();
  const sections: string[] = [];
  const parcels: TxtParcel[] = [];
  const problems: TxtProblem[] = [];
  let current: TxtParcel | undefined;
  let loneReturns = 0;
  let wideCommaLine = 0;
  let extraColumnLine = 0;
  let lineNo = 0;
  const mayHoldStrange = /[\uFEFF\u200B]/.test(text) || text.includes('\u0000') || text.includes('\u001A');
  for (const [written, ending] of linesOf(text)) {
    lineNo++;
    if (ending === '\r') loneReturns++;
    const official = current && OFFICIAL_POINT.exec(written);
    if (official) {
      current!.points.push({
        line: lineNo,
        id: official[1]!,
        ring: String(Number(official[2])),
        first: Number(official[3]),
        second: Number(official[4]),
      });
      continue;
    }
    const line = (
      mayHoldStrange
        ? written
            .replace(/[\uFEFF\u200B]/g, '')
            .replaceAll('\u0000', '')
            .replaceAll('\u001A', '')
        : written
    ).replace(/^[\s\u3000]+|[\s\u3000]+$/g, '');
    if (line === '') continue;
    const section = SECTION.exec(line);
    if (section) {
      sections.push(section[1]!.replace(/\s/g, ''));
      current = undefined;
      continue;
    }
    if (/[@＠][\s,，;；]*$/.test(line)) {
      current = parcelOfHeader(line, lineNo);
      parcels.push(current);
      continue;
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
      continue;
    }
    const point = pointOf(line, lineNo);
    if (point) {
      if (!current) {
        current = emptyParcel(lineNo);
        parcels.push(current);
        current.problems.push(
          warning(
            'txt.header-missing',
            lineNo,
            localized('界址点前没有地块说明行(以 @ 结尾)', 'points without a parcel header (a line ending in @)'),
          ),
        );
      }
      current.points.push(point.point);
      if (point.wideComma && wideCommaLine === 0) wideCommaLine = lineNo;
      if (point.extra && extraColumnLine === 0) extraColumnLine = lineNo;
      if (point.noRing && !current.problems.some((found) => found.rule === 'txt.ring-number-missing')) {
        current.problems.push(
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
      continue;
    }
    if (looksLikeHeader(line)) {
      current = parcelOfHeader(line, lineNo);
      current.problems.push(
        warning(
          'txt.header-mark-missing',
          lineNo,
          localized('地块说明行缺少结尾的“@”', 'the parcel header lacks its closing “@”'),
        ),
      );
      parcels.push(current);
      continue;
    }
    if (pair) {
      if (keys.get(pair[1]!.replace(/[\s\u3000]/g, ''))?.value === pair[3]!.trim()) continue;
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
      continue;
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
  if (loneReturns > 0 && text.includes('\n'))
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
  return { keys, sections, parcels, problems };
}

/** Lines with what ended them: CRLF, LF, or CR alone (`\r`), and the rarer line and next-line marks. */
function* linesOf(text: string): Generator<readonly [line: string, ending: string]> {
  const ends = /\r\n|[\r\n\u2028\u0085]/g;
  let start = 0;
  for (let match = ends.exec(text); match; match = ends.exec(text)) {
    yield [text.slice(start, match.index), match[0]];
    start = ends.lastIndex;
  }
  if (start < text.length) yield [text.slice(start), ''];
}

function warning(rule: string, line: number, message: Localized): TxtProblem {
  return { rule, severity: 'warning', line, message };
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
function parcelOfHeader(line: string, lineNo: number): TxtParcel {
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
    pointCount: fields[0] ?? '',
    area: fields[1] ?? '',
    number: fields[2] ?? '',
    name,
    figureKind: fields[at] ?? '',
    sheet: fields[at + 1] ?? '',
    use: fields[at + 2] ?? '',
    code: fields[at + 3] ?? '',
    extra,
    points: [],
    problems,
  };
}

interface PointLine {
  readonly point: TxtPoint;
  readonly wideComma: boolean;
  readonly extra: boolean;
  readonly noRing: boolean;
}

/** `点号,圈号,X,Y`; the first two neighbours that can be coordinates are the pair, the whole number before them the ring. */
function pointOf(line: string, lineNo: number): PointLine | undefined {
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
    point: { line: lineNo, id: at >= 1 ? texts[0]! : '', ring: ringText, first: values[at]!, second: values[at + 1]! },
    wideComma: !ascii || blanks,
    extra: texts.slice(at + 2).some((field) => field !== ''),
    noRing: ringText === '',
  };
}

import { isUtf8 } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { once } from 'node:events';
import {
  localized,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
  type Refusal,
  type Result,
} from '../../../kernel/index.ts';
import { findEncoding } from '../encoding.server.ts';
import { encodingOfBom, encodingOfLabel, looksLikeUtf16, type TextEncoding } from '../encoding.ts';
import {
  RefusalError,
  type FieldType,
  type FormatReader,
  type OpenedSource,
  type ReadOptions,
  type SourceField,
} from '../format.ts';
import type { EncodingEvidence } from '../views.ts';
import { createBatchBuilder, type CoordinateRules } from './batch-builder.ts';
import { streamBytes, withFile } from './byte-stream.server.ts';
import { addGeoJsonGeometry } from './geojson-geometry.ts';
import { mayNeedRepair, repairJson } from './json-repair.ts';
import { createJsonSplitter, type JsonProblem } from './json-splitter.ts';
import { fileProblem, realValue, sourceOfHead, textValue, type LayerHead } from './reading.ts';
import { corrupt, emptyFile, refusal, refused, truncated } from './refusals.ts';
import { temporaryDirectory } from './zip-archive.server.ts';

/**
 * GeoJSON (RFC 7946 and its 2008 ancestor with a `crs` member) and GeoJSONSeq. The text is gone through twice: first
 * to find where each feature lies and which attributes there are, then to read the features one at a time with
 * `JSON.parse`. Neither the text nor more than one parsed feature is ever held.
 */
export const geojsonReader: FormatReader = { format: 'geojson', open: openGeojson };

const NAME = 'GeoJSON';
const PIECE = 1 << 20;
/** A single feature larger than this is no parcel (and near the longest string of the engine). */
const MAX_FEATURE_BYTES = 256 * 1024 * 1024;

/** The members of the outermost object that say anything to us (of a sequence: of its first feature). */
const MEMBERS_READ: ReadonlySet<string> = new Set(['type', 'name', 'crs', 'geometryType', 'spatialReference']);

/** What the first pass finds. */
interface Contents {
  readonly count: number;
  /** Places of features in the text: from, to, from, to, … */
  readonly ranges: Float64Array;
  readonly fields: readonly SourceField[];
  readonly members: ReadonlyMap<string, unknown>;
  readonly needsRepair: boolean;
  readonly problems: readonly Problem[];
}

async function openGeojson(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const file = basename(path);
  const text = await asUtf8(path, file, options);
  if (!text.ok) return text;
  const { utf8Path, startAt, encoding, drop } = text.value;
  let kept = false;
  try {
    const contents = await withFile(utf8Path, (handle, size) => survey(handle, size, startAt, file));
    if (!contents.ok) return contents;
    const { members, fields, problems, count } = contents.value;
    const foreign = refusalOfForeignJson(file, members, count);
    if (foreign) return refused(foreign);
    const crs = crsOfMembers(members);
    kept = true;
    const head: LayerHead = {
      format: 'geojson',
      file,
      layerName: layerNameOf(file, members),
      fields,
      featureCount: count,
      encoding,
      problems: [...problems, ...crs.problems],
      crs: { epsgFromMetadata: crs.epsg, wkt: crs.wkt },
      ...(crs.isDefault
        ? { crsIfContradicted: { crs: { epsgFromMetadata: null }, problem: PROJECTED_WITHOUT_CRS } }
        : {}),
      scan: (rules) => scan(utf8Path, file, contents.value, rules),
      close: drop,
    };
    return await sourceOfHead(head, options);
  } finally {
    if (!kept) await drop();
  }
}

function layerNameOf(file: string, members: ReadonlyMap<string, unknown>): string {
  const name = members.get('name');
  return typeof name === 'string' && name !== '' && members.get('type') === 'FeatureCollection'
    ? name
    : file.replace(/\.[^.]+$/, '');
}

interface Utf8Text {
  readonly utf8Path: string;
  /** Length of the byte order mark. */
  readonly startAt: number;
  readonly encoding: EncodingEvidence | null;
  drop(): Promise<void>;
}

/** The file itself where it is UTF-8 (as it must be), else a re-encoded copy. */
async function asUtf8(path: string, file: string, options: ReadOptions): Promise<Result<Utf8Text, Refusal[]>> {
  const found = await withFile(path, async (handle, size) => {
    if (size === 0) return null;
    const head = new Uint8Array(Math.min(size, 4096));
    await handle.read(head, 0, head.length, 0);
    const bom = encodingOfBom(head);
    const user = options.encoding === undefined ? undefined : encodingOfLabel(options.encoding);
    const encoding = user ?? bom?.encoding ?? looksLikeUtf16(head);
    if (encoding !== undefined && encoding !== 'utf-8') {
      const decidedBy = user ? ('user' as const) : bom ? ('bom' as const) : ('format' as const);
      return { encoding, startAt: bom?.length ?? 0, evidence: { encoding, decidedBy, samples: [], notes: [] } };
    }
    const badLine = await firstLineNotUtf8(handle, size);
    if (badLine === null) return { encoding: 'utf-8' as const, startAt: bom?.length ?? 0, evidence: null };
    const evidence = findEncoding({ samples: [{ field: 'text', bytes: badLine }] });
    return { encoding: evidence.encoding as TextEncoding, startAt: bom?.length ?? 0, evidence };
  });
  if (found === null) return refused(emptyFile(file));
  if (found.encoding === 'utf-8') {
    return {
      ok: true,
      value: { utf8Path: path, startAt: found.startAt, encoding: found.evidence, drop: async () => {} },
    };
  }
  const directory = await temporaryDirectory('text');
  const utf8Path = join(directory.path, 'text.geojson');
  await recode(path, utf8Path, found.encoding, found.startAt);
  return { ok: true, value: { utf8Path, startAt: 0, encoding: found.evidence, drop: directory.drop } };
}

/** Some bytes around the first place that is not UTF-8, or null where all of it is. */
async function firstLineNotUtf8(handle: FileHandle, size: number): Promise<Uint8Array | null> {
  const buffer = Buffer.alloc(PIECE + 4);
  let carried = 0;
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(buffer, carried, PIECE, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const filled = carried + bytesRead;
    const whole = at >= size ? filled : filled - unfinished(buffer, filled);
    if (!isUtf8(buffer.subarray(0, whole))) return lineAround(buffer.subarray(0, whole));
    carried = filled - whole;
    buffer.copyWithin(0, whole, filled);
  }
  return null;
}

/** How many of the last bytes begin a UTF-8 sequence that is not complete yet (0–3). */
function unfinished(bytes: Uint8Array, length: number): number {
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back]!;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** The stretch of text bytes, without quotes, around the first sequence that is not UTF-8. */
function lineAround(bytes: Uint8Array): Uint8Array {
  let low = 0;
  let high = bytes.length;
  // The shortest prefix that is not UTF-8 ends within the bad sequence.
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isUtf8(bytes.subarray(0, middle - unfinished(bytes, middle)))) low = middle;
    else high = middle;
  }
  const isEnd = (byte: number): boolean => byte === 0x22 || byte < 0x20;
  let from = low;
  while (from > 0 && low - from < 120 && !isEnd(bytes[from - 1]!)) from--;
  let to = low;
  while (to < bytes.length && to - low < 120 && !isEnd(bytes[to]!)) to++;
  return bytes.slice(from, to);
}

async function recode(from: string, to: string, encoding: TextEncoding, startAt: number): Promise<void> {
  await withFile(from, async (handle, size) => {
    const decoder = new TextDecoder(encoding);
    const out = createWriteStream(to);
    const failed = once(out, 'error').then(([error]) => Promise.reject(error));
    failed.catch(() => {});
    const buffer = new Uint8Array(PIECE);
    for (let at = startAt; at < size; ) {
      const { bytesRead } = await handle.read(buffer, 0, PIECE, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const text = decoder.decode(buffer.subarray(0, bytesRead), { stream: at < size });
      if (!out.write(text)) await Promise.race([once(out, 'drain'), failed]);
    }
    out.end();
    await Promise.race([once(out, 'close'), failed]);
  });
}

/** First pass: where the features are, which attributes they have, and the other members of the collection. */
async function survey(
  handle: FileHandle,
  size: number,
  startAt: number,
  file: string,
): Promise<Result<Contents, Refusal[]>> {
  let held = Buffer.alloc(2 * PIECE);
  /** Place, in the splitter's count, of the first byte held. */
  let heldFrom = 0;
  let heldLength = 0;
  let count = 0;
  let ranges = new Float64Array(2048);
  const members = new Map<string, unknown>();
  const schema = createSchema();
  let bad: Refusal | null = null;
  const textOf = (from: number, to: number): string => held.toString('utf8', from - heldFrom, to - heldFrom);

  const splitter = createJsonSplitter({
    feature(from, to, propertiesFrom, propertiesTo) {
      if (2 * count === ranges.length) {
        const larger = new Float64Array(2 * ranges.length);
        larger.set(ranges);
        ranges = larger;
      }
      ranges[2 * count] = from;
      ranges[2 * count + 1] = to;
      if (propertiesFrom >= 0 && bad === null) {
        const error = schema.add(textOf(propertiesFrom, propertiesTo));
        if (error) bad = syntaxRefusal(file, count, null);
      }
      count++;
    },
    member(name, from, to) {
      if (!MEMBERS_READ.has(name) || members.has(name) || to - from > 65_536) return;
      const { text } = repairJson(textOf(from, to));
      try {
        members.set(name, JSON.parse(text));
      } catch {
        bad ??= syntaxRefusal(file, null, null);
      }
    },
  });
  for (let at = startAt; at < size; ) {
    const needed = Math.min(splitter.neededFrom(), heldFrom + heldLength);
    const dropped = needed - heldFrom;
    held.copyWithin(0, dropped, heldLength);
    heldFrom = needed;
    heldLength -= dropped;
    if (heldLength + PIECE > held.length) {
      if (heldLength > MAX_FEATURE_BYTES) return refused(featureTooLarge(file, count));
      const larger = Buffer.alloc(2 * held.length);
      held.copy(larger, 0, 0, heldLength);
      held = larger;
    }
    const { bytesRead } = await handle.read(held, heldLength, PIECE, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const piece = held.subarray(heldLength, heldLength + bytesRead);
    heldLength += bytesRead;
    if (!splitter.push(piece)) break;
    if (bad) return refused(bad);
  }
  if (!splitter.problem) splitter.end();
  if (splitter.problem) return refused(await problemRefusal(handle, file, startAt, splitter.problem, count));
  if (bad) return refused(bad);
  if (members.get('type') === 'FeatureCollection' && !splitter.sawFeatures) return refused(noFeatures(file));
  const { fields, problems, needsRepair } = schema.result();
  // The splitter counts from the end of the byte order mark.
  for (let i = 0; i < 2 * count; i++) ranges[i]! += startAt;
  return { ok: true, value: { count, ranges: ranges.slice(0, 2 * count), fields, members, needsRepair, problems } };
}

interface SchemaResult {
  readonly fields: SourceField[];
  readonly problems: Problem[];
  readonly needsRepair: boolean;
}

/** Gathers names and types of attributes over all features. */
function createSchema(): { add(text: string): boolean; result(): SchemaResult } {
  const types = new Map<string, FieldType | null>();
  let nans = 0;
  let longIntegers = 0;
  return {
    add(text) {
      let parsed: unknown;
      let source = text;
      if (mayNeedRepair(text)) {
        const repaired = repairJson(text);
        nans += repaired.nans;
        longIntegers += repaired.longIntegers;
        source = repaired.text;
      }
      try {
        parsed = JSON.parse(source);
      } catch {
        return true;
      }
      if (parsed === null || typeof parsed !== 'object') return false;
      for (const name in parsed)
        types.set(name, joinTypes(types.get(name), typeOf((parsed as Record<string, unknown>)[name])));
      return types.size > 4096;
    },
    result() {
      const fields = [...types].map(([name, type]) => ({ name, type: type ?? ('text' as const) }));
      const problems: Problem[] = [];
      if (nans > 0) {
        problems.push(
          fileProblem(
            'geojson.nan',
            'warning',
            localized(
              `属性中有 ${nans} 处 NaN,不符合 JSON,按空值读取`,
              `${nans} attribute values are NaN, which JSON does not know; read as empty.`,
            ),
          ),
        );
      }
      if (longIntegers > 0) {
        problems.push(
          fileProblem(
            'geojson.long-integer',
            'note',
            localized(
              `属性中有 ${longIntegers} 个超过 15 位的整数,按文本读取以保留全部数字`,
              `${longIntegers} attribute values are whole numbers too long for a double; read as text, so that no digit is lost.`,
            ),
          ),
        );
      }
      return { fields, problems, needsRepair: nans > 0 || longIntegers > 0 };
    },
  };
}

function typeOf(value: unknown): FieldType | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
  return 'text';
}

function joinTypes(a: FieldType | null | undefined, b: FieldType | null): FieldType | null {
  if (a === undefined || a === null) return b;
  if (b === null || a === b) return a;
  return (a === 'integer' && b === 'real') || (a === 'real' && b === 'integer') ? 'real' : 'text';
}

/** Second pass: the features themselves. */
async function* scan(
  path: string,
  file: string,
  contents: Contents,
  rules: CoordinateRules,
): AsyncGenerator<FeatureBatch> {
  const { ranges, count, fields, needsRepair } = contents;
  const handle = await open(path, 'r');
  try {
    const stream = streamBytes(handle, (await handle.stat()).size);
    const builder = createBatchBuilder(fields, rules);
    const values: AttributeValue[] = Array.from({ length: fields.length }, (): AttributeValue => null);
    for (let featureNo = 0; featureNo < count; featureNo++) {
      const from = ranges[2 * featureNo]!;
      const length = ranges[2 * featureNo + 1]! - from;
      if (length > MAX_FEATURE_BYTES) throw new RefusalError([featureTooLarge(file, featureNo)]);
      stream.skip(from - stream.position);
      const bytes = stream.peek(length) ?? (await stream.fill(length));
      if (!bytes) throw new RefusalError([truncated({ file, featureNo }, NAME)]);
      const feature = parseFeature(Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8'), needsRepair);
      if (feature === null) throw new RefusalError([syntaxRefusal(file, featureNo, await lineOf(handle, from))]);
      builder.beginFeature(featureNo);
      const isFeature = feature.type === 'Feature';
      addGeoJsonGeometry(builder, isFeature ? feature.geometry : feature);
      const properties =
        isFeature && typeof feature.properties === 'object'
          ? (feature.properties as Record<string, unknown> | null)
          : null;
      for (let i = 0; i < fields.length; i++) values[i] = attributeOf(properties?.[fields[i]!.name]);
      const batch = builder.endFeature(values);
      stream.skip(length);
      if (batch) yield batch;
    }
    const last = builder.finish();
    if (last) yield last;
  } finally {
    await handle.close();
  }
}

function parseFeature(text: string, needsRepair: boolean): Record<string, unknown> | null {
  try {
    return JSON.parse(needsRepair ? repairJson(text).text : text) as Record<string, unknown>;
  } catch {
    if (needsRepair) return null;
  }
  try {
    return JSON.parse(repairJson(text).text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function attributeOf(value: unknown): AttributeValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return textValue(value);
  if (typeof value === 'number') return realValue(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return JSON.stringify(value);
}

interface CrsOfFile {
  readonly epsg: number | null;
  readonly wkt: string | null;
  readonly isDefault: boolean;
  readonly problems: readonly Problem[];
}

function crsOfMembers(members: ReadonlyMap<string, unknown>): CrsOfFile {
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

const PROJECTED_WITHOUT_CRS = fileProblem(
  'geojson.projected',
  'warning',
  localized(
    'GeoJSON 没有 crs 成员时应为经纬度,但坐标是米,已按数值判断坐标系',
    'GeoJSON without a crs member holds longitude and latitude, but the coordinates are metres; their CRS was found from the numbers.',
  ),
  localized('请确认坐标系', 'Confirm the CRS.'),
);

function refusalOfForeignJson(file: string, members: ReadonlyMap<string, unknown>, count: number): Refusal | undefined {
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
    return notGeojson(
      `JSON 的 type 是“${String(type).slice(0, 40)}”,不是 GeoJSON`,
      `The type of the JSON is “${String(type).slice(0, 40)}”, which is not GeoJSON.`,
    );
  }
  if (type === undefined)
    return notGeojson('JSON 没有 type 成员,不是 GeoJSON', 'The JSON has no type member; it is not GeoJSON.');
  return undefined;
}

async function problemRefusal(
  handle: FileHandle,
  file: string,
  startAt: number,
  problem: JsonProblem,
  count: number,
): Promise<Refusal> {
  const line = await lineOf(handle, startAt + problem.at);
  switch (problem.kind) {
    case 'truncated':
      return truncated({ file, line, featureNo: count }, NAME);
    case 'too-deep':
      return corrupt({ file, line }, NAME, '嵌套层数超过 64', 'it is nested more than 64 deep');
    case 'not-json':
      return refusal(
        'INTAKE_NOT_GEOJSON',
        { file },
        '文件内容不是 JSON 对象',
        'The file does not hold a JSON object.',
        '请导出为 GeoJSON',
        'Export as GeoJSON.',
      );
    default:
      return syntaxRefusal(file, count, line);
  }
}

function syntaxRefusal(file: string, featureNo: number | null, line: number | null): Refusal {
  return refusal(
    'INTAKE_GEOJSON_SYNTAX',
    { file, ...(featureNo === null ? {} : { featureNo }), ...(line === null ? {} : { line }) },
    'JSON 语法错误(常见:多余的逗号、缺引号、手工修改过)',
    'The JSON has a syntax error (often a comma too many, a missing quote, an edit by hand).',
    '请改正该处,或从原软件重新导出',
    'Correct it there, or export it again.',
  );
}

function noFeatures(file: string): Refusal {
  return refusal(
    'INTAKE_NOT_GEOJSON',
    { file },
    'FeatureCollection 没有 features 数组',
    'The FeatureCollection has no features array.',
    '请从原软件重新导出',
    'Export it again from the source software.',
  );
}

function featureTooLarge(file: string, featureNo: number): Refusal {
  return refusal(
    'INTAKE_FEATURE_TOO_LARGE',
    { file, featureNo },
    '单个要素超过 256 MB',
    'A single feature is larger than 256 MB.',
    '请拆分该要素',
    'Split the feature.',
  );
}

/** The 1-based line of a place in the text. */
async function lineOf(handle: FileHandle, at: number): Promise<number> {
  const buffer = Buffer.alloc(PIECE);
  let line = 1;
  for (let from = 0; from < at; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(PIECE, at - from), from);
    if (bytesRead === 0) break;
    for (let i = buffer.indexOf(10); i >= 0 && i < bytesRead; i = buffer.indexOf(10, i + 1)) line++;
    from += bytesRead;
  }
  return line;
}

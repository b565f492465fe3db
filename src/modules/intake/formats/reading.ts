import {
  featureCount,
  localized,
  ok,
  type AttributeValue,
  type FeatureBatch,
  type Localized,
  type Problem,
  type Refusal,
  type Result,
} from '../../../kernel/index.ts';
import { DEGREES_TAKEN, resolveCrs, type CrsClues, type ResolvedCrs } from '../crs-detection.ts';
import { stripOfEpsg } from '../crs-names.ts';
import { shiftToCgcs2000 } from '../datum-shift.ts';
import { encodingOfLabel } from '../encoding.ts';
import {
  RefusalError,
  type CancelSignal,
  type OpenedSource,
  type ReadOptions,
  type SourceField,
  type SourceFormat,
} from '../format.ts';
import type { EncodingEvidence } from '../views.ts';
import { noSuchLayer, refusal, refused } from './refusals.ts';
import { AS_DELIVERED, type CoordinateRules } from './batch-builder.ts';

/** What a container reader knows once it has read the head of a layer. */
export interface LayerHead {
  readonly format: SourceFormat;
  readonly file: string;
  readonly layerName: string;
  readonly fields: readonly SourceField[];
  readonly featureCount: number | null;
  readonly encoding: EncodingEvidence | null;
  readonly problems: readonly Problem[];
  /** What the container says about its CRS; the ranges are taken from the first features. */
  readonly crs: Omit<CrsClues, 'xRange' | 'yRange' | 'userEpsg' | 'place'>;
  /** Clues to try instead where the first ones contradict the coordinates, and what to say when they are taken. */
  readonly crsIfContradicted?: { readonly crs: LayerHead['crs']; readonly problem: Problem };
  /** At most so many vertices, where the size of the file tells. */
  readonly mostVertices?: number;
  /** Reads the features from the first one on; throws `RefusalError` where the body cannot be read. */
  scan(rules: CoordinateRules): AsyncGenerator<FeatureBatch> | Generator<FeatureBatch>;
  close(): Promise<void>;
}

/**
 * Decides the CRS of a layer from its head and its first batch, and makes the source of it. On refusal the head is
 * closed. From then on a feature whose coordinates cannot belong to the CRS is refused by itself.
 */
export async function sourceOfHead(head: LayerHead, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  if (options.encoding !== undefined && encodingOfLabel(options.encoding) === undefined) {
    await head.close();
    return refused(unknownEncoding(head.file, options.encoding));
  }
  let resolved: Result<ResolvedCrs, Refusal[]>;
  try {
    resolved = resolveFromFirstBatch(head, options, await firstBatchWithGeometry(head));
  } catch (error) {
    await head.close();
    if (error instanceof RefusalError) return { ok: false, error: [...error.refusals] };
    throw error;
  }
  if (!resolved.ok) {
    await head.close();
    return resolved;
  }
  const { crs, swapAxes, shift, problems } = resolved.value;
  const rules: CoordinateRules = {
    swapAxes,
    bounds: boundsOf(crs.epsg),
    // Before a conversion between datums the box would be compared with other coordinates than the caller's.
    ...(options.box === undefined || shift ? {} : { within: options.box }),
  };
  return ok({
    format: head.format,
    layerName: head.layerName,
    fields: head.fields,
    featureCount: head.featureCount,
    encoding: head.encoding,
    crs,
    problems: [...head.problems, ...problems],
    async *batches(signal?: CancelSignal) {
      for await (const batch of head.scan(rules)) {
        if (signal?.cancelled) return;
        yield shift ? { ...batch, coords: shiftToCgcs2000(batch.coords, crs.epsg, shift) } : batch;
      }
    },
    async *whole(goOn = () => true, room) {
      for await (const batch of head.scan({
        ...rules,
        whole: { vertices: head.mostVertices ?? 0, goOn, ...(room === undefined ? {} : { room }) },
      })) {
        yield shift ? { ...batch, coords: shiftToCgcs2000(batch.coords, crs.epsg, shift) } : batch;
      }
    },
    close: () => head.close(),
  });
}

/** At most this many batches are looked through for coordinates; more without any is a layer without geometry. */
const BATCHES_LOOKED_AT = 16;

async function firstBatchWithGeometry(head: LayerHead): Promise<FeatureBatch | null> {
  let looked = 0;
  for await (const batch of head.scan(AS_DELIVERED)) {
    if (batch.coords.length > 0) return batch;
    if (++looked === BATCHES_LOOKED_AT) break;
  }
  return null;
}

type Range = readonly [number, number];

function resolveFromFirstBatch(
  head: LayerHead,
  options: ReadOptions,
  batch: FeatureBatch | null,
): Result<ResolvedCrs, Refusal[]> {
  const clues = {
    ...head.crs,
    userEpsg: options.crs ?? null,
    datumParameters: options.datumParameters ?? null,
    place: { file: head.file, layer: head.layerName },
  };
  const boxes = batch === null ? [] : featureBoxes(batch);
  const whole = resolveCrs({ ...clues, ...rangesOf(boxes) });
  const other = head.crsIfContradicted;
  if (other && !options.crs && !whole.ok && whole.error[0]?.code === 'INTAKE_CRS_METRES_AS_DEGREES') {
    const second = resolveCrs({ ...other.crs, place: clues.place, ...rangesOf(boxes) });
    return second.ok ? ok({ ...second.value, problems: [other.problem, ...second.value.problems] }) : second;
  }
  if (whole.ok || boxes.length < 20) return whole;
  // One wild feature must not hide the CRS of the others: without the outermost 5 % the answer may be clear, and
  // the wild ones are refused one by one later.
  const code = whole.error[0]?.code;
  if (code !== 'INTAKE_CRS_OUT_OF_RANGE' && code !== 'INTAKE_CRS_UNKNOWN' && code !== 'INTAKE_CRS_METRES_AS_DEGREES') {
    return whole;
  }
  const core = resolveCrs({ ...clues, ...rangesOf(withoutOutliers(boxes)) });
  return core.ok ? core : whole;
}

function featureBoxes(batch: FeatureBatch): (readonly [number, number, number, number])[] {
  const boxes: (readonly [number, number, number, number])[] = [];
  for (let f = 0; f < featureCount(batch); f++) {
    const from = batch.ringStarts[batch.featureRings[f]!]!;
    const to = batch.ringStarts[batch.featureRings[f + 1]!]!;
    if (from === to) continue;
    let minX = Infinity;
    let minY = Infinity;
    let maxX = -Infinity;
    let maxY = -Infinity;
    for (let i = from; i < to; i++) {
      minX = Math.min(minX, batch.coords[2 * i]!);
      maxX = Math.max(maxX, batch.coords[2 * i]!);
      minY = Math.min(minY, batch.coords[2 * i + 1]!);
      maxY = Math.max(maxY, batch.coords[2 * i + 1]!);
    }
    boxes.push([minX, minY, maxX, maxY]);
  }
  return boxes;
}

function rangesOf(boxes: readonly (readonly [number, number, number, number])[]): {
  xRange: Range | null;
  yRange: Range | null;
} {
  if (boxes.length === 0) return { xRange: null, yRange: null };
  let [minX, minY, maxX, maxY] = boxes[0]!;
  for (const box of boxes) {
    minX = Math.min(minX, box[0]);
    minY = Math.min(minY, box[1]);
    maxX = Math.max(maxX, box[2]);
    maxY = Math.max(maxY, box[3]);
  }
  return { xRange: [minX, maxX], yRange: [minY, maxY] };
}

function withoutOutliers(
  boxes: readonly (readonly [number, number, number, number])[],
): readonly (readonly [number, number, number, number])[] {
  let kept = [...boxes];
  const drop = Math.floor(boxes.length * 0.05);
  for (const axis of [0, 1] as const) {
    kept.sort((a, b) => a[axis] + a[axis + 2]! - b[axis] - b[axis + 2]!);
    kept = kept.slice(drop, kept.length - drop);
  }
  return kept;
}

/** What a coordinate of the CRS can be, generously: beyond it lies another zone or no place at all. */
function boundsOf(epsg: number): readonly [number, number, number, number] {
  const strip = stripOfEpsg(epsg);
  if (strip === undefined) return DEGREES_TAKEN;
  if (!strip.prefixed) return [-1_000_000, -100_000, 2_000_000, 10_100_000];
  return [strip.zone * 1_000_000, -100_000, (strip.zone + 1) * 1_000_000, 10_100_000];
}

/** Why a file of one layer has not the layer asked for: it is called neither that nor does its file. */
export function refusalOfLayer({ layer }: ReadOptions, file: string, layerName: string): Refusal | undefined {
  if (layer === undefined) return undefined;
  const names = [layerName, file.replace(/\.[^.]+$/, '')].map((name) => name.toLowerCase());
  return names.includes(layer.toLowerCase()) ? undefined : noSuchLayer(file, layer, [layerName]);
}

function unknownEncoding(file: string, name: string): Refusal {
  return refusal(
    'INTAKE_ENCODING_UNKNOWN',
    { file },
    `不认识的文字编码“${name}”`,
    `There is no text encoding “${name}” that is known.`,
    '可用:utf-8、gb18030(gbk、gb2312)、utf-16le、utf-16be',
    'Use one of: utf-8, gb18030 (gbk, gb2312), utf-16le, utf-16be.',
  );
}

/** A note or warning about the file as a whole. */
export function fileProblem(
  rule: string,
  severity: Problem['severity'],
  message: Localized,
  remedy?: Localized,
  field?: string,
): Problem {
  return {
    rule,
    severity,
    featureNo: null,
    id: null,
    message,
    ...(remedy ? { remedy } : {}),
    ...(field === undefined ? {} : { field }),
  };
}

/** An integer of the source: a number while exact, else its digits. */
export function integerValue(value: bigint | number): AttributeValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** A float of the source; NaN and infinities mean nothing to a survey and are null. */
export function realValue(value: number): AttributeValue {
  return Number.isFinite(value) ? value : null;
}

/** Text of the source. NUL bytes, left by careless writers and refused by databases, are dropped. */
export function textValue(value: string): string {
  return value.includes('\u0000') ? value.replaceAll('\u0000', '') : value;
}

/** The date part and time part of a source's date text in ISO form: `2024/5/1` → `2024-05-01`; others as they are. */
export function isoText(value: string): string {
  const match =
    /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$/.exec(
      value,
    );
  if (!match) return value;
  const date = `${match[1]}-${match[2]!.padStart(2, '0')}-${match[3]!.padStart(2, '0')}`;
  if (match[4] === undefined) return date;
  return `${date}T${match[4].padStart(match[4].indexOf(':') === 1 ? match[4].length + 1 : match[4].length, '0')}${match[5] ?? ''}`;
}

/** Says that a column of bytes is not read. */
export function binaryDropped(field: string): Problem {
  return fileProblem(
    'attribute.binary-dropped',
    'note',
    localized(`字段“${field}”是二进制内容,未读取`, `Field “${field}” holds binary content and is not read.`),
    undefined,
    field,
  );
}

/** Field names made unique: a repeated name gets `_2`, `_3`, …, and a name that is empty gets its place. */
export function uniqueFieldNames(names: readonly string[]): { names: string[]; problems: Problem[] } {
  const used = new Set<string>();
  const problems: Problem[] = [];
  const result = names.map((name, i) => {
    const base = name === '' ? `field_${i + 1}` : name;
    let unique = base;
    for (let n = 2; used.has(unique); n++) unique = `${base}_${n}`;
    used.add(unique);
    if (unique !== name) {
      problems.push(
        fileProblem(
          'attribute.field-renamed',
          'warning',
          name === ''
            ? localized(`第 ${i + 1} 个字段没有名称,称为“${unique}”`, `Field ${i + 1} has no name; called “${unique}”.`)
            : localized(
                `字段名“${name}”重复,后一个称为“${unique}”`,
                `Field name “${name}” repeats; the later one is called “${unique}”.`,
              ),
          undefined,
          unique,
        ),
      );
    }
    return unique;
  });
  return { names: result, problems };
}

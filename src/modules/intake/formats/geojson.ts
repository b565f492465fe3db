import type { AttributeValue, FeatureBatch, Refusal, Result } from '../../../kernel/index.ts';
import { streamOf, type ByteSource } from '../byte-source.ts';
import { RefusalError, wantsColumn, type OpenedSource, type ReadOptions, type SourceField } from '../format.ts';
import { decodeUtf8Piece } from '../text-decoding.ts';
import type { EncodingEvidence } from '../views.ts';
import { createBatchBuilder, type BatchBuilder, type CoordinateRules } from './batch-builder.ts';
import { createFeatureParser } from './geojson-feature.ts';
import { addGeoJsonGeometry } from './geojson-geometry.ts';
import { crsOfMembers, layerNameOf, PROJECTED_WITHOUT_CRS, refusalOfForeignJson } from './geojson-members.ts';
import { featureTooLarge, lineOf, syntaxRefusal } from './geojson-refusals.ts';
import { MAX_FEATURE_BYTES, surveyGeojson, type Contents } from './geojson-survey.ts';
import { repairJson } from './json-repair.ts';
import { realValue, refusalOfLayer, sourceOfHead, textValue } from './reading.ts';
import { refused, truncated } from './refusals.ts';

const NAME = 'GeoJSON';

/** What is known of a text's encoding before it is read. */
export interface TextFacts {
  /** Length of the byte order mark. */
  readonly startAt: number;
  readonly encoding: EncodingEvidence | null;
}

/**
 * GeoJSON (RFC 7946 and its 2008 ancestor with a `crs` member) and GeoJSONSeq, from UTF-8 bytes anywhere. The text is
 * gone through twice: first to find where each feature lies and which attributes there are, then to read the features
 * one at a time, straight from the bytes where they are written the ordinary way and with `JSON.parse` where not.
 * Neither the text nor more than one feature is ever held. The bytes are let go when the source is closed, or here on
 * refusal.
 */
export async function openGeojson(
  source: ByteSource,
  options: ReadOptions,
  facts: TextFacts = { startAt: 0, encoding: null },
): Promise<Result<OpenedSource, Refusal[]>> {
  let opened: Result<OpenedSource, Refusal[]> | undefined;
  try {
    opened = await openText(source, options, facts);
    return opened;
  } finally {
    if (!opened?.ok) await source.close();
  }
}

async function openText(
  source: ByteSource,
  options: ReadOptions,
  facts: TextFacts,
): Promise<Result<OpenedSource, Refusal[]>> {
  const file = source.name;
  const contents = await surveyGeojson(source, facts.startAt);
  if (!contents.ok) return contents;
  const { members, fields, problems, count } = contents.value;
  const foreign = refusalOfForeignJson(file, members, count);
  if (foreign) return refused(foreign);
  const layerName = layerNameOf(file, members);
  const other = refusalOfLayer(options, file, layerName);
  if (other) return refused(other);
  const crs = crsOfMembers(members);
  const wanted = fields.filter(({ name }) => wantsColumn(options, name));
  return sourceOfHead(
    {
      format: 'geojson',
      file,
      layerName,
      fields,
      featureCount: count,
      encoding: facts.encoding,
      problems: [...problems, ...crs.problems],
      crs: { epsgFromMetadata: crs.epsg, wkt: crs.wkt },
      ...(crs.isDefault
        ? { crsIfContradicted: { crs: { epsgFromMetadata: null }, problem: PROJECTED_WITHOUT_CRS } }
        : {}),
      // A vertex takes some 40 bytes of text; where it takes less, room is made as it is needed.
      mostVertices: options.box === undefined ? Math.ceil(source.size / 32) : 0,
      scan: (rules) => scan(source, contents.value, wanted, rules),
      close: () => source.close(),
    },
    options,
  );
}

/** Second pass: the features themselves. */
async function* scan(
  source: ByteSource,
  contents: Contents,
  fields: readonly SourceField[],
  rules: CoordinateRules,
): AsyncGenerator<FeatureBatch> {
  const { ranges, count, needsRepair } = contents;
  const file = source.name;
  const stream = streamOf(source);
  const builder = createBatchBuilder(fields, rules);
  const values: AttributeValue[] = fields.map(() => null);
  const parse = createFeatureParser(builder, fields, values);
  for (let featureNo = 0; featureNo < count; featureNo++) {
    const from = ranges[2 * featureNo]!;
    const length = ranges[2 * featureNo + 1]! - from;
    if (length > MAX_FEATURE_BYTES) throw new RefusalError([featureTooLarge(file, featureNo)]);
    stream.skip(from - stream.position);
    const bytes = stream.peek(length) ?? (await stream.fill(length));
    if (!bytes) throw new RefusalError([truncated({ file, featureNo }, NAME)]);
    builder.beginFeature(featureNo);
    if (!parse(bytes, 0, length) && !addParsed(builder, bytes, fields, values, needsRepair))
      throw new RefusalError([syntaxRefusal(file, featureNo, await lineOf(source, from))]);
    const batch = builder.endFeature(values);
    stream.skip(length);
    if (batch) yield batch;
  }
  const last = builder.finish();
  if (last) yield last;
}

/** Any feature, by `JSON.parse`; false where its text is no JSON and cannot be made so. */
function addParsed(
  builder: BatchBuilder,
  bytes: Uint8Array,
  fields: readonly SourceField[],
  values: AttributeValue[],
  needsRepair: boolean,
): boolean {
  const feature = parseFeature(decodeUtf8Piece(bytes), needsRepair);
  if (feature === null) return false;
  const isFeature = feature.type === 'Feature';
  addGeoJsonGeometry(builder, isFeature ? feature.geometry : feature);
  const properties =
    isFeature && typeof feature.properties === 'object' ? (feature.properties as Record<string, unknown> | null) : null;
  for (let i = 0; i < fields.length; i++) values[i] = attributeOf(properties?.[fields[i]!.name]);
  return true;
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

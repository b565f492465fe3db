import { basename } from 'node:path';
import { featureCount, OUTER, type AttributeValue, type FeatureBatch } from '../../../kernel/index.ts';
import type { FormatWriter, SourceField, WriteOptions, WriteReport, WriteSource } from '../format.ts';
import { writeWhole } from './whole-file.server.ts';

/**
 * Writes a FeatureCollection with a `crs` member (the 2008 form, which GDAL, QGIS and ArcGIS read): the coordinates are
 * CGCS2000, and silence would make them WGS 84. Numbers keep all their digits.
 */
export const geojsonWriter: FormatWriter = { format: 'geojson', write };

async function write(path: string, source: WriteSource, options: WriteOptions): Promise<WriteReport> {
  let features = 0;
  async function* text(): AsyncGenerator<string> {
    const name = options.layerName ?? basename(path).replace(/\.[^.]+$/, '');
    yield `{"type":"FeatureCollection","name":${JSON.stringify(name)},"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::${source.epsg}"}},"features":[`;
    for await (const batch of source.batches()) {
      const columns = new Map(batch.columns.map((column) => [column.name, column.values]));
      const values = source.fields.map((field) => columns.get(field.name));
      let piece = '';
      for (let f = 0; f < featureCount(batch); f++) {
        piece += features === 0 ? '\n' : ',\n';
        piece += `{"type":"Feature","properties":${propertiesText(source.fields, values, f)},"geometry":${geometryText(batch, f)}}`;
        features++;
        if (piece.length > 1 << 20) {
          yield piece;
          piece = '';
        }
      }
      yield piece;
    }
    yield '\n]}\n';
  }
  await writeWhole(path, text());
  return { features, renamedFields: [], problems: [] };
}

function propertiesText(
  fields: readonly SourceField[],
  values: readonly (readonly AttributeValue[] | undefined)[],
  f: number,
): string {
  const members = fields.map((field, i) => {
    const value = values[i]?.[f] ?? null;
    const written = field.type === 'boolean' && typeof value === 'number' ? value !== 0 : value;
    return `${JSON.stringify(field.name)}:${JSON.stringify(written)}`;
  });
  return `{${members.join(',')}}`;
}

function geometryText(batch: FeatureBatch, f: number): string {
  const from = batch.featureRings[f]!;
  const to = batch.featureRings[f + 1]!;
  if (from === to) return 'null';
  const polygons: string[] = [];
  let rings: string[] = [];
  for (let r = from; r < to; r++) {
    if (r > from && batch.ringRoles[r] === OUTER) {
      polygons.push(`[${rings.join(',')}]`);
      rings = [];
    }
    rings.push(ringText(batch, r));
  }
  polygons.push(`[${rings.join(',')}]`);
  return polygons.length === 1
    ? `{"type":"Polygon","coordinates":${polygons[0]}}`
    : `{"type":"MultiPolygon","coordinates":[${polygons.join(',')}]}`;
}

function ringText(batch: FeatureBatch, r: number): string {
  const from = batch.ringStarts[r]!;
  const to = batch.ringStarts[r + 1]!;
  const position = (i: number): string => `[${batch.coords[2 * i]},${batch.coords[2 * i + 1]}]`;
  let text = '[';
  for (let i = from; i < to; i++) text += `${position(i)},`;
  return `${text}${position(from)}]`;
}

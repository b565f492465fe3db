import { officialAreas, runZoneOf } from '../../../geometry/index.ts';
import {
  columnOf,
  featureCount,
  joinBatches,
  localized,
  type AttributeValue,
  type FeatureBatch,
  type PolygonLayer,
  type Problem,
} from '../../../kernel/index.ts';
import {
  BOUNDARY_FIELD_NAMES,
  formatBoundaryHead,
  formatBoundaryParcel,
  type BoundaryTxtStyle,
} from '../boundary-txt-format.ts';
import type { FormatWriter, WriteOptions, WriteReport, WriteSource } from '../format.ts';
import { encodeGb18030 } from '../gb18030.server.ts';
import { writeWhole } from './whole-file.server.ts';

/** Columns of other layers that serve as a header field where the layer has none of its own, best first. */
const STAND_INS: Readonly<Record<'number' | 'name' | 'sheet' | 'use' | 'code', readonly string[]>> = {
  number: [BOUNDARY_FIELD_NAMES.number, 'plotNumber', 'plotId', 'DKBH', 'TBBH', 'TBYBH', 'BSM', 'id', 'ID'],
  name: [BOUNDARY_FIELD_NAMES.name, 'plotName', 'name', 'NAME', 'DKMC', 'XMMC', 'ZLDWMC'],
  sheet: [BOUNDARY_FIELD_NAMES.sheet, 'TFH'],
  use: [BOUNDARY_FIELD_NAMES.use, 'DKYT', 'DLMC'],
  code: [BOUNDARY_FIELD_NAMES.code, 'DKBM', 'DLBM'],
};

/**
 * Writes a boundary TXT: areas are the official ellipsoidal areas in hectares, coordinates have 4 decimals (the official
 * area rounds there first), rings are closed. GB18030 by default; UTF-8 where a character has no place in it, which the
 * report says. Fields that are no header field are left out, which the report says too.
 */
export const boundaryTxtWriter: FormatWriter = { format: 'boundary-txt', write };

async function write(path: string, source: WriteSource, options: WriteOptions): Promise<WriteReport> {
  const style: BoundaryTxtStyle = {
    epsg: source.epsg,
    ...(options.zonePrefix === undefined ? {} : { zonePrefix: options.zonePrefix }),
    ...(options.decimals === undefined ? {} : { decimals: options.decimals }),
    ...(options.numbering === undefined ? {} : { numbering: options.numbering }),
    ...(options.pointPrefix === undefined ? {} : { pointPrefix: options.pointPrefix }),
  };
  const batches: FeatureBatch[] = [];
  for await (const batch of source.batches()) batches.push(batch);
  const layer = joinBatches(batches, source.epsg);
  const pieces = [formatBoundaryHead(style), ...parcelTexts(layer, style)];
  const text = pieces.join('');
  const problems: Problem[] = [];
  const gb = options.encoding === 'utf-8' ? undefined : encodeGb18030(text);
  if (!gb && options.encoding !== 'utf-8') {
    problems.push(
      note(
        'txt.written-as-utf-8',
        '有文字超出 GBK 字符集,文件按 UTF-8 写出',
        'some characters are outside GBK; the file is written as UTF-8',
      ),
    );
  }
  const known = new Set<string>(Object.values(BOUNDARY_FIELD_NAMES));
  const taken = new Set(Object.values(STAND_INS).map((names) => columnNameOf(layer, names)));
  const dropped = layer.columns.map((column) => column.name).filter((name) => !known.has(name) && !taken.has(name));
  if (dropped.length > 0) {
    problems.push(
      note(
        'txt.fields-left-out',
        `界址点文件没有位置存放的字段未写出:${dropped.join('、')}`,
        `fields a boundary file has no place for are left out: ${dropped.join(', ')}`,
      ),
    );
  }
  const strange = ['number', 'name', 'sheet', 'use', 'code'] as const;
  if (strange.some((key) => columnFor(layer, key)?.some((value) => /[,@]/.test(String(value ?? ''))))) {
    problems.push(
      note(
        'txt.comma-written-wide',
        '文字中的英文逗号和“@”已改为全角',
        'commas and “@” in texts are written full-width',
      ),
    );
  }
  await writeWhole(path, gb ?? new TextEncoder().encode(text));
  return { features: featureCount(layer), renamedFields: [], problems };
}

function note(rule: string, zh: string, en: string): Problem {
  return { rule, severity: 'note', featureNo: null, id: null, message: localized(zh, en) };
}

function columnNameOf(layer: PolygonLayer, names: readonly string[]): string | undefined {
  return names.find((name) => columnOf(layer, name) !== undefined);
}

function columnFor(layer: PolygonLayer, key: keyof typeof STAND_INS): readonly AttributeValue[] | undefined {
  const name = columnNameOf(layer, STAND_INS[key]);
  return name === undefined ? undefined : columnOf(layer, name);
}

function* parcelTexts(layer: PolygonLayer, style: BoundaryTxtStyle): Generator<string> {
  const areas = layer.coords.length > 0 ? officialAreas(layer, runZoneOf(layer)) : [];
  const columns = {
    number: columnFor(layer, 'number'),
    name: columnFor(layer, 'name'),
    sheet: columnFor(layer, 'sheet'),
    use: columnFor(layer, 'use'),
    code: columnFor(layer, 'code'),
  };
  for (let f = 0; f < featureCount(layer); f++) {
    const text = (values: readonly AttributeValue[] | undefined, otherwise = ''): string =>
      String(values?.[f] ?? otherwise);
    const rings: { role: number; coords: Float64Array }[] = [];
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      rings.push({
        role: layer.ringRoles[r]!,
        coords: layer.coords.subarray(2 * layer.ringStarts[r]!, 2 * layer.ringStarts[r + 1]!),
      });
    }
    const areaDm2 = rings.length > 0 ? (areas[f]?.areaDm2 ?? null) : null;
    yield formatBoundaryParcel(
      {
        number: text(columns.number, String(f + 1)),
        name: text(columns.name),
        areaDm2,
        sheet: text(columns.sheet),
        use: text(columns.use),
        code: text(columns.code),
        rings,
      },
      style,
    );
  }
}

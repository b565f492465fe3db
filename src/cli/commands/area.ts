import { officialAreas, runZoneOf, findDefects, isBlockingDefect } from '../../geometry/index.ts';
import {
  dm2FromSquareMetres,
  featureCount,
  formatHectares,
  formatMu,
  formatSquareMetres,
  localized,
  type AreaDm2,
  type AttributeValue,
  type Localized,
  type PolygonLayer,
  type Problem,
} from '../../kernel/index.ts';
import { BOUNDARY_FIELD_NAMES, type SevenParameters } from '../../modules/intake/index.ts';
import { areaToleranceDm2 } from '../../modules/quality/index.ts';
import type { Registrar } from '../command.ts';
import { EXIT } from '../exit.ts';
import { parseCrs, parseDatumParameters, parseEncoding } from '../options.ts';
import {
  columnNamed,
  idFieldOf,
  idsOf,
  isOneOf,
  mayBeIdField,
  readFileLayer,
  requireSoundRings,
  type ReadFile,
} from '../reading.ts';
import type { Terminal } from '../terminal.ts';
import { textTable } from '../text-table.ts';

interface Options {
  readonly crs?: number;
  readonly datumParameters?: SevenParameters;
  readonly layer?: string;
  readonly encoding?: string;
  readonly json?: boolean;
}

/** One parcel of the reply; the names are those other programs read. */
export interface AreaRow {
  readonly id: string;
  readonly name: string | null;
  /** Official ellipsoidal area (handbook §1.4), m² with two decimals. */
  readonly area_m2: string;
  /** What the file says: header of a boundary TXT, TBMJ; m² with two decimals. */
  readonly header_area_m2: string | null;
  readonly warnings: readonly string[];
}

const NAME_FIELDS = [BOUNDARY_FIELD_NAMES.name, 'DLMC', 'name', 'plotName', 'DKMC', 'XMMC', 'MC', 'ZLDWMC', '地块名'];
const HEADER_FIELDS = [BOUNDARY_FIELD_NAMES.areaM2, 'TBMJ', '图斑面积'];

export const registerArea: Registrar = (program, terminal, outcome) => {
  program
    .command('area')
    .summary('official areas 图斑椭球面积')
    .description('Official ellipsoidal area of every parcel of a file, in file order.')
    .argument(
      '<file>',
      'boundary TXT, zipped Shapefile or file geodatabase, GeoPackage, GeoJSON, FlatGeobuf, CSV, xlsx',
    )
    .option('--crs <epsg>', 'EPSG code of the coordinates (4525 or EPSG:4525); wins over what the file says', parseCrs)
    .option(
      '--datum-parameters <dx,dy,dz,rx,ry,rz,s>',
      "seven parameters (m, seconds, ppm) for Xi'an 80 and Beijing 54 data",
      parseDatumParameters,
    )
    .option('--layer <name>', 'layer to read where the file holds several')
    .option('--encoding <name>', 'encoding of the texts: utf-8, gb18030', parseEncoding)
    .option('--json', 'JSON array instead of a table')
    .action(async (file: string, options: Options) => {
      const read = await readFileLayer(terminal, file, {
        ...options,
        keep: (name) => mayBeIdField(name) || isOneOf([...NAME_FIELDS, ...HEADER_FIELDS], name),
      });
      requireSoundRings(terminal, read);
      const rows = areaRows(read);
      terminal.out(options.json === true ? jsonLines(rows) : areaTable(rows, terminal));
      outcome.code = EXIT.done;
    });
};

/** The rows of a layer whose rings are sound. */
export function areaRows(read: ReadFile): AreaRow[] {
  const { layer } = read;
  const areas = featureCount(layer) === 0 ? [] : officialAreas(layer, runZoneOf(layer));
  const idOf = idsOf(layer, idFieldOf(layer));
  const names = firstColumn(layer, NAME_FIELDS);
  const headers = firstColumn(layer, HEADER_FIELDS);
  const warnings = warningsOf(read);
  const warningsOfFile = warnings.get(null) ?? [];
  return areas.map(({ areaDm2 }, f) => {
    const header = headerDm2(headers?.[f]);
    const own = warnings.get(layer.featureNos[f]!) ?? [];
    const difference = read.source.format === 'boundary-txt' ? [] : differenceWarning(header, areaDm2);
    return {
      id: idOf(f),
      name: textOf(names?.[f]),
      area_m2: formatSquareMetres(areaDm2),
      header_area_m2: header === null ? null : formatSquareMetres(header),
      warnings: [...warningsOfFile, ...own, ...difference],
    };
  });
}

function firstColumn(layer: PolygonLayer, names: readonly string[]): readonly AttributeValue[] | undefined {
  for (const name of names) {
    const values = columnNamed(layer, name);
    if (values !== undefined) return values;
  }
  return undefined;
}

function textOf(value: AttributeValue | undefined): string | null {
  const text = value === null || value === undefined ? '' : String(value).trim();
  return text === '' ? null : text;
}

function headerDm2(value: AttributeValue | undefined): AreaDm2 | null {
  const text = textOf(value);
  const squareMetres = text === null ? Number.NaN : Number(text);
  return Number.isFinite(squareMetres) && squareMetres > 0 ? dm2FromSquareMetres(squareMetres) : null;
}

/** Texts of every warning and note by feature number; null: of the file. Defects that do not change areas are among them. */
function warningsOf({ layer, problems }: ReadFile): Map<number | null, string[]> {
  const texts = new Map<number | null, string[]>();
  const add = (featureNo: number | null, rule: string, message: Localized): void => {
    const list = texts.get(featureNo) ?? [];
    list.push(`${rule}: ${message.zh} / ${message.en}`);
    texts.set(featureNo, list);
  };
  // Attributes do not bear on areas, but for the area the file states.
  const bearing = ({ rule }: Problem): boolean => !rule.startsWith('attribute.');
  for (const problem of problems.filter(bearing)) add(problem.featureNo, problem.rule, problem.message);
  for (const defect of findDefects(layer).filter((found) => !isBlockingDefect(found))) {
    add(layer.featureNos[defect.feature]!, defect.rule, defect.message);
  }
  for (let f = 0; f < featureCount(layer); f++) {
    const featureNo = layer.featureNos[f]!;
    if (layer.featureRings[f] !== layer.featureRings[f + 1]) continue;
    if (texts.get(featureNo)?.some((text) => text.startsWith('geometry.missing')) === true) continue;
    add(featureNo, 'geometry.missing', localized('没有图形', 'no geometry'));
  }
  return texts;
}

function differenceWarning(header: AreaDm2 | null, computed: AreaDm2): string[] {
  if (header === null || Math.abs(header - computed) <= areaToleranceDm2(computed)) return [];
  const difference = formatSquareMetres(header - computed);
  return [
    `area.official: 文件中的面积与椭球面积相差 ${difference} 平方米 / the area the file states differs by ${difference} m²`,
  ];
}

/** A JSON array, one element a line: a person can read it, a program streams it. */
function jsonLines(rows: readonly AreaRow[]): string {
  return rows.length === 0 ? '[]\n' : `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}

function areaTable(rows: readonly AreaRow[], { language }: Terminal): string {
  const zh = language === 'zh';
  const dm2 = (text: string): AreaDm2 => Number(text.replace('.', ''));
  const line = (id: string, name: string, area: string, header: string, warnings: string): string[] => [
    id,
    name,
    area,
    formatHectares(dm2(area)),
    formatMu(dm2(area)),
    header,
    warnings,
  ];
  const total = rows.reduce((sum, row) => sum + dm2(row.area_m2), 0);
  const table = textTable(
    [
      { head: zh ? '编号' : 'id', align: 'left', most: 28 },
      { head: zh ? '名称' : 'name', align: 'left', most: 28 },
      { head: zh ? '椭球面积 m²' : 'area m²', align: 'right' },
      { head: zh ? '公顷' : 'ha', align: 'right' },
      { head: zh ? '亩' : 'mu', align: 'right' },
      { head: zh ? '文件面积 m²' : 'area in file m²', align: 'right' },
      { head: zh ? '提示' : 'warnings', align: 'right' },
    ],
    [
      ...rows.map((row) =>
        line(
          row.id,
          row.name ?? '',
          row.area_m2,
          row.header_area_m2 ?? '',
          row.warnings.length === 0 ? '' : String(row.warnings.length),
        ),
      ),
      line(zh ? '合计' : 'total', '', formatSquareMetres(total), '', ''),
    ],
  );
  const texts = [...new Set(rows.flatMap((row) => row.warnings))];
  const shown = texts.slice(0, 20).map((text) => `  ${text}\n`);
  return `${table}${shown.join('')}${texts.length > 20 ? `  … ${texts.length - 20}\n` : ''}`;
}

import { extname } from 'node:path';
import { convertLayer, crsOf, epsgOf3, runZoneOf } from '../../geometry/index.ts';
import { localized, type LayerRole, type PolygonLayer, type Problem } from '../../kernel/index.ts';
import {
  columnsBesideStandard,
  RefusalError,
  strictSurveyLayer,
  surveyFieldsOf,
  surveySchemaOf,
  type SevenParameters,
  type WriteOptions,
  refusalOfProblem,
} from '../../modules/intake/index.ts';
import { writeLayer, writerOf } from '../../modules/intake/server.ts';
import type { Registrar } from '../command.ts';
import { EXIT, Refused, refuse, usage } from '../exit.ts';
import { parseCrs, parseDatumParameters, parseEncoding, parseRole, parseWhole } from '../options.ts';
import { countFeatures, readFileLayer, type ReadFile } from '../reading.ts';
import { writeRemarks, type Terminal } from '../terminal.ts';
import { outputFailed, refuseOverInputs } from '../whole-file.ts';

interface Options {
  readonly crs?: number;
  readonly toCrs?: number;
  readonly layer?: string;
  readonly encoding?: string;
  readonly toEncoding?: 'utf-8' | 'gb18030';
  readonly zonePrefix?: boolean;
  readonly jPrefix?: boolean;
  readonly numbering?: 'restart' | 'continuous';
  readonly decimals?: number;
  readonly survey?: LayerRole;
  readonly datumParameters?: SevenParameters;
}

export const registerConvert: Registrar = (program, terminal, outcome) => {
  program
    .command('convert')
    .summary('from one format or CRS to another 转换')
    .description(
      'Converts a file; the extension of the output names its format: .geojson, .gpkg, .fgb, .zip (Shapefile), .txt (boundary TXT), .csv.',
    )
    .argument('<in>', 'file of any format the intake reads')
    .argument('<out>', 'file to write')
    .option('--crs <epsg>', 'EPSG code of the input; wins over what the file says', parseCrs)
    .option(
      '--datum-parameters <dx,dy,dz,rx,ry,rz,s>',
      "seven parameters (m, seconds, ppm) for Xi'an 80 and Beijing 54 data",
      parseDatumParameters,
    )
    .option('--to-crs <epsg>', 'EPSG code of the output: 4490, 4491–4554', parseCrs)
    .option('--layer <name>', 'layer to read where the file holds several')
    .option('--encoding <name>', 'encoding of the texts of the input: utf-8, gb18030', parseEncoding)
    .option('--to-encoding <name>', 'TXT, CSV: encoding of the output: utf-8, gb18030', parseOutputEncoding)
    .option('--zone-prefix', 'TXT: write the zone number before Y')
    .option('--no-zone-prefix', 'TXT: write Y without the zone number')
    .option('--j-prefix', 'TXT: point ids as J1, J2 … (default)')
    .option('--no-j-prefix', 'TXT: point ids as 1, 2 …')
    .option(
      '--numbering <how>',
      'TXT: point ids restart in every ring (restart) or run on (continuous)',
      parseNumbering,
    )
    .option(
      '--survey <role>',
      'by the survey standard alone: columns, types, lengths, codes; any breach refuses',
      parseRole,
    )
    .option('--decimals <n>', 'TXT, CSV: decimals of the coordinates', parseWhole('--decimals', 0, 12))
    .action(
      async (
        input: string,
        output: string,
        options: Options,
        command: { getOptionValueSource(name: string): string | undefined },
      ) => {
        const given = (name: 'zonePrefix' | 'jPrefix'): boolean => command.getOptionValueSource(name) === 'cli';
        await convert(terminal, input, output, {
          ...options,
          ...(given('zonePrefix') ? {} : { zonePrefix: undefined }),
          ...(given('jPrefix') ? {} : { jPrefix: undefined }),
        } as Options);
        outcome.code = EXIT.done;
      },
    );
};

function parseOutputEncoding(text: string): 'utf-8' | 'gb18030' {
  if (/^utf-?8$/i.test(text)) return 'utf-8';
  if (/^(gb18030|gbk|gb2312|cp936)$/i.test(text)) return 'gb18030';
  throw usage('--to-encoding 取 utf-8 或 gb18030', '--to-encoding takes utf-8 or gb18030.');
}

function parseNumbering(text: string): 'restart' | 'continuous' {
  if (text === 'restart' || text === 'continuous') return text;
  throw usage('--numbering 取 restart 或 continuous', '--numbering takes restart or continuous.');
}

async function convert(terminal: Terminal, input: string, output: string, options: Options): Promise<void> {
  // An extension nobody writes is told before anything is read.
  await writerOf(output);
  refuseOverInputs([output], [input]);
  const { crs, layer, encoding, survey, datumParameters } = options;
  const read = await readFileLayer(terminal, input, {
    ...(crs === undefined ? {} : { crs }),
    ...(layer === undefined ? {} : { layer }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(datumParameters === undefined ? {} : { datumParameters }),
    ...(survey === undefined ? {} : { mapTo: survey }),
  });
  const errors = read.problems.filter(({ severity }) => severity === 'error');
  // What cannot be read would be missing in the output without anybody knowing.
  if (errors.length > 0) throw new Refused(errors.map((problem) => refusalOfProblem(problem, read.file)));
  const source = survey === undefined ? read.layer : strictLayer(read, survey);
  writeRemarks(terminal, read.file, read.problems);
  if (survey !== undefined) tellLeftOut(terminal, read, survey);
  const toCrs = targetCrs(source, output, options);
  const converted = toCrs === source.epsg ? source : convertLayer(source, toCrs);
  requireInStrip(converted);
  const writing: WriteOptions = {
    layerName: survey === undefined ? read.source.layerName : surveySchemaOf(survey).table,
    ...(survey === undefined ? {} : { fields: surveyFieldsOf(survey) }),
    ...(options.zonePrefix === undefined ? {} : { zonePrefix: options.zonePrefix }),
    ...(options.jPrefix === undefined ? {} : { pointPrefix: options.jPrefix ? 'J' : '' }),
    ...(options.numbering === undefined ? {} : { numbering: options.numbering }),
    ...(options.decimals === undefined ? {} : { decimals: options.decimals }),
    ...(options.toEncoding === undefined ? {} : { encoding: options.toEncoding }),
  };
  terminal.unfinished(output);
  const report = await writeLayer(output, converted, writing).catch((error: unknown) => {
    throw error instanceof RefusalError ? new Refused(error.refusals) : outputFailed(output, error);
  });
  writeRemarks(terminal, output, report.problems as readonly Problem[]);
  const text = terminal.language === 'zh' ? '个要素已写出' : 'features written';
  terminal.out(`${output}: ${countFeatures(converted)} ${text}, EPSG:${converted.epsg}\n`);
}

/** The layer by the survey standard, or every breach of it. */
function strictLayer({ layer, file }: ReadFile, role: LayerRole): PolygonLayer {
  const strict = strictSurveyLayer(layer, role);
  if (!strict.ok) {
    throw new Refused(strict.error.map((refusal) => ({ ...refusal, place: { ...refusal.place, file } })));
  }
  return strict.value;
}

function tellLeftOut(terminal: Terminal, { layer, file }: ReadFile, role: LayerRole): void {
  const left = columnsBesideStandard(layer, role);
  if (left.length > 0) {
    const message = localized(
      `标准之外的字段未写出:${left.join('、')}`,
      `fields outside the standard are left out: ${left.join(', ')}`,
    );
    writeRemarks(terminal, file, [
      { rule: 'survey.fields-left-out', severity: 'note', featureNo: null, id: null, message },
    ]);
  }
}

/** A strip far from the land gives eastings that look like those of another zone: no reader could tell. */
function requireInStrip({ epsg, coords }: PolygonLayer): void {
  const crs = crsOf(epsg);
  if (crs === undefined || crs.kind === 'geographic') return;
  const origin = crs.falseEasting - 500_000;
  for (let i = 0; i < coords.length; i += 2) {
    if (coords[i]! > origin && coords[i]! < origin + 1_000_000) continue;
    throw refuse(
      'CONVERT_FAR_ZONE',
      [
        `数据离 EPSG:${epsg} 的中央经线 ${crs.centralMeridianDegrees}° 太远`,
        `the land is too far from the central meridian of EPSG:${epsg}, ${crs.centralMeridianDegrees}°.`,
      ],
      ['请选择数据所在的带', 'Choose the zone the land lies in.'],
    );
  }
}

/** The CRS to write in: as asked; a boundary TXT of longitudes and latitudes goes to the 3° zone of its land, with prefix. */
function targetCrs(layer: PolygonLayer, output: string, options: Options): number {
  if (options.toCrs !== undefined) {
    if (crsOf(options.toCrs) !== undefined) return options.toCrs;
    throw refuse(
      'CONVERT_CRS',
      [`不能写出 EPSG:${options.toCrs}`, `EPSG:${options.toCrs} cannot be written.`],
      ['可用 4490、4491–4501、4502–4512、4513–4554', 'Use 4490 or a CGCS2000 Gauss–Krüger code, 4491–4554.'],
    );
  }
  if (layer.epsg !== 4490 || extname(output).toLowerCase() !== '.txt' || layer.coords.length === 0) return layer.epsg;
  return epsgOf3(runZoneOf(layer).zone, true);
}

import type { Refusal } from '../../../kernel/index.ts';
import { PIECE_BYTES, type ByteSource } from '../byte-source.ts';
import type { JsonProblem } from './json-splitter.ts';
import { corrupt, refusal, truncated } from './refusals.ts';

const NAME = 'GeoJSON';

export async function problemRefusal(
  source: ByteSource,
  file: string,
  startAt: number,
  problem: JsonProblem,
  count: number,
): Promise<Refusal> {
  const line = await lineOf(source, startAt + problem.at);
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

export function syntaxRefusal(file: string, featureNo: number | null, line: number | null): Refusal {
  return refusal(
    'INTAKE_GEOJSON_SYNTAX',
    { file, ...(featureNo === null ? {} : { featureNo }), ...(line === null ? {} : { line }) },
    'JSON 语法错误(常见:多余的逗号、缺引号、手工修改过)',
    'The JSON has a syntax error (often a comma too many, a missing quote, an edit by hand).',
    '请改正该处,或从原软件重新导出',
    'Correct it there, or export it again.',
  );
}

export function noFeatures(file: string): Refusal {
  return refusal(
    'INTAKE_NOT_GEOJSON',
    { file },
    'FeatureCollection 没有 features 数组',
    'The FeatureCollection has no features array.',
    '请从原软件重新导出',
    'Export it again from the source software.',
  );
}

export function featureTooLarge(file: string, featureNo: number): Refusal {
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
export async function lineOf(source: ByteSource, at: number): Promise<number> {
  let line = 1;
  for (let from = 0; from < at; ) {
    const bytes = await source.read(from, Math.min(PIECE_BYTES, at - from));
    if (bytes.length === 0) break;
    for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) line++;
    from += bytes.length;
  }
  return line;
}

import { cutShort, err, localized, ok, type Problem, type Refusal, type Result } from '../../kernel/index.ts';
import { collectTxtLines, numberOf, type TxtLines } from './boundary-txt-lines.ts';
import { decodeLeniently } from './text-decoding.ts';
import { utf8Bytes } from './text-lines.ts';
import { understandParcels, type PointParcels, type PointParcelsOptions } from './point-parcels.ts';

export interface BoundaryTxt extends PointParcels {
  /** Keys of [属性描述], [项目信息] and any other section. */
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * Parses a ministry boundary TXT (handbook §3): decoded text in, parcels with open rings out; what is repaired and what
 * keeps a parcel out is told by `collectTxtLines` (lines) and `understandParcels` (coordinates).
 *
 * Refusals: INTAKE_TXT_NOT_BOUNDARY, INTAKE_TXT_NO_PARCELS and those of `resolveCrs`.
 */
export function parseBoundaryTxt(
  text: string,
  options: Omit<PointParcelsOptions, 'axesFree'> = {},
): Result<BoundaryTxt, Refusal[]> {
  const collector = collectTxtLines((bytes) => decodeLeniently(bytes, 'utf-8'));
  collector.feed(utf8Bytes(text));
  collector.end();
  return understandBoundaryTxt(collector.finish(), options);
}

/** `parseBoundaryTxt` for a file whose lines have been collected piece by piece. */
export function understandBoundaryTxt(
  lines: TxtLines,
  options: Omit<PointParcelsOptions, 'axesFree'> = {},
): Result<BoundaryTxt, Refusal[]> {
  const place = options.file === undefined ? {} : { place: { file: options.file } };
  if (lines.parcels.length === 0) {
    const known = lines.sections.some((section) => /属性描述|地块坐标|项目信息/.test(section));
    return err([
      {
        code: known ? 'INTAKE_TXT_NO_PARCELS' : 'INTAKE_TXT_NOT_BOUNDARY',
        message: known
          ? localized('文件中没有地块', 'the file holds no parcel')
          : localized('不是界址点坐标交换格式的文件', 'this is no boundary coordinate file (界址点坐标交换格式)'),
        remedy: localized(
          '文件应有 [属性描述]、[地块坐标] 两段,每个地块以“…,@”行开头',
          'It should hold [属性描述] and [地块坐标], each parcel starting with a line that ends in “@”.',
        ),
        ...place,
      },
    ]);
  }
  const understood = understandParcels(lines, options);
  if (!understood.ok) return understood;
  const problems = [...understood.value.problems, ...sectionProblems(lines)];
  const keys = new Map([...lines.keys].map(([key, entry]) => [key, entry.value]));
  return ok({ ...understood.value, keys, problems });
}

function sectionProblems(lines: TxtLines): Problem[] {
  const problems: Problem[] = [];
  const say = (rule: string, zh: string, en: string): void => {
    problems.push({
      rule,
      severity: 'warning',
      featureNo: null,
      id: null,
      line: 1,
      message: cutShort(localized(zh, en)),
    });
  };
  const unknown = lines.sections.filter((section) => !/^(项目信息|属性描述|地块坐标)$/.test(section));
  if (unknown.length > 0)
    say(
      'txt.section-unknown',
      `不认识的段:${unknown.map((section) => `[${section}]`).join('')},其内容按一般属性保留`,
      `unknown sections: ${unknown.map((section) => `[${section}]`).join('')}; what they hold is kept as plain keys`,
    );
  if (!lines.sections.includes('地块坐标'))
    say('txt.section-missing', '缺少 [地块坐标] 段标记', 'the mark [地块坐标] is missing');
  if (!lines.sections.includes('属性描述'))
    say('txt.section-missing', '缺少 [属性描述] 段标记', 'the mark [属性描述] is missing');
  return problems;
}

/** Whether text looks like a boundary TXT; for the dispatcher, on the first few thousand characters. */
export function looksLikeBoundaryTxt(head: string): boolean {
  if (/[[【［]\s*(属性描述|地块坐标|项目信息)\s*[\]】］]/.test(head)) return true;
  return (
    /[@＠][\s,，]*$/m.test(head) ||
    head
      .split(/\r\n|\r|\n/)
      .some(
        (line) =>
          /^[A-Za-z]?\d+\s*[,，]\s*\d+\s*[,，]\s*\d+\.?\d*\s*[,，]\s*\d+/.test(line.trim()) &&
          !Number.isNaN(numberOf(line.split(/[,，]/)[2] ?? '')),
      )
  );
}

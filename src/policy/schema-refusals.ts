import type { z } from 'zod';
import { localized, type Localized, type Refusal } from '../kernel/index.ts';

function messageOf(issue: z.core.$ZodIssue): Localized {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const keys = issue.keys.join(', ');
      return localized(`没有这样的键：${keys}`, `unknown key: ${keys}`);
    }
    case 'invalid_type':
      return issue.message.includes('received undefined')
        ? localized('缺少必填的值', 'a required value is missing')
        : localized(`值的类型不对，应为 ${issue.expected}`, `wrong type of value, expected ${issue.expected}`);
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return localized(`应为下列之一：${values}`, `expected one of: ${values}`);
    }
    case 'invalid_format':
      return localized(
        '写法不对',
        `not written as it must be${'pattern' in issue && issue.pattern !== undefined ? ` (${String(issue.pattern)})` : ''}`,
      );
    case 'too_small':
      return localized('不能为空', 'must not be empty');
    case 'invalid_union':
      return localized('应为十进制小数', 'expected a plain decimal number');
    default:
      return localized('值不合格式', `not as the pack format says (${issue.message})`);
  }
}

/** Refusals for data that do not have the form of a pack: one for each place, with the line where known. */
export function schemaRefusals(
  issues: readonly z.core.$ZodIssue[],
  file: string,
  lineOf?: (path: readonly (string | number)[]) => number | undefined,
): Refusal[] {
  return issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const line = lineOf?.(path);
    return {
      code: 'PACK-FORM',
      message: messageOf(issue),
      remedy:
        issue.code === 'unrecognized_keys'
          ? localized(
              '请核对拼写；花括号内带逗号的文字须加引号。格式见 packs/pack.schema.json',
              'check the spelling; a text with a comma inside { } needs quotes. packs/pack.schema.json gives the form',
            )
          : localized('政策包的格式见 packs/pack.schema.json', 'packs/pack.schema.json gives the form of a pack'),
      place: { file, field: path.length === 0 ? '(root)' : path.join('.'), ...(line === undefined ? {} : { line }) },
    };
  });
}

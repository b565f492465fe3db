import type { ZodType } from 'zod';
import zhCN from 'zod/v4/locales/zh-CN.js';
import { localized, type Refusal } from '../../kernel/index.ts';

/** NUL and halves of a character: JSON and addresses may hold them, PostgreSQL text and UTF-8 may not. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Where in a value from outside there is a text no database takes; undefined where there is none. */
function pathOfUnstorable(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? path || '(all)' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    // A key of this kind is not repeated to the sender.
    const at = UNSTORABLE.test(key) ? '?' : key;
    const found = at === '?' ? path || '(all)' : pathOfUnstorable(inner, path === '' ? at : `${path}.${at}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A refusal for each field that does not fit the schema. */
export function checked(
  schema: ZodType | undefined,
  value: unknown,
): { readonly value: unknown } | { readonly refusals: Refusal[] } {
  // What no schema describes is not handed on.
  if (schema === undefined) return { value: {} };
  const result = schema.safeParse(value);
  if (!result.success) {
    // The same look once more, for what it says in Chinese.
    const inChinese = schema.safeParse(value, { error: zhCN().localeError }).error?.issues;
    return {
      refusals: result.error.issues.map((issue, i) => ({
        code: 'FIELD-INVALID',
        message: localized(
          `字段 ${issue.path.join('.') || '（全部）'} 不符合要求：${inChinese?.[i]?.message ?? issue.message}`,
          `The field ${issue.path.join('.') || '(all)'} does not fit: ${issue.message}`,
        ),
        remedy: localized('请更正后重试。', 'Correct it and try again.'),
        place: { field: issue.path.join('.') },
      })),
    };
  }
  // What fits the schema is as deep as the schema, so looking through it ends.
  const unstorable = pathOfUnstorable(result.data);
  if (unstorable !== undefined) {
    return {
      refusals: [
        {
          code: 'FIELD-INVALID',
          message: localized(
            `字段 ${unstorable} 不符合要求：含有无法保存的字符`,
            `The field ${unstorable} does not fit: it holds characters that cannot be stored`,
          ),
          remedy: localized('请更正后重试。', 'Correct it and try again.'),
          place: { field: unstorable },
        },
      ],
    };
  }
  return { value: result.data };
}

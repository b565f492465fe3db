import {
  cutShort,
  landClassOf,
  LAND_CLASSES,
  localized,
  villageCodeOf,
  type AttributeValue,
  type LayerRole,
  type Localized,
  type Problem,
} from '../../kernel/index.ts';
import { thirdSurveyClassOf } from './second-survey-classes.ts';
import type { SurveyField } from './survey-schema.ts';

/** What checking a column needs to know about its rows, and where problems go. */
export interface RowContext {
  readonly field: SurveyField;
  readonly role: LayerRole;
  featureNoOf(row: number): number;
  idOf(row: number): string | null;
  readonly classReading: ClassReading;
  report(problem: Problem): void;
}

/** How the digits of a class column are to be read (`classReadingOf`). */
export type ClassReading = 'asWritten' | 'zerosLostSecond' | 'zerosLostThird';

/**
 * Land classes that went through numbers lost their leading zero: 101 is then 0101 of the third survey or 101 of the
 * second. The column as a whole tells: where any code still begins with a zero they are as written; two digits (11 for
 * 011) appear in the second survey only, four in the third only.
 */
export function classReadingOf(values: readonly AttributeValue[]): ClassReading {
  let second = 0;
  let third = 0;
  for (const value of values) {
    if (typeof value === 'string' && /^\s*0\d/.test(value)) return 'asWritten';
    const code = Number(value);
    if (value === null || value === '' || !Number.isInteger(code)) continue;
    const isThird = code >= 1000 || (code >= 100 && landClassOf(`0${code}`) !== undefined);
    const isSecond = code >= 11 && code <= 127 && thirdSurveyClassOf(String(code).padStart(3, '0')) !== undefined;
    if (isThird && !isSecond) third++;
    else if (isSecond && !isThird) second++;
  }
  return second > third ? 'zerosLostSecond' : 'zerosLostThird';
}

const CLASS_BY_NAME = new Map(LAND_CLASSES.map((landClass) => [landClass.name.zh, landClass.code]));

/** The values of a column in the type of its field. Problems carry rule, row, field and remedy. */
export function checkedColumn(values: readonly AttributeValue[], context: RowContext): AttributeValue[] {
  const { field } = context;
  return values.map((value, row) => {
    const say: Say = (rule, severity, message, remedy) => {
      context.report({
        rule,
        severity,
        featureNo: context.featureNoOf(row),
        id: context.idOf(row),
        field: field.code,
        message: cutShort(message),
        ...(remedy ? { remedy } : {}),
      });
    };
    const clean = typeof value === 'string' ? tidy(value) : value;
    if (clean === null || clean === '') {
      if (field.need !== 'optional') {
        say(
          'attribute.required-empty',
          field.need === 'required' ? 'error' : 'warning',
          localized(`${field.code}(${field.name.zh})为空`, `${field.code} (${field.name.en}) is empty`),
          localized('请填写该字段', 'Fill in the field.'),
        );
      }
      return null;
    }
    if (field.type !== 'text') return numberValue(clean, field, say);
    const written = textOf(clean, field, say);
    if (written === null) return null;
    if (field.code === 'DLBM' || field.code === 'KCDLBM') return classCode(written, context, say);
    return checkedText(written, field, say);
  });
}

type Say = (rule: string, severity: Problem['severity'], message: Localized, remedy?: Localized) => void;

/** Blanks off both ends, the full-width one too; NUL bytes and non-breaking blanks of careless writers as well. */
function tidy(text: string): string {
  return text.replaceAll('\u0000', '').replace(/^[\s\u3000]+|[\s\u3000]+$/g, '');
}

function numberValue(value: string | number, field: SurveyField, say: Say): number | null {
  let number = value;
  if (typeof number === 'string') {
    const plain = number
      .normalize('NFKC')
      .replace(/[\s_]/g, '')
      .replace(/(平方米|㎡|m2|m²|等|级|年|米|m)$/i, '');
    const grouped = /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain;
    number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(grouped) ? Number(grouped) : Number.NaN;
  }
  if (!Number.isFinite(number)) {
    say(
      'attribute.number-unreadable',
      field.need === 'optional' ? 'warning' : 'error',
      localized(
        `${field.code}(${field.name.zh})的值“${shorten(String(value))}”不是数字`,
        `the value “${shorten(String(value))}” of ${field.code} (${field.name.en}) is no number`,
      ),
      localized('请改为数字', 'Write a number.'),
    );
    return null;
  }
  if (field.type === 'integer' && !Number.isInteger(number)) {
    say(
      'attribute.not-whole',
      'warning',
      localized(
        `${field.code}(${field.name.zh})应为整数,值为 ${number}`,
        `${field.code} (${field.name.en}) should be whole, but is ${number}`,
      ),
      localized('请核对', 'Check it.'),
    );
  }
  if (number < 0) {
    say(
      'attribute.negative',
      'error',
      localized(
        `${field.code}(${field.name.zh})为负数 ${number}`,
        `${field.code} (${field.name.en}) is negative: ${number}`,
      ),
      localized('请核对', 'Check it.'),
    );
  }
  return number;
}

/** Codes are text; a number has kept its digits only up to 2^53, and a text like 4.5E+17 has lost them already. */
function textOf(value: string | number, field: SurveyField, say: Say): string | null {
  const lost =
    typeof value === 'number'
      ? !Number.isSafeInteger(value) && Math.abs(value) > 1e15
      : field.length >= 12 && /^\d(\.\d+)?e\+\d+$/i.test(value);
  if (lost) {
    say(
      'attribute.digits-lost',
      field.need === 'required' ? 'error' : 'warning',
      localized(
        `${field.code}(${field.name.zh})存为数值,末尾数字已丢失(${value})`,
        `${field.code} (${field.name.en}) was stored as a number and has lost its last digits (${value})`,
      ),
      localized('请把该列改为文本格式后重新导出', 'Make the column text and export again.'),
    );
    return null;
  }
  return String(value);
}

function checkedText(written: string, field: SurveyField, say: Say): string {
  let value = written;
  if (field.values && !field.values.includes(value)) {
    // Codes only: digits and letters in their plain form, whole numbers without the “.0” a table adds.
    value = value
      .normalize('NFKC')
      .replace(/\s/g, '')
      .replace(/^(\d+)\.0+$/, '$1')
      .toUpperCase();
    if (field.code.endsWith('PDJB')) value = value.replace(/^0(\d)$/, '$1').replace(/级$/, '');
    if (field.draftValues?.includes(value)) {
      say(
        'attribute.code-of-draft',
        'warning',
        localized(
          `${field.code}(${field.name.zh})的“${value}”是早期草案的代码,已保留`,
          `“${value}” in ${field.code} (${field.name.en}) is a code of an earlier draft; kept`,
        ),
        localized('请按现行标准改写', 'Rewrite it by the standard in force.'),
      );
    } else if (!field.values.includes(value)) {
      say(
        'attribute.code-unknown',
        field.need === 'required' ? 'error' : 'warning',
        localized(
          `${field.code}(${field.name.zh})的代码“${shorten(value)}”不在标准之列`,
          `the code “${shorten(value)}” of ${field.code} (${field.name.en}) is not in the standard`,
        ),
        localized(`可用的代码:${field.values.join('、')}`, `Codes: ${field.values.join(', ')}.`),
      );
    }
  }
  if (
    field.code === 'ZLDWDM' &&
    villageCodeOf(value.normalize('NFKC')) === undefined &&
    !/^\d{6}(\d{3})?$/.test(value)
  ) {
    say(
      'attribute.unit-code-form',
      'warning',
      localized(
        `坐落单位代码“${shorten(value)}”不是 12 位或 19 位(12 位加 7 个 0)`,
        `the village unit code “${shorten(value)}” has neither 12 digits nor 19 (12 and seven zeros)`,
      ),
      localized('请核对代码', 'Check the code.'),
    );
  }
  if (value.length > field.length && Array.from(value).length > field.length) {
    say(
      'attribute.too-long',
      'warning',
      localized(
        `${field.code}(${field.name.zh})有 ${Array.from(value).length} 个字符,标准为 ${field.length}`,
        `${field.code} (${field.name.en}) has ${Array.from(value).length} characters, the standard has ${field.length}`,
      ),
      localized('请缩短;导出为标准格式时会被拒绝', 'Shorten it; an export to the standard would refuse it.'),
    );
  }
  return value;
}

/** A land class in the third survey's code: zeros restored, second-survey codes and class names translated, each with a warning. */
function classCode(written: string, context: RowContext, say: Say): string {
  const { field } = context;
  if (landClassOf(written)) return written;
  const code = written
    .normalize('NFKC')
    .replace(/\s/g, '')
    .replace(/^(\d+)\.0+$/, '$1')
    .toUpperCase();
  if (landClassOf(code)) return code;
  const severity = field.code === 'DLBM' && context.role === 'parcels' ? 'error' : 'warning';
  const translated = (target: string, rule: string, zh: string, en: string): string => {
    say(
      rule,
      'warning',
      localized(
        `${field.code} 的“${shorten(written)}”${zh},读作 ${target}`,
        `“${shorten(written)}” in ${field.code} ${en}; read as ${target}`,
      ),
      localized('请核对,并在原文件中改为三调代码', 'Check, and write the code of the third survey in the source.'),
    );
    return target;
  };
  if (context.classReading !== 'asWritten' && /^\d{1,3}$/.test(code)) {
    const asThird = landClassOf(`0${code}`)?.code;
    const asSecond = thirdSurveyClassOf(code.padStart(3, '0'));
    if (asThird && !(context.classReading === 'zerosLostSecond' && asSecond)) {
      return translated(asThird, 'attribute.leading-zero', '缺少前导零', 'lacks its leading zero');
    }
    if (asSecond)
      return translated(asSecond, 'attribute.second-survey-code', '是二调代码', 'is a code of the second survey');
  }
  const second = thirdSurveyClassOf(code);
  if (second) return translated(second, 'attribute.second-survey-code', '是二调代码', 'is a code of the second survey');
  const leading = /^(\d{4}[AKH]?|\d\dH\d)\D/.exec(code)?.[1];
  if (leading && landClassOf(leading))
    return translated(leading, 'attribute.class-with-text', '含有多余文字', 'holds more than the code');
  const named = CLASS_BY_NAME.get(written);
  if (named) return translated(named, 'attribute.class-by-name', '是地类名称', 'is the name of a class');
  say(
    'attribute.code-unknown',
    severity,
    localized(
      `${field.code}(${field.name.zh})的代码“${shorten(written)}”不是三调地类`,
      `the code “${shorten(written)}” of ${field.code} (${field.name.en}) is no land class of the third survey`,
    ),
    /^20[1-5]A?$/.test(code)
      ? localized(
          '201–205 是城镇村属性码(CZCSXM),请填写图斑的地类',
          '201–205 are settlement codes (CZCSXM); write the land class of the parcel.',
        )
      : localized('请按《国土调查工作分类》填写', 'Write a code of the third survey.'),
  );
  return code;
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

import type { AttributeValue } from '../../kernel/index.ts';

/** An attribute as trimmed text; empty for null. Codes that a table tool turned into numbers come back as digits. */
export function textOf(value: AttributeValue | undefined): string {
  return value === null || value === undefined ? '' : String(value).trim();
}

/** An attribute as a finite number; undefined where it is empty or no number. */
export function numberOf(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const text = textOf(value);
  if (text === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Empty as survey files write it: nothing, or zero in a numeric field. */
export function isBlank(value: AttributeValue | undefined): boolean {
  const text = textOf(value);
  return text === '' || Number(text) === 0;
}

/** Slope level GDPDJB as a number; files write 1, "1" and "01". */
export function levelOf(value: AttributeValue | undefined): number | undefined {
  const text = textOf(value);
  return /^0?[1-5]$/.test(text) ? Number(text) : undefined;
}

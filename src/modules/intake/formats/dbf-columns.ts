import { featureCount, type AttributeValue, type FeatureBatch } from '../../../kernel/index.ts';
import type { SourceField } from '../format.ts';

/** Longest text of a dBASE field, in bytes. */
export const DBF_TEXT_BYTES = 254;

/** How one field is laid out in an attribute table. */
export interface DbfColumn {
  readonly source: string;
  /** At most 10 bytes in UTF-8, unique without regard to case. */
  readonly name: string;
  readonly kind: 'C' | 'N' | 'D' | 'L';
  readonly width: number;
  readonly decimals: number;
}

interface Measure {
  textBytes: number;
  integerDigits: number;
  decimals: number;
  /** A value that is not what the field's type says. */
  mixed: boolean;
  allDates: boolean;
}

/** Length in bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** The longest beginning of a text that takes at most `limit` bytes in UTF-8; no character is cut. */
export function cutUtf8(text: string, limit: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}

/** Plain decimal digits of a number, as many as its double has, at most 15 after the point. */
export function decimalText(value: number): string {
  const shortest = String(value);
  return /e/.test(shortest) ? (Number.isInteger(value) ? value.toFixed(0) : value.toFixed(15)) : shortest;
}

/** Measures the values of all fields, batch by batch, so that a table can be laid out before it is written. */
export function createDbfMeasure(fields: readonly SourceField[]): {
  add(batch: FeatureBatch): void;
  columns(): DbfColumn[];
} {
  const measures = fields.map(
    (): Measure => ({ textBytes: 0, integerDigits: 1, decimals: 0, mixed: false, allDates: true }),
  );
  return {
    add(batch) {
      const byName = new Map(batch.columns.map((column) => [column.name, column.values]));
      fields.forEach((field, i) => {
        const values = byName.get(field.name);
        if (!values) return;
        for (let f = 0; f < featureCount(batch); f++) measureValue(measures[i]!, field, values[f] ?? null);
      });
    },
    columns() {
      const names = shortNames(fields.map((field) => field.name));
      return fields.map((field, i): DbfColumn => layOut(field, names[i]!, measures[i]!));
    },
  };
}

function measureValue(measure: Measure, field: SourceField, value: AttributeValue): void {
  if (value === null) return;
  if (typeof value === 'number') {
    const text = decimalText(value);
    const point = text.indexOf('.');
    measure.integerDigits = Math.max(measure.integerDigits, point < 0 ? text.length : point);
    if (point >= 0) measure.decimals = Math.max(measure.decimals, text.length - point - 1);
    measure.textBytes = Math.max(measure.textBytes, text.length);
    if (field.type === 'text' || field.type === 'date' || field.type === 'datetime') measure.allDates = false;
    return;
  }
  measure.textBytes = Math.max(measure.textBytes, utf8Length(value));
  if (field.type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(value)) measure.allDates = false;
  if (field.type !== 'text') measure.mixed = true;
}

function layOut(field: SourceField, name: string, measure: Measure): DbfColumn {
  const base = { source: field.name, name };
  if (field.type === 'date' && measure.allDates) return { ...base, kind: 'D', width: 8, decimals: 0 };
  if (field.type === 'boolean' && !measure.mixed) return { ...base, kind: 'L', width: 1, decimals: 0 };
  if ((field.type === 'integer' || field.type === 'real') && !measure.mixed) {
    const decimals = field.type === 'integer' ? 0 : Math.max(field.decimals ?? 1, measure.decimals);
    const width = Math.max(field.length ?? 1, measure.integerDigits + (decimals > 0 ? decimals + 1 : 0));
    if (width <= 30) return { ...base, kind: 'N', width, decimals };
  }
  return {
    ...base,
    kind: 'C',
    width: Math.min(DBF_TEXT_BYTES, Math.max(field.length ?? 1, measure.textBytes)),
    decimals: 0,
  };
}

/** Names of at most 10 bytes each, unique without case; what must be shortened gets a number at its end. */
export function shortNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  const result: string[] = names.map(() => '');
  // Names that fit keep their place before longer ones are cut into theirs.
  const order = names.map((_, i) => i).sort((a, b) => Number(!fits(names[a]!)) - Number(!fits(names[b]!)) || a - b);
  for (const i of order) {
    const base = names[i]!.trim() === '' ? 'FIELD' : names[i]!;
    let name = cutUtf8(base, 10);
    for (let n = 1; used.has(name.toUpperCase()); n++) {
      const tail = `_${n}`;
      name = cutUtf8(base, 10 - tail.length) + tail;
    }
    used.add(name.toUpperCase());
    result[i] = name;
  }
  return result;
}

function fits(name: string): boolean {
  return name.trim() !== '' && utf8Length(name) <= 10;
}

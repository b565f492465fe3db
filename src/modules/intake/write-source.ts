import type { AttributeValue, PolygonLayer } from '../../kernel/index.ts';
import type { FieldType, SourceField, WriteSource } from './format.ts';

/** A layer in memory as something a writer takes; types of fields are those its values have, unless they are given. */
export function sourceOfLayer(layer: PolygonLayer, fields?: readonly SourceField[]): WriteSource {
  return {
    epsg: layer.epsg,
    fields:
      fields ?? layer.columns.map((column): SourceField => ({ name: column.name, type: typeOfValues(column.values) })),
    batches: () => [{ ...layer, problems: [] }],
  };
}

/** The narrowest type that holds all values; a column of nulls alone is text. */
export function typeOfValues(values: readonly AttributeValue[]): FieldType {
  let type: FieldType | null = null;
  for (const value of values) {
    if (value === null) continue;
    if (typeof value === 'string') return 'text';
    if (!Number.isSafeInteger(value)) type = 'real';
    else type ??= 'integer';
  }
  return type ?? 'text';
}

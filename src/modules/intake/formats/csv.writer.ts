import { featureCount, type AttributeValue, type FeatureBatch } from '../../../kernel/index.ts';
import { stripOfEpsg } from '../crs-names.ts';
import type { FormatWriter, WriteOptions, WriteReport, WriteSource } from '../format.ts';
import { encodeGb18030 } from '../gb18030.server.ts';
import { writeWhole } from './whole-file.server.ts';

/**
 * Writes a CSV of coordinates: one row a point with plot number, ring, point, the two coordinates (X north and Y east as
 * surveyors write them, or 经度 and 纬度), then the attributes of the feature. UTF-8 with its mark, so that spreadsheets
 * open it right. Rings are closed by their first point. The reader reads it back to the same features; a feature
 * without geometry cannot be written as points and is left out, which the report says.
 */
export const csvWriter: FormatWriter = { format: 'csv', write };

async function write(path: string, source: WriteSource, options: WriteOptions): Promise<WriteReport> {
  let features = 0;
  let without = 0;
  const names = source.fields.map((field) => field.name);
  const geographic = stripOfEpsg(source.epsg) === undefined;
  async function* rows(): AsyncGenerator<string> {
    const axes = geographic ? ['经度', '纬度'] : ['X', 'Y'];
    yield `\uFEFF${['地块序号', '圈号', '点号', ...axes, ...names].map(quoted).join(',')}\r\n`;
    for await (const batch of source.batches()) {
      const columns = names.map((name) => batch.columns.find((column) => column.name === name)?.values);
      for (let f = 0; f < featureCount(batch); f++) {
        features++;
        if (batch.featureRings[f] === batch.featureRings[f + 1]) without++;
        else yield featureRows(batch, f, features, columns, geographic, options);
      }
    }
  }
  if (options.encoding === 'gb18030') {
    let text = '';
    for await (const piece of rows()) text += piece;
    await writeWhole(path, encodeGb18030(text.slice(1)) ?? new TextEncoder().encode(text));
  } else await writeWhole(path, rows());
  const problems =
    without === 0
      ? []
      : [
          {
            rule: 'table.without-geometry',
            severity: 'warning' as const,
            featureNo: null,
            id: null,
            message: {
              zh: `${without} 个要素没有图形,未写出`,
              en: `${without} features without geometry are left out`,
            },
          },
        ];
  return { features: features - without, renamedFields: [], problems };
}

function featureRows(
  batch: FeatureBatch,
  f: number,
  number: number,
  columns: readonly (readonly AttributeValue[] | undefined)[],
  geographic: boolean,
  options: WriteOptions,
): string {
  const attributes = columns.map((values) => quoted(values?.[f] ?? '')).join(',');
  const tail = attributes === '' ? '' : `,${attributes}`;
  const numberText = (value: number): string =>
    options.decimals === undefined ? String(value) : value.toFixed(options.decimals);
  let text = '';
  const from = batch.featureRings[f]!;
  for (let r = from; r < batch.featureRings[f + 1]!; r++) {
    const start = batch.ringStarts[r]!;
    const count = batch.ringStarts[r + 1]! - start;
    for (let i = 0; i <= count; i++) {
      const vertex = 2 * (start + (i === count ? 0 : i));
      const east = numberText(batch.coords[vertex]!);
      const north = numberText(batch.coords[vertex + 1]!);
      text += `${number},${r - from + 1},J${(i % count) + 1},${geographic ? `${east},${north}` : `${north},${east}`}${tail}\r\n`;
    }
  }
  return text;
}

/**
 * A field of the table. A text that a spreadsheet would take for a formula gets an apostrophe in front, which spreadsheets
 * show as text and the reader of tables takes off again; what is a number to anyone stays as it is.
 */
function quoted(value: AttributeValue): string {
  const plain = String(value ?? '');
  const text = /^[=+\-@\t\r]/.test(plain) && !/^[+-]?\d+(\.\d+)?$/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

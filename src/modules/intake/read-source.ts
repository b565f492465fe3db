import {
  featureCount,
  joinBatches,
  type FeatureBatch,
  type LayerRole,
  type Problem,
  type Refusal,
} from '../../kernel/index.ts';
import { applyMapping, mapFields } from './field-mapping.ts';
import { wantsColumn, type OpenedSource, type ReadLayer, type ReadOptions } from './format.ts';
import { refusalOfProblem } from './problem-refusal.ts';

/**
 * Reads an opened layer to its end, in memory, with the columns wanted (also where it has no feature). Throws what
 * `batches` throws; the source stays open.
 */
export async function layerOfSource(
  source: OpenedSource,
  options: Pick<ReadOptions, 'columns'> = {},
): Promise<ReadLayer> {
  const batches: FeatureBatch[] = [];
  const problems: Problem[] = [...source.problems];
  for await (const batch of source.whole?.() ?? source.batches()) {
    batches.push(batch);
    for (const problem of batch.problems) problems.push(problem);
  }
  const { format, layerName, fields, encoding, crs } = source;
  const joined = joinBatches(batches, crs.epsg);
  const known = new Map(joined.columns.map((column) => [column.name, column]));
  const empty = joined.featureNos.length;
  const wanted = fields.filter(({ name }) => wantsColumn(options, name));
  const columns = wanted.map(
    (field) => known.get(field.name) ?? { name: field.name, values: Array.from({ length: empty }, (): null => null) },
  );
  return { layer: { ...joined, columns }, format, layerName, fields, encoding, crs, problems };
}

/**
 * Reads an opened layer for a role: columns under the survey's own field names (`mapFields`, `applyMapping`), problems
 * of the mapping among the others. With role null columns stay as they are. Throws what `batches` throws.
 *
 * @param goOn told now and then how many features have been read; after false the layer ends there
 */
export async function layerForRole(
  source: OpenedSource,
  role: LayerRole | null,
  goOn: (features: number) => boolean = () => true,
): Promise<ReadLayer> {
  const mapping = role === null ? [] : mapFields(source.fields, role);
  const batches: FeatureBatch[] = [];
  const problems: Problem[] = [...source.problems];
  let features = 0;
  for await (const batch of source.whole?.(goOn) ?? source.batches()) {
    const mapped = role === null ? batch : applyMapping(batch, mapping, role);
    batches.push({ ...mapped, problems: [] });
    for (const problem of mapped.problems) problems.push(problem);
    features += featureCount(batch);
    if (!goOn(features)) break;
  }
  const { format, layerName, fields, encoding, crs } = source;
  return { layer: joinBatches(batches, crs.epsg), format, layerName, fields, encoding, crs, problems };
}

/** Rules of readers that say a feature's geometry could not be used. */
const isGeometryError = ({ rule, severity }: Problem): boolean =>
  severity === 'error' && !/^(attribute|area)\./.test(rule);

/**
 * Features whose geometry could not be read at all, as refusals: where they lie nobody knows, so nothing is computed
 * without them.
 *
 * @param name what the layer is called in the work it is read for
 */
export function unreadableFeatures(problems: readonly Problem[], file: string, name?: string): Refusal[] {
  return problems.filter(isGeometryError).map((problem) => {
    const refusal = refusalOfProblem(problem, file);
    return name === undefined ? refusal : { ...refusal, place: { ...refusal.place, layer: name } };
  });
}

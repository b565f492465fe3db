import type { Problem } from '../../kernel/index.ts';
import { lonLatOf } from '../../geometry/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import { ringsOfFeature } from './outlines.ts';
import { readProblemsOfFeatures, readStagedBatches, type StoredImport } from './store.ts';
import type { ImportPreview } from './views.ts';

/** Rows and outlines a preview shows: enough to see whether names read right and the place is right. */
const PREVIEW_ROWS = 50;
const PREVIEW_VERTICES = 60_000;

/** The first rows of a staged import with their problems, and outlines in degrees. */
export async function previewOf(db: Queryable, stored: StoredImport): Promise<ImportPreview> {
  const names = (stored.facts.fields ?? []).map((field) => field.name);
  const rows: { featureNo: number; values: (string | number | null)[]; problems: Problem[] }[] = [];
  const outlines: unknown[] = [];
  let vertices = 0;
  for await (const { batch, bad } of readStagedBatches(db, stored)) {
    const byName = new Map(batch.columns.map((column) => [column.name, column.values]));
    const badNos = new Set(bad);
    const lonLat = lonLatOf({ coords: batch.coords, epsg: stored.facts.crs!.epsg });
    for (let f = 0; f < batch.featureNos.length; f++) {
      const featureNo = batch.featureNos[f]!;
      if (rows.length < PREVIEW_ROWS)
        rows.push({ featureNo, values: names.map((name) => byName.get(name)?.[f] ?? null), problems: [] });
      if (vertices < PREVIEW_VERTICES) {
        const coordinates = ringsOfFeature(batch, lonLat, f);
        vertices += coordinates.reduce((sum, rings) => sum + rings.reduce((count, ring) => count + ring.length, 0), 0);
        if (coordinates.length > 0) {
          outlines.push({
            type: 'Feature',
            properties: { featureNo, bad: badNos.has(featureNo) },
            geometry: { type: 'MultiPolygon', coordinates },
          });
        }
      }
    }
    if (rows.length >= PREVIEW_ROWS && vertices >= PREVIEW_VERTICES) break;
  }
  if (rows.length > 0) {
    for (const problem of await readProblemsOfFeatures(db, stored, rows[0]!.featureNo, rows.at(-1)!.featureNo)) {
      rows.find((row) => row.featureNo === problem.featureNo)?.problems.push(problem);
    }
  }
  return { fields: names, rows, outlines: { type: 'FeatureCollection', features: outlines } };
}

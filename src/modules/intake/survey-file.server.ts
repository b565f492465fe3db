import { join } from 'node:path';
import type { FeatureBatch } from '../../kernel/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import { readLayerVersion } from '../parcels/server.ts';
import type { LayerVersionView } from '../parcels/index.ts';
import { RefusalError } from './format.ts';
import { writerOf } from './open-source.server.ts';
import { strictSurvey, surveyFieldsOf } from './survey-export.ts';
import { surveySchemaOf } from './survey-schema.ts';

/**
 * Writes a layer version to a GeoPackage in `folder` as the standard has it (`strictSurveyLayer`), coordinates as
 * delivered. Streams; throws `RefusalError` with every breach, and then leaves no file.
 */
export async function writeSurveyGeoPackage(
  db: Queryable,
  version: Pick<LayerVersionView, 'countyCode' | 'layerVersionId' | 'role' | 'epsg'>,
  folder: string,
): Promise<string> {
  const path = join(folder, 'export.gpkg');
  const survey = strictSurvey(version.role);
  async function* batches(): AsyncGenerator<FeatureBatch> {
    for await (const batch of readLayerVersion(db, version)) {
      const strict = survey.batch(batch);
      // After a breach the rest is read for its breaches alone: the file will not be.
      if (survey.refusals().length === 0) yield strict;
    }
    const refusals = survey.refusals();
    if (refusals.length > 0) throw new RefusalError(refusals);
  }
  const source = { epsg: version.epsg, fields: surveyFieldsOf(version.role), batches };
  await (await writerOf(path)).write(path, source, { layerName: surveySchemaOf(version.role).table });
  return path;
}

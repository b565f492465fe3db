import { err, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import type { Services } from '../../platform/services.ts';
import type { ActorContext } from '../access/index.ts';
import { recordEvent } from '../audit/server.ts';
import { findLayerVersion, type LayerVersion } from '../parcels/server.ts';
import { findReport, lockQuality, type StoredReport } from './store.ts';
import type { QualityReportView } from './views.ts';

export const QUALITY_JOB = 'quality.assess';

const NO_REPORT: Refusal = {
  code: 'QUALITY-NOT-RUN',
  message: localized('该图层版本尚未质检。', 'The quality of this layer version has not been checked yet.'),
  remedy: localized('请先运行质检。', 'Run the quality check first.'),
};

const WITHDRAWN: Refusal = {
  code: 'LAYER-NOT-CURRENT',
  message: localized('该图层版本不是现行版本。', 'This layer version is not current.'),
  remedy: localized('请选择现行版本。', 'Choose a current version.'),
};

/** Queues a quality run of a current layer version; where one waits or runs already, that one's job is given. */
export async function startQuality(
  services: Services,
  context: ActorContext,
  layerVersionId: string,
): Promise<Result<{ jobId: string }, Refusal>> {
  return services.db.transaction(async (tx) => {
    const found = await findLayerVersion(tx, context, layerVersionId);
    if (!found.ok) return found;
    const version = found.value;
    if (version.state !== 'current') return err(WITHDRAWN);
    // Two people may press at once; two runs of one version would write the same report.
    await lockQuality(tx, layerVersionId);
    const active = (await services.jobs.active(QUALITY_JOB, tx)).find(
      ({ input }) => (input as { layerVersionId: string }).layerVersionId === layerVersionId,
    );
    const jobId =
      active?.view.jobId ??
      (await services.jobs.enqueue(
        tx,
        { ...context, divisionCode: version.countyCode },
        { kind: QUALITY_JOB, input: { layerVersionId } },
      ));
    await recordEvent(tx, context, {
      operation: 'quality.start',
      objectKind: 'layerVersion',
      objectId: layerVersionId,
      countyCode: version.countyCode,
      detail: { jobId },
    });
    return ok({ jobId });
  });
}

/** The last report of a layer version, with the version. */
export async function qualityOf(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  layerVersionId: string,
): Promise<Result<{ version: LayerVersion; report: StoredReport }, Refusal>> {
  const found = await findLayerVersion(db, context, layerVersionId);
  if (!found.ok) return found;
  const report = await findReport(db, found.value);
  return report === undefined ? err(NO_REPORT) : ok({ version: found.value, report });
}

export function reportView(report: StoredReport): QualityReportView {
  const { layerVersionId, features, errors, warnings, rules, ranAt } = report;
  return {
    layerVersionId,
    features,
    errors,
    warnings,
    ranAt,
    rules: rules.map(({ rule, title, severity, count, state, missing, citation }) => ({
      rule,
      title,
      severity,
      count,
      state,
      missing,
      citation,
    })),
  };
}

import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { useMemo, useState } from 'react';
import { LAYER_ROLE_NAMES } from '../../../kernel/index.ts';
import {
  qualityFile,
  qualityProblemsQuery,
  qualityQuery,
  startQuality,
  type LayerVersionView,
  type QualityReportView,
} from '../../../web/api/endpoints.ts';
import { useJob } from '../../../web/api/jobs.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Count, Moment } from '../../../web/kit/area.tsx';
import { EmptyPanel, JobProgress, Loaded, LoadingPanel, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { ProblemTable, RuleList, type PlacedProblem } from '../../../web/kit/problems.tsx';
import { Fact, ScreenHead, SplitScreen } from '../../../web/kit/screen.tsx';
import { useCounty, useCurrentLayers } from '../../../web/map/current-layers.ts';
import { hiddenOf, hiddenText } from '../../../web/map/LayerTree.tsx';
import { MapLayersButton } from '../../../web/map/MapLayersButton.tsx';
import { MapView, type MapFocus, type MapPoint } from '../../../web/map/MapView.tsx';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';

const PAGE_SIZE = 50;
/** Problems shown as points at once; the list pages through all. */
const POINTS = 500;

function Report(props: {
  readonly layer: LayerVersionView;
  readonly report: QualityReportView;
  readonly layers: readonly LayerVersionView[];
}) {
  const { t } = useI18n();
  const { layer, report } = props;
  const [state, change] = useUrlState();
  const page = Math.max(1, Number(state.page ?? 1) || 1);
  const list = useQuery(
    qualityProblemsQuery(layer.layerVersionId, { rule: state.rule, offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE }),
  );
  const all = useQuery(qualityProblemsQuery(layer.layerVersionId, { rule: state.rule, offset: 0, limit: POINTS }));
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [focus, setFocus] = useState<MapFocus | undefined>(undefined);
  const hidden = useMemo(() => hiddenOf(state.hide), [state.hide]);
  const points = useMemo<MapPoint[]>(
    () =>
      all.data?.problems.flatMap((problem, index) =>
        problem.lonLat === null
          ? []
          : [
              {
                lonLat: problem.lonLat,
                severity: problem.severity,
                key: `${problem.rule}:${problem.featureNo ?? 'file'}:${index}`,
              },
            ],
      ) ?? [],
    [all.data],
  );
  const choose = (problem: PlacedProblem, key: string): void => {
    setChosen(key);
    change({ parcel: problem.featureNo === null ? undefined : String(problem.featureNo) }, { replace: true });
    if (problem.lonLat !== null) setFocus({ key: `${key}@${Date.now()}`, place: problem.lonLat });
  };
  return (
    <SplitScreen
      wide
      listLabel="quality.list"
      list={
        <div className="quality-list">
          <section>
            <h3 className="side-heading pad-x">{t('quality.rules', { count: report.rules.length })}</h3>
            <RuleList
              groups={report.rules}
              chosen={state.rule}
              onChoose={(rule) => change({ rule, page: undefined, parcel: undefined })}
            />
          </section>
          <section>
            <h3 className="side-heading pad-x">{t('quality.problems')}</h3>
            <Loaded query={list}>
              {(value) => (
                <ProblemTable
                  page={value}
                  pageSize={PAGE_SIZE}
                  chosen={chosen}
                  onChoose={choose}
                  onPage={(next) => change({ page: next === 1 ? undefined : String(next) })}
                />
              )}
            </Loaded>
          </section>
        </div>
      }
      map={
        <>
          <MapLayersButton
            items={[...props.layers].reverse().map((each) => ({ key: each.role }))}
            hidden={hidden}
            onHidden={(next) => change({ hide: hiddenText(next) }, { replace: true })}
          />
          <MapView
            label={t('quality.mapLabel')}
            layers={props.layers}
            hidden={hidden}
            points={points}
            chosenPoint={chosen}
            selected={state.parcel === undefined ? undefined : Number(state.parcel)}
            home={layer.box ?? undefined}
            position={state.at}
            onPosition={(at) => change({ at }, { replace: true })}
            focus={focus}
            onPoint={(key) => {
              setChosen(key);
              const index = Number(key.split(':').pop());
              const problem = all.data?.problems[index];
              if (problem === undefined) return;
              change({
                page: index < PAGE_SIZE ? undefined : String(Math.floor(index / PAGE_SIZE) + 1),
                parcel: problem.featureNo === null ? undefined : String(problem.featureNo),
              });
            }}
          />
        </>
      }
    />
  );
}

function LayerQuality(props: {
  readonly layer: LayerVersionView;
  readonly choices: readonly LayerVersionView[];
  readonly current: readonly LayerVersionView[];
}) {
  const { t, pick } = useI18n();
  const { layer } = props;
  const [, change] = useUrlState();
  const queries = useQueryClient();
  const query = useQuery(qualityQuery(layer.layerVersionId));
  const mayRun = useMay('POST', '/api/layers/:layerVersionId/quality');
  const [jobId, setJobId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: () => startQuality(layer.layerVersionId),
    onSuccess: (started) => setJobId(started.jobId),
  });
  const job = useJob(jobId, (over) => {
    if (over.state !== 'failed') setJobId(null);
    void queries.invalidateQueries({ queryKey: ['quality', layer.layerVersionId] });
  });
  const running = jobId !== null && job?.state !== 'failed';
  // The layer under test is drawn even where it is not the current one.
  const drawn = props.current.some((each) => each.layerVersionId === layer.layerVersionId)
    ? props.current
    : [layer, ...props.current.filter((each) => each.role !== layer.role)];
  const report = query.data;
  return (
    <>
      <ScreenHead
        title={t('quality.title')}
        facts={
          <>
            <label className="inline-label">
              {t('quality.layer')}
              <Select
                className="layer-select"
                value={layer.layerVersionId}
                onChange={(next) =>
                  change({ layer: next, rule: undefined, page: undefined, parcel: undefined, at: undefined })
                }
                options={props.choices.map((each) => ({
                  value: each.layerVersionId,
                  label: `${pick(LAYER_ROLE_NAMES[each.role])} · ${each.sourceName} · ${each.asOf}${each.state === 'current' ? '' : ` · ${t(`layer.state.${each.state}`)}`}`,
                }))}
              />
            </label>
            {report === undefined || report === null ? null : (
              <>
                <Fact label={t('quality.features')}>
                  <Count value={report.features} />
                </Fact>
                <Fact label={t('quality.errors')} tone={report.errors > 0 ? 'fail' : 'pass'}>
                  <Count value={report.errors} />
                </Fact>
                <Fact label={t('quality.warnings')} tone={report.warnings > 0 ? 'person' : 'pass'}>
                  <Count value={report.warnings} />
                </Fact>
                <Fact label={t('quality.ranAt')}>
                  <Moment iso={report.ranAt} />
                </Fact>
              </>
            )}
          </>
        }
        actions={
          <>
            {report === undefined || report === null ? null : (
              <>
                <Button icon={<DownloadOutlined />} href={qualityFile(layer.layerVersionId, 'xlsx')} download>
                  {t('quality.xlsx')}
                </Button>
                <Button icon={<DownloadOutlined />} href={qualityFile(layer.layerVersionId, 'gpkg')} download>
                  {t('quality.gpkg')}
                </Button>
              </>
            )}
            {mayRun ? (
              <Button type="primary" disabled={running} loading={start.isPending} onClick={() => start.mutate()}>
                {report === null || report === undefined ? t('quality.run') : t('quality.runAgain')}
              </Button>
            ) : null}
          </>
        }
      />
      {start.error === null ? null : (
        <div className="pad">
          <RefusalList refusals={refusalsOf(start.error)} />
        </div>
      )}
      {jobId === null ? null : (
        <div className="pad">
          <JobProgress job={job} jobId={jobId} />
        </div>
      )}
      <Loaded query={query}>
        {(value) =>
          value === null ? (
            running ? null : (
              <EmptyPanel title={t('quality.none')} next={t(mayRun ? 'quality.noneNext' : 'quality.noneNextOther')}>
                {mayRun ? (
                  <Button type="primary" onClick={() => start.mutate()}>
                    {t('quality.run')}
                  </Button>
                ) : null}
              </EmptyPanel>
            )
          ) : (
            <Report key={layer.layerVersionId} layer={layer} report={value} layers={drawn} />
          )
        }
      </Loaded>
    </>
  );
}

/** Quality of one layer version: run the rules, walk the problems, take them home. */
export function QualityScreen() {
  const { t } = useI18n();
  const [state] = useUrlState();
  const county = useCounty();
  const { query, current } = useCurrentLayers(county);
  if (county !== undefined && query.isPending) return <LoadingPanel rows={8} />;
  if (query.error !== null) return <Loaded query={query}>{() => null}</Loaded>;
  const versions = (query.data ?? []).filter((version) => version.state === 'current');
  const layer =
    versions.find((version) => version.layerVersionId === state.layer) ?? current?.byRole.get('parcels') ?? versions[0];
  if (layer === undefined) {
    return (
      <EmptyPanel title={t('map.empty')} next={t('map.emptyNext')}>
        <Link to="/import">{t('nav.import')}</Link>
      </EmptyPanel>
    );
  }
  return <LayerQuality key={layer.layerVersionId} layer={layer} choices={versions} current={current?.layers ?? []} />;
}

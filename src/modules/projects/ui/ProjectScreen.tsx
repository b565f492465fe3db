import { useMemo, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'antd';

import {
  planQuery,
  projectQuery,
  runsQuery,
  type PlanCollection,
  type PlanFeature,
  type ProjectView,
} from '../../../web/api/endpoints.ts';
import { useI18n, type MessageKey } from '../../../web/i18n/index.tsx';
import { Area, Count, Moment } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, RefusalList } from '../../../web/kit/feedback.tsx';
import { LandClassText } from '../../../web/kit/land-class.tsx';
import { pressed } from '../../../web/kit/problems.tsx';
import { NoSurvey } from '../../../web/kit/only-look.tsx';
import { Fact, Panel, ScreenHead, SplitScreen } from '../../../web/kit/screen.tsx';
import { useCurrentLayers } from '../../../web/map/current-layers.ts';
import { hiddenOf, hiddenText, LandLegend, LayerTree, PlanLegend, type TreeItem } from '../../../web/map/LayerTree.tsx';
import { MapView, type MapFocus } from '../../../web/map/MapView.tsx';
import { boxOfCoordinates } from '../../../web/map/position.ts';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { contentText, plotFamilyText, plotKindText, projectTypeText } from './words.ts';

const text = (feature: PlanFeature, name: string): string | null => {
  const value = feature.properties[name];
  return value === null || value === undefined || value === '' ? null : String(value);
};

function FeatureTable(props: {
  readonly features: readonly PlanFeature[];
  readonly columns: readonly { readonly title: MessageKey; readonly cell: (feature: PlanFeature) => ReactNode }[];
  readonly chosen: string | undefined;
  readonly onChoose: (plotId: string) => void;
}) {
  const { t } = useI18n();
  if (props.features.length === 0) return <p className="quiet">{t('plan.noRows')}</p>;
  return (
    <div className="table-scroll">
      <table className="grid-table">
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th scope="col" key={column.title}>
                {t(column.title)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.features.map((feature, index) => {
            const plotId = text(feature, 'plotId') ?? String(index);
            const choose = (): void => props.onChoose(plotId);
            return (
              <tr
                key={`${plotId}-${index}`}
                tabIndex={0}
                aria-selected={props.chosen === plotId}
                className={props.chosen === plotId ? 'chosen' : ''}
                onClick={choose}
                onKeyDown={pressed(choose)}
              >
                {props.columns.map((column) => (
                  <td key={column.title}>{column.cell(feature)}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function RunList(props: { readonly projectId: string }) {
  const { t } = useI18n();
  const query = useQuery(runsQuery(props.projectId));
  const mayRun = useMay('POST', '/api/projects/:projectId/runs');
  return (
    <Loaded query={query}>
      {(runs) =>
        runs.length === 0 ? (
          <EmptyPanel title={t('run.none')} next={t(mayRun ? 'run.noneNext' : 'run.noneNextOther')}>
            {mayRun ? (
              <Link to="/projects/$projectId/analysis" params={{ projectId: props.projectId }}>
                {t('run.goAnalyse')}
              </Link>
            ) : null}
          </EmptyPanel>
        ) : (
          <ul className="run-list">
            {runs.map((run) => (
              <li key={run.runId}>
                <Link
                  to="/projects/$projectId/analysis"
                  params={{ projectId: props.projectId }}
                  search={{ run: run.runId } as never}
                >
                  <Moment iso={run.createdAt} />
                </Link>{' '}
                <span className={`mark mark-${run.state}`}>{t(`run.state.${run.state}`)}</span>
                <span className="sub">
                  {run.packId} {run.packVersion} · {t('run.input')} <code>{run.inputHash.slice(0, 12)}</code>
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function ProjectBody(props: { readonly project: ProjectView; readonly plan: PlanCollection | undefined }) {
  const { t } = useI18n();
  const { project, plan } = props;
  const [state, change] = useUrlState();
  const { current } = useCurrentLayers(project.countyCode.slice(0, 6));
  const hidden = useMemo(() => hiddenOf(state.hide), [state.hide]);
  // One sentence is enough where each layer of the file gave the same remark.
  const remarks = project.remarks.filter(
    (remark, index) => project.remarks.findIndex((other) => other.message.zh === remark.message.zh) === index,
  );
  const plots = useMemo(() => plan?.features.filter((feature) => feature.properties.layer === 'plots') ?? [], [plan]);
  const changes = useMemo(
    () => plan?.features.filter((feature) => feature.properties.layer === 'basicFarmlandChange') ?? [],
    [plan],
  );
  const chosen = state.plot;
  const marked = useMemo(() => (chosen === undefined ? [] : [chosen]), [chosen]);
  const focus = useMemo<MapFocus | undefined>(() => {
    if (chosen === undefined) return undefined;
    const feature = [...plots, ...changes].find((each) => text(each, 'plotId') === chosen);
    const box = feature === undefined ? undefined : boxOfCoordinates(feature.geometry.coordinates);
    return box === undefined ? undefined : { key: `plot:${chosen}`, place: box };
  }, [chosen, plots, changes]);
  const choosePlot = (plotId: string): void => change({ plot: plotId === chosen ? undefined : plotId });
  const items: TreeItem[] = [
    { key: 'plan' },
    ...[...(current?.layers ?? [])]
      .reverse()
      .map((layer) => ({ key: layer.role, note: `${layer.sourceName} · ${layer.asOf}` })),
  ];
  const list = (
    <>
      {project.remarks.length === 0 ? null : (
        <details className="remarks">
          <summary>{t('project.remarkCount', { count: remarks.length })}</summary>
          <RefusalList refusals={remarks} tone="note" />
        </details>
      )}
      <Tabs
        className="side-tabs"
        activeKey={state.tab ?? 'plots'}
        onChange={(tab) => change({ tab: tab === 'plots' ? undefined : tab }, { replace: true })}
        items={[
          {
            key: 'plots',
            label: `${t('plan.plots')} ${plots.length}`,
            children: (
              <FeatureTable
                features={plots}
                chosen={chosen}
                onChoose={choosePlot}
                columns={[
                  { title: 'plan.plotId', cell: (plot) => text(plot, 'plotId') ?? '—' },
                  { title: 'plan.kind', cell: (plot) => plotKindText(t, text(plot, 'kind')) },
                  { title: 'plan.family', cell: (plot) => plotFamilyText(t, text(plot, 'family')) },
                  { title: 'plan.classAfter', cell: (plot) => <LandClassText code={text(plot, 'classAfter')} /> },
                  { title: 'plan.gradeAfter', cell: (plot) => text(plot, 'gradeAfter') ?? '—' },
                  { title: 'plan.subProject', cell: (plot) => text(plot, 'subProject') ?? '—' },
                ]}
              />
            ),
          },
          {
            key: 'changes',
            label: `${t('plan.changes')} ${changes.length}`,
            children: (
              <FeatureTable
                features={changes}
                chosen={chosen}
                onChoose={choosePlot}
                columns={[
                  { title: 'plan.plotId', cell: (plot) => text(plot, 'plotId') ?? '—' },
                  {
                    title: 'plan.direction',
                    cell: (plot) =>
                      text(plot, 'direction') === 'out'
                        ? t('plan.change.out')
                        : text(plot, 'direction') === 'in'
                          ? t('plan.change.in')
                          : '—',
                  },
                  { title: 'plan.class', cell: (plot) => <LandClassText code={text(plot, 'class')} /> },
                  { title: 'plan.grade', cell: (plot) => text(plot, 'grade') ?? '—' },
                ]}
              />
            ),
          },
          { key: 'runs', label: t('plan.runs'), children: <RunList projectId={project.projectId} /> },
          {
            key: 'layers',
            label: t('map.layers'),
            children: (
              <div className="pad">
                <LayerTree
                  items={items}
                  hidden={hidden}
                  onHidden={(next) => change({ hide: hiddenText(next) }, { replace: true })}
                />
                <PlanLegend />
                <LandLegend layerVersionId={current?.byRole.get('parcels')?.layerVersionId} />
              </div>
            ),
          },
        ]}
      />
    </>
  );
  return (
    <SplitScreen
      listLabel="plan.plots"
      list={list}
      map={
        <MapView
          label={t('project.mapLabel', { name: project.name })}
          layers={current?.layers ?? []}
          hidden={hidden}
          plan={plan}
          home={project.box ?? current?.box}
          position={state.at}
          onPosition={(at) => change({ at }, { replace: true })}
          focus={focus}
          highlightPlots={marked}
          onPick={(_, plotIds) => change({ plot: plotIds[0] })}
        />
      }
    />
  );
}

/** One project: its facts, its plots, its runs, and all of them on the map. */
export function ProjectScreen() {
  const { t } = useI18n();
  const { projectId } = useParams({ strict: false }) as { projectId: string };
  const query = useQuery(projectQuery(projectId));
  const mayPlan = useMay('GET', '/api/projects/:projectId/plan.geojson');
  const plan = useQuery({ ...planQuery(projectId), enabled: mayPlan });
  return (
    <Loaded query={query}>
      {(project) =>
        project === null ? (
          <EmptyPanel title={t('project.missing')} next={t('project.missingNext')}>
            <Link to="/projects">{t('nav.projects')}</Link>
          </EmptyPanel>
        ) : (
          <>
            <ScreenHead
              trail={<Link to="/projects">{t('nav.projects')}</Link>}
              title={project.name}
              facts={
                <>
                  <Fact label={t('project.area')}>
                    <Area dm2={project.areaDm2} />
                  </Fact>
                  <Fact label={t('project.plots')}>
                    <Count value={project.plotCount} />
                  </Fact>
                  <Fact label={t('project.type')}>{projectTypeText(t, project.type)}</Fact>
                  <Fact label={t('project.contents')} minor>
                    {project.contents.map((content) => contentText(t, content)).join(t('list.comma')) || '—'}
                  </Fact>
                  <Fact label={t('project.planHash')} minor>
                    <code>{project.planHash.slice(0, 12)}</code>
                  </Fact>
                </>
              }
              actions={
                <Link to="/projects/$projectId/analysis" params={{ projectId }} className="button-link">
                  {t('run.goAnalyse')}
                </Link>
              }
            />
            {mayPlan ? (
              <ProjectBody project={project} plan={plan.data} />
            ) : (
              <div className="page">
                <NoSurvey />
                <Panel title={t('plan.runs')} flush>
                  <RunList projectId={projectId} />
                </Panel>
              </div>
            )}
          </>
        )
      }
    </Loaded>
  );
}

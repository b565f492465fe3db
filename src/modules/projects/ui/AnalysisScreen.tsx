import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button, Dropdown, Select } from 'antd';
import { useMemo } from 'react';
import {
  findingsQuery,
  packsQuery,
  planQuery,
  projectQuery,
  RUN_FILES,
  runFile,
  runsQuery,
  startRun,
  type PackSummary,
  type ProjectView,
  type RunView,
} from '../../../web/api/endpoints.ts';
import { useJob } from '../../../web/api/jobs.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import {
  EmptyPanel,
  ErrorPanel,
  JobProgress,
  Loaded,
  LoadingPanel,
  RefusalList,
  refusalsOf,
} from '../../../web/kit/feedback.tsx';
import { OnlyLook } from '../../../web/kit/only-look.tsx';
import { ScreenHead } from '../../../web/kit/screen.tsx';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { RunResult } from './RunResult.tsx';

function ExportMenu(props: { readonly runId: string }) {
  const { t, language } = useI18n();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: RUN_FILES.map((name) => ({
          key: name,
          label: (
            <a href={runFile(props.runId, name, language)} download>
              {t(`export.${name}`)} <code>{name}</code>
            </a>
          ),
        })),
      }}
    >
      <Button icon={<DownloadOutlined />}>{t('action.export')}</Button>
    </Dropdown>
  );
}

function useStart(project: ProjectView) {
  const queries = useQueryClient();
  const [, change] = useUrlState();
  return useMutation({
    mutationFn: (packId: string) => startRun(project.projectId, packId),
    onSuccess: async ({ runId }) => {
      await queries.invalidateQueries({ queryKey: ['runs', project.projectId] });
      change({
        run: runId,
        table: undefined,
        row: undefined,
        column: undefined,
        finding: undefined,
        parcel: undefined,
      });
    },
  });
}

function Body(props: {
  readonly project: ProjectView;
  readonly runs: readonly RunView[];
  readonly packs: readonly PackSummary[];
}) {
  const { t, pick, locale } = useI18n();
  const { project, runs, packs } = props;
  const queries = useQueryClient();
  const [state, change] = useUrlState();
  const mayRun = useMay('POST', '/api/projects/:projectId/runs');
  const mayExport = useMay('GET', '/api/runs/:runId/files/:name');
  const mayPlan = useMay('GET', '/api/projects/:projectId/plan.geojson');
  const plan = useQuery({ ...planQuery(project.projectId), enabled: mayPlan });
  const start = useStart(project);
  const run = runs.find((each) => each.runId === state.run) ?? (state.run === undefined ? runs[0] : undefined);
  const running = run !== undefined && (run.state === 'running' || run.state === 'queued');
  const job = useJob(running ? run.jobId : null, () => {
    void queries.invalidateQueries({ queryKey: ['runs', project.projectId] });
  });
  // Which county's rules judge a plan is for a person to say: no pack is chosen in silence.
  const packId = state.pack ?? run?.packId ?? (packs.length === 1 ? packs[0]!.packId : undefined);
  const packTitle = useMemo(() => new Map(packs.map((pack) => [pack.packId, pick(pack.title)])), [packs, pick]);

  return (
    <>
      <ScreenHead
        trail={
          <>
            <Link to="/projects">{t('nav.projects')}</Link> /{' '}
            <Link to="/projects/$projectId" params={{ projectId: project.projectId }}>
              {project.name}
            </Link>
          </>
        }
        title={t('analysis.title')}
        facts={
          runs.length === 0 ? undefined : (
            <label className="inline-label">
              {t('run.which')}
              <Select
                className="run-select"
                value={run?.runId ?? null}
                onChange={(runId) =>
                  change({
                    run: runId ?? undefined,
                    table: undefined,
                    row: undefined,
                    column: undefined,
                    finding: undefined,
                    parcel: undefined,
                  })
                }
                options={runs.map((each) => ({
                  value: each.runId,
                  label: `${new Date(each.createdAt).toLocaleString(locale, { hour12: false })} · ${packTitle.get(each.packId) ?? each.packId} ${each.packVersion}${each.state === 'done' ? '' : ` · ${t(`run.state.${each.state}`)}`}`,
                }))}
              />
            </label>
          )
        }
        actions={
          <>
            {mayRun ? (
              <>
                <label className="inline-label">
                  {t('run.pack')}
                  <Select
                    className="pack-select"
                    value={packId ?? null}
                    placeholder={t('run.packChoose')}
                    popupMatchSelectWidth={false}
                    onChange={(next) => change({ pack: next ?? undefined }, { replace: true })}
                    options={packs.map((pack) => ({
                      value: pack.packId,
                      label: `${pick(pack.title)} ${pack.version}`,
                    }))}
                  />
                </label>
                <Button
                  type="primary"
                  loading={start.isPending}
                  disabled={packId === undefined || running}
                  onClick={() => packId !== undefined && start.mutate(packId)}
                >
                  {t('run.start')}
                </Button>
              </>
            ) : (
              <OnlyLook what="gate.what.run" />
            )}
            {mayExport && run?.state === 'done' ? <ExportMenu runId={run.runId} /> : null}
          </>
        }
      />
      {start.error === null ? null : (
        <div className="pad">
          <RefusalList refusals={refusalsOf(start.error)} />
        </div>
      )}
      {run === undefined ? (
        <EmptyPanel title={t('run.none')} next={t(mayRun ? 'run.noneNext' : 'run.noneNextOther')} />
      ) : run.state === 'done' ? (
        <RunResult key={run.runId} project={project} run={run} plan={plan.data} />
      ) : running ? (
        <div className="page">
          {run.jobId === null ? <LoadingPanel /> : <JobProgress job={job} jobId={run.jobId} />}
        </div>
      ) : (
        <div className="page">
          <FailedRun key={run.runId} run={run} />
        </div>
      )}
    </>
  );
}

/** A run that ended without a result says why. */
function FailedRun(props: { readonly run: RunView }) {
  const { t } = useI18n();
  // Its findings are refused with the reasons it ended for.
  const asked = useQuery({ ...findingsQuery(props.run.runId), enabled: props.run.state === 'failed' });
  if (asked.error !== null) return <ErrorPanel error={asked.error} />;
  return <EmptyPanel title={t(`run.state.${props.run.state}`)} next={t('run.againNext')} />;
}

/** Analysis of one project: choose a pack, run, read tables and verdicts, walk between them and the map. */
export function AnalysisScreen() {
  const { t } = useI18n();
  const { projectId } = useParams({ strict: false }) as { projectId: string };
  const project = useQuery(projectQuery(projectId));
  const runs = useQuery(runsQuery(projectId));
  const packs = useQuery(packsQuery);
  return (
    <Loaded query={project}>
      {(found) =>
        found === null ? (
          <EmptyPanel title={t('project.missing')} next={t('project.missingNext')}>
            <Link to="/projects">{t('nav.projects')}</Link>
          </EmptyPanel>
        ) : (
          <Loaded query={packs}>
            {(known) => <Loaded query={runs}>{(list) => <Body project={found} runs={list} packs={known} />}</Loaded>}
          </Loaded>
        )
      }
    </Loaded>
  );
}

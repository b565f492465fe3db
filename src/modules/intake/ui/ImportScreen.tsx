import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { App, Button, Popconfirm, Tabs } from 'antd';
import { useMemo, useState } from 'react';
import { LAYER_ROLE_NAMES } from '../../../kernel/index.ts';
import {
  commitImport,
  importErrorsMap,
  discardImport,
  importErrorsFile,
  importPreviewQuery,
  importProblemsQuery,
  importQuery,
  putImportCorrection,
  undoImport,
  type CommitChoice,
  type ImportCorrection,
  type ImportPreview,
  type ImportView,
  type JobView,
} from '../../../web/api/endpoints.ts';
import { useJob } from '../../../web/api/jobs.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Count } from '../../../web/kit/area.tsx';
import { EmptyPanel, JobProgress, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { ProblemTable, RuleList, SeverityMark, type PlacedProblem } from '../../../web/kit/problems.tsx';
import { OnlyLook } from '../../../web/kit/only-look.tsx';
import { Fact, Panel, ScreenHead, SplitScreen } from '../../../web/kit/screen.tsx';
import { useCurrentLayers } from '../../../web/map/current-layers.ts';
import { MapView, type MapFocus, type MapPoint } from '../../../web/map/MapView.tsx';
import { boxOfCoordinates, type Box } from '../../../web/map/position.ts';
import type { GeoJson, TileLayer } from '../../../web/map/style.ts';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { CrsProof, EncodingProof, LayerChoice } from './Evidence.tsx';
import { MappingEditor } from './MappingEditor.tsx';

const PAGE_SIZE = 50;

function PreviewTable(props: {
  readonly preview: ImportPreview;
  readonly chosen: number | undefined;
  readonly onChoose: (featureNo: number) => void;
}) {
  const { t, pick } = useI18n();
  const { preview } = props;
  if (preview.rows.length === 0) return <p className="quiet">{t('import.noRows')}</p>;
  return (
    <div className="table-scroll">
      <table className="grid-table preview-table">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">{t('import.check')}</th>
            {preview.fields.map((field) => (
              <th scope="col" key={field}>
                <code>{field}</code>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row) => {
            const worst = row.problems.find((problem) => problem.severity === 'error') ?? row.problems[0];
            return (
              <tr
                key={row.featureNo}
                className={props.chosen === row.featureNo ? 'chosen' : ''}
                tabIndex={0}
                onClick={() => props.onChoose(row.featureNo)}
                onKeyDown={(event) => event.key === 'Enter' && props.onChoose(row.featureNo)}
              >
                <td className="figures">{row.featureNo}</td>
                <td title={worst === undefined ? '' : pick(worst.message)}>
                  {worst === undefined ? (
                    <span className="mark mark-pass">{t('import.good')}</span>
                  ) : (
                    <SeverityMark severity={worst.severity} />
                  )}
                </td>
                {row.values.map((value, index) => (
                  <td key={preview.fields[index] ?? index} className="nowrap">
                    {value === null ? <span className="muted">—</span> : String(value)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Staged(props: {
  readonly item: ImportView;
  readonly busy: boolean;
  readonly onCorrect: (correction: ImportCorrection) => void;
}) {
  const { t } = useI18n();
  const { item } = props;
  const [state, change] = useUrlState();
  const page = Math.max(1, Number(state.page ?? 1) || 1);
  const preview = useQuery(importPreviewQuery(item.importId));
  const problems = useQuery(importProblemsQuery(item.importId, state.rule, (page - 1) * PAGE_SIZE, PAGE_SIZE));
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [focus, setFocus] = useState<MapFocus | undefined>(undefined);
  const [row, setRow] = useState<number | undefined>(undefined);
  const { current } = useCurrentLayers(item.countyCode);
  // What the county already has, as a ground to see the new data against.
  const context = current?.layers.filter((layer) => layer.role === 'village') ?? [];
  const points = useMemo<MapPoint[]>(
    () =>
      problems.data?.problems.flatMap((problem, index) =>
        problem.lonLat === null
          ? []
          : [
              {
                lonLat: problem.lonLat,
                severity: problem.severity,
                key: `${problem.rule}:${problem.featureNo ?? 'file'}:${(problems.data?.offset ?? 0) + index}`,
              },
            ],
      ) ?? [],
    [problems.data],
  );
  const tab = state.tab ?? (item.badCount > 0 ? 'problems' : 'proof');
  const total = item.problemGroups.reduce((sum, group) => sum + group.count, 0);
  const list = (
    <Tabs
      className="side-tabs"
      activeKey={tab}
      onChange={(next) => change({ tab: next }, { replace: true })}
      items={[
        {
          key: 'proof',
          label: t('import.proof'),
          children: (
            <div className="pad stack">
              <LayerChoice {...props} />
              <section>
                <h3 className="side-heading">{t('encoding.title')}</h3>
                <EncodingProof {...props} />
              </section>
              <section>
                <h3 className="side-heading">{t('crs.title')}</h3>
                <CrsProof {...props} />
              </section>
            </div>
          ),
        },
        { key: 'mapping', label: t('mapping.title'), children: <MappingEditor key={item.importId} {...props} /> },
        {
          key: 'problems',
          label: `${t('import.problems')} ${total}`,
          children: (
            <>
              {total === 0 ? null : (
                <div className="pad-x list-tools">
                  <Button size="small" icon={<DownloadOutlined />} href={importErrorsFile(item.importId)} download>
                    {t('import.errorsFile')} xlsx
                  </Button>
                  <Button size="small" icon={<DownloadOutlined />} href={importErrorsMap(item.importId)} download>
                    {t('import.errorsFile')} gpkg
                  </Button>
                </div>
              )}
              <RuleList
                groups={item.problemGroups}
                chosen={state.rule}
                onChoose={(rule) => change({ rule, page: undefined })}
              />
              <Loaded query={problems}>
                {(value) => (
                  <ProblemTable
                    page={value}
                    pageSize={PAGE_SIZE}
                    chosen={chosen}
                    onChoose={(problem: PlacedProblem, key) => {
                      setChosen(key);
                      setRow(problem.featureNo ?? undefined);
                      const outline =
                        preview.data === undefined || problem.featureNo === null
                          ? undefined
                          : outlineOf(preview.data, problem.featureNo);
                      const place = problem.lonLat ?? outline;
                      if (place !== undefined) setFocus({ key: `${key}@${Date.now()}`, place });
                    }}
                    onPage={(next) => change({ page: next === 1 ? undefined : String(next) })}
                  />
                )}
              </Loaded>
            </>
          ),
        },
        {
          key: 'preview',
          label: t('import.preview'),
          children: (
            <Loaded query={preview}>
              {(value) => (
                <PreviewTable
                  preview={value}
                  chosen={row}
                  onChoose={(featureNo) => {
                    setRow(featureNo);
                    const outline = outlineOf(value, featureNo);
                    if (outline !== undefined) setFocus({ key: `row:${featureNo}`, place: outline });
                  }}
                />
              )}
            </Loaded>
          ),
        },
      ]}
    />
  );
  return (
    <SplitScreen
      wide
      listLabel="import.details"
      list={list}
      map={
        <>
          <MapView
            label={t('import.mapLabel')}
            layers={context}
            outlines={preview.data?.outlines as GeoJson | undefined}
            chosenOutline={row}
            points={points}
            chosenPoint={chosen}
            onPoint={setChosen}
            home={item.box ?? undefined}
            position={state.at}
            onPosition={(at) => change({ at }, { replace: true })}
            focus={focus}
          />
          <p className="trace-hint">
            {t('import.mapHint', { count: preview.data?.outlines.features.length ?? 0, total: item.featureCount })}
          </p>
        </>
      }
    />
  );
}

function Decide(props: { readonly item: ImportView; readonly busy: boolean; readonly act: (action: Action) => void }) {
  const { t } = useI18n();
  const { item, busy, act } = props;
  const mayCommit = useMay('POST', '/api/imports/:importId/commit');
  const mayDiscard = useMay('POST', '/api/imports/:importId/discard');
  const mayUndo = useMay('POST', '/api/imports/:importId/undo');
  const mayImport = useMay('POST', '/api/imports');
  if (item.state === 'staged') {
    return (
      <>
        {mayDiscard ? (
          <Popconfirm title={t('import.discardSure')} onConfirm={() => act('discard')} okText={t('import.discard')}>
            <Button disabled={busy} danger>
              {t('import.discard')}
            </Button>
          </Popconfirm>
        ) : null}
        {!mayCommit ? (
          <OnlyLook what="gate.what.commit" />
        ) : item.badCount > 0 ? (
          <>
            <Button disabled={busy} onClick={() => act('allOrNone')}>
              {t('import.allOrNone')}
            </Button>
            <Button type="primary" disabled={busy || item.goodCount === 0} onClick={() => act('goodRows')}>
              {t('import.goodRows', { count: item.goodCount, bad: item.badCount })}
            </Button>
          </>
        ) : (
          <Button type="primary" disabled={busy || item.goodCount === 0} onClick={() => act('allOrNone')}>
            {t('import.commitAll', { count: item.goodCount })}
          </Button>
        )}
      </>
    );
  }
  if (item.state === 'committed') {
    return (
      <>
        {mayUndo ? (
          <Popconfirm title={t('import.undoSure')} onConfirm={() => act('undo')} okText={t('import.undo')}>
            <Button disabled={busy}>{t('import.undo')}</Button>
          </Popconfirm>
        ) : null}
        <Link
          to="/quality"
          search={{ layer: item.layerVersionId ?? undefined } as never}
          className="button-link quiet-link"
        >
          {t('import.toQuality')}
        </Link>
        <Link to="/map" className="button-link">
          {t('import.toMap')}
        </Link>
      </>
    );
  }
  return mayImport ? (
    <Link to="/import" className="button-link">
      {t('import.another')}
    </Link>
  ) : null;
}

/** A batch that has been decided: what became of it, and how it had been read. Its rows are no longer staged. */
function Settled(props: { readonly item: ImportView }) {
  const { t } = useI18n();
  const { item } = props;
  const none = (): void => undefined;
  const { current } = useCurrentLayers(item.countyCode);
  const layer: TileLayer[] =
    item.state === 'committed' && item.layerVersionId !== null
      ? [{ role: item.role, layerVersionId: item.layerVersionId }]
      : [];
  const villages = current?.layers.filter((each) => each.role === 'village' && item.role !== 'village') ?? [];
  return (
    <SplitScreen
      listLabel="import.details"
      list={
        <div className="pad stack">
          <p className="settled">
            {t(
              `import.settled.${item.state === 'committed' ? 'committed' : item.state === 'undone' ? 'undone' : 'discarded'}`,
            )}
          </p>
          {item.problemGroups.length === 0 ? null : (
            <section>
              <h3 className="side-heading">{t('import.problems')}</h3>
              <RuleList groups={item.problemGroups} chosen={undefined} onChoose={none} />
            </section>
          )}
          <section>
            <h3 className="side-heading">{t('encoding.title')}</h3>
            <EncodingProof item={item} busy onCorrect={none} />
          </section>
          <section>
            <h3 className="side-heading">{t('crs.title')}</h3>
            <CrsProof item={item} busy onCorrect={none} />
          </section>
          <section>
            <h3 className="side-heading">{t('mapping.title')}</h3>
            <MappingEditor item={item} busy onCorrect={none} />
          </section>
        </div>
      }
      map={<MapView label={t('import.mapLabel')} layers={[...layer, ...villages]} home={item.box ?? undefined} />}
    />
  );
}

type Action = CommitChoice['choice'] | 'discard' | 'undo';

function Body(props: { readonly item: ImportView }) {
  const { t, pick } = useI18n();
  const { item } = props;
  const queries = useQueryClient();
  const { message } = App.useApp();
  const refresh = async (): Promise<void> => {
    const key = importQuery(item.importId).queryKey;
    await queries.invalidateQueries({ queryKey: key, exact: true });
    // Rows and problems exist only while the batch is staged; asking for them later is refused.
    if (queries.getQueryData(key)?.state === 'staged') {
      await queries.invalidateQueries({ queryKey: key, predicate: (query) => query.queryKey.length > key.length });
    }
    await Promise.all(
      [['imports'], ['layers'], ['divisions']].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  };
  // Reading and committing are jobs: whatever the state, a job under way means there is nothing to decide yet.
  const [failed, setFailed] = useState<JobView | null>(null);
  const job = useJob(item.jobId, (over) => {
    setFailed(over.state === 'failed' ? over : null);
    if (over.state === 'done' && item.state === 'staged') void message.success(t('import.done.committed'));
    void refresh();
  });
  const correct = useMutation({
    mutationFn: (correction: ImportCorrection) => putImportCorrection(item.importId, correction),
    onSuccess: refresh,
  });
  const decide = useMutation({
    mutationFn: (action: Action) => {
      if (action === 'discard') return discardImport(item.importId);
      if (action === 'undo') return undoImport(item.importId);
      return commitImport(item.importId, action);
    },
    onSuccess: async (after) => {
      setFailed(null);
      await refresh();
      if (after.state === 'undone') void message.success(t('import.done.undone'));
      if (after.state === 'discarded') void message.success(t('import.done.discarded'));
    },
  });
  const mayCorrect = useMay('PUT', '/api/imports/:importId/mapping');
  const busy = correct.isPending || decide.isPending || item.jobId !== null;
  const fixed = busy || !mayCorrect;
  const problem = correct.error ?? decide.error;
  return (
    <>
      <ScreenHead
        trail={<Link to="/import">{t('nav.import')}</Link>}
        title={item.fileName}
        facts={
          <>
            <Fact label={t('import.state')}>
              <span className={`mark mark-${item.state}`}>{t(`import.state.${item.state}`)}</span>
            </Fact>
            <Fact label={t('import.role')}>{pick(LAYER_ROLE_NAMES[item.role])}</Fact>
            <Fact label={t('import.format')} minor>
              {item.format ?? '—'}
            </Fact>
            <Fact label={t('import.rows')}>
              <Count value={item.featureCount} />
            </Fact>
            <Fact label={t('import.good')} tone="pass">
              <Count value={item.goodCount} />
            </Fact>
            <Fact label={t('import.bad')} {...(item.badCount > 0 ? { tone: 'fail' } : {})}>
              <Count value={item.badCount} />
            </Fact>
            <Fact label={t('import.hash')} minor>
              <code>{item.fileHash.slice(0, 12)}</code>
            </Fact>
          </>
        }
        actions={
          item.jobId !== null ? undefined : <Decide item={item} busy={busy} act={(action) => decide.mutate(action)} />
        }
      />
      {problem === null ? null : (
        <div className="pad">
          <RefusalList refusals={refusalsOf(problem)} />
        </div>
      )}
      {item.refusals.length === 0 ? null : (
        <div className="page">
          <RefusalList refusals={item.refusals} />
        </div>
      )}
      {item.jobId !== null ? (
        <div className="pad">
          <JobProgress job={job} jobId={item.jobId} />
        </div>
      ) : failed !== null ? (
        <div className="pad">
          <JobProgress job={failed} jobId={failed.jobId} />
        </div>
      ) : null}
      {item.state === 'cancelled' ? (
        <EmptyPanel title={t('import.cancelledTitle')} next={t('import.cancelledNext')} />
      ) : null}
      {item.state === 'failed' ? (
        <div className="page">
          <Panel title={t('crs.title')}>
            <CrsProof item={item} busy={fixed} onCorrect={(correction) => correct.mutate(correction)} />
          </Panel>
        </div>
      ) : null}
      {item.state === 'staged' ? (
        <Staged item={item} busy={fixed} onCorrect={(correction) => correct.mutate(correction)} />
      ) : null}
      {item.state === 'committed' || item.state === 'undone' || item.state === 'discarded' ? (
        <Settled item={item} />
      ) : null}
    </>
  );
}

/** Where the outline of a previewed row lies. */
function outlineOf(preview: ImportPreview, featureNo: number): Box | undefined {
  const features = preview.outlines.features as readonly {
    readonly properties?: { readonly featureNo?: number } | null;
    readonly geometry?: { readonly coordinates?: unknown } | null;
  }[];
  return boxOfCoordinates(
    features.find((feature) => feature.properties?.featureNo === featureNo)?.geometry?.coordinates,
  );
}

/** One batch: what the file is, the proof of how it was read, what is wrong in it, and the decision. */
export function ImportScreen() {
  const { importId } = useParams({ strict: false }) as { importId: string };
  const query = useQuery(importQuery(importId));
  return <Loaded query={query}>{(item) => <Body key={item.importId} item={item} />}</Loaded>;
}

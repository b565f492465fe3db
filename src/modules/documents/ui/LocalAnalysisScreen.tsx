import { DownloadOutlined, LockOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import mapWorker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { Button, Dropdown, Progress, Select } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Localized, Refusal } from '../../../kernel/index.ts';
import { packTextsQuery, type PackText } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { LoadingPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { DropZone } from '../../../web/kit/upload.tsx';
import { useUrlState, type UrlState } from '../../../web/url-state.ts';
import { readBalance } from '../../balance/index.ts';
import { findingsOfText } from '../../compliance/index.ts';
import { startLocalEngine, Stopped, type EngineState, type LocalEngine } from './local-engine.ts';
import { chosenOf, obstaclesOf, useLocalFiles } from './local-files.ts';
import type { LocalOutcome } from './local-protocol.ts';
import { LocalFiles } from './LocalFiles.tsx';
import { LocalResult } from './LocalResult.tsx';

const ACCEPTED = '.fgb,.gpkg,.geojson,.json,.zip,.txt,.csv,.shp,.dbf,.shx,.prj,.cpg';

const NO_CHOICE: UrlState = {
  tab: undefined,
  table: undefined,
  row: undefined,
  column: undefined,
  finding: undefined,
  verdict: undefined,
  parcel: undefined,
  plot: undefined,
};

type Work =
  | { readonly kind: 'choosing' }
  | { readonly kind: 'running'; readonly phase: Localized | null; readonly fraction: number }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'done'; readonly outcome: LocalOutcome };

function useEngine(): { engine: LocalEngine | undefined; state: EngineState | undefined; fault: unknown } {
  const [engine, setEngine] = useState<LocalEngine>();
  const [state, setState] = useState<EngineState>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    const own = startLocalEngine();
    setEngine(own);
    own.ready.then(setState, setFault);
    // The map's own worker is asked for only when a map is drawn, perhaps after the network is gone: kept by the browser now.
    fetch(mapWorker).catch(() => {});
    return () => own.close();
  }, []);
  return { engine, state, fault };
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function Privacy(props: { readonly state: EngineState | undefined; readonly isLoaded: boolean }) {
  const { t } = useI18n();
  const { state } = props;
  return (
    <p className="local-privacy">
      <LockOutlined aria-hidden="true" />
      <span>
        <strong>{t('local.nothingSent')}</strong> {t(props.isLoaded ? 'local.offlineReady' : 'local.offlineNotYet')}
        {state === undefined ? null : (
          <span className="sub">{t(`local.computing.${state.computing}`, { threads: state.threads })}</span>
        )}
      </span>
    </p>
  );
}

function Screen(props: { readonly packs: readonly PackText[] }) {
  const { t, pick } = useI18n();
  const { packs } = props;
  const { engine, state, fault } = useEngine();
  const files = useLocalFiles(engine);
  const [work, setWork] = useState<Work>({ kind: 'choosing' });
  const [url, change] = useUrlState();
  const pack = packs.find((each) => each.packId === url.pack) ?? (packs.length === 1 ? packs[0] : undefined);
  const obstacles = obstaclesOf(files.entries);
  const outcome = work.kind === 'done' ? work.outcome : undefined;
  const stored = useMemo(() => {
    if (outcome === undefined) return undefined;
    const balance = readBalance(outcome.balanceText);
    const findings = findingsOfText(outcome.findingsText);
    return balance === undefined || !findings.ok ? undefined : { balance, findings: findings.value };
  }, [outcome]);
  const turn = useRef(0);

  const run = (): void => {
    if (engine === undefined || pack === undefined) return;
    const own = ++turn.current;
    const put = (next: Work): void => {
      if (turn.current === own) setWork(next);
    };
    change(NO_CHOICE, { replace: true });
    put({ kind: 'running', phase: null, fraction: 0 });
    engine
      .run({ files: chosenOf(files.entries), pack: { hash: pack.hash, text: pack.text } }, (phase, fraction) =>
        put({ kind: 'running', phase, fraction }),
      )
      .then(
        (done) => put({ kind: 'done', outcome: done }),
        (error: unknown) =>
          put(error instanceof Stopped ? { kind: 'cancelled' } : { kind: 'refused', refusals: refusalsOf(error) }),
      );
  };

  const packSelect = (
    <label className="inline-label">
      {t('run.pack')}
      <Select
        className="pack-select"
        value={pack?.packId ?? null}
        placeholder={t('run.packChoose')}
        popupMatchSelectWidth={false}
        disabled={work.kind === 'running'}
        onChange={(next) => change({ pack: next ?? undefined }, { replace: true })}
        options={packs.map((each) => ({ value: each.packId, label: `${pick(each.title)} ${each.version}` }))}
      />
    </label>
  );

  if (outcome !== undefined && stored !== undefined) {
    const downloads = { 'balance.json': outcome.balanceText, 'findings.json': outcome.findingsText } as const;
    return (
      <>
        <ScreenHead
          title={t('local.title')}
          trail={outcome.projectName ?? undefined}
          facts={
            <span className="local-privacy-short">
              <LockOutlined aria-hidden="true" /> {t('local.nothingSent')}
            </span>
          }
          actions={
            <>
              <Button onClick={() => setWork({ kind: 'choosing' })}>{t('local.otherFiles')}</Button>
              <Dropdown
                trigger={['click']}
                menu={{
                  items: [
                    ...(['balance.json', 'findings.json'] as const).map((name) => ({
                      key: name,
                      label: (
                        <>
                          {t(`export.${name}`)} <code>{name}</code>
                        </>
                      ),
                      onClick: () => save(name, downloads[name]),
                    })),
                    { key: 'papers', disabled: true, label: <span className="sub">{t('local.papers')}</span> },
                  ],
                }}
              >
                <Button type="primary" icon={<DownloadOutlined />}>
                  {t('action.export')}
                </Button>
              </Dropdown>
            </>
          }
        />
        <LocalResult outcome={outcome} balance={stored.balance} findings={stored.findings} />
      </>
    );
  }

  const percent = work.kind === 'running' ? Math.floor(100 * work.fraction) : 0;
  return (
    <>
      <ScreenHead title={t('local.title')} facts={<p className="muted">{t('local.sub')}</p>} />
      <div className="page">
        <Privacy state={state} isLoaded={state !== undefined} />
        {fault === undefined ? null : <RefusalList refusals={refusalsOf(fault)} />}
        <Panel title={t('local.files')}>
          <DropZone
            title={t('local.drop')}
            hint={t('local.dropHint')}
            accept={ACCEPTED}
            sent={null}
            multiple
            disabled={engine === undefined || work.kind === 'running'}
            onFile={files.add}
          />
          {files.entries.length === 0 ? null : (
            <LocalFiles entries={files.entries} onRole={files.setRole} onCrs={files.setCrs} onRemove={files.remove} />
          )}
        </Panel>
        <Panel title={t('local.run')}>
          {work.kind === 'running' ? (
            <section className="job-progress" aria-live="polite">
              <div className="job-line">
                <strong>{work.phase === null ? t('local.starting') : pick(work.phase)}</strong>
                <span className="figures">{percent}%</span>
              </div>
              <Progress percent={percent} showInfo={false} status="active" size="small" />
              <Button size="small" onClick={() => engine?.cancel()}>
                {t('job.cancel')}
              </Button>
            </section>
          ) : (
            <>
              {work.kind === 'refused' ? <RefusalList refusals={work.refusals} /> : null}
              {work.kind === 'cancelled' ? <p className="settled">{t('local.cancelled')}</p> : null}
              <div className="local-start">
                {packSelect}
                <Button
                  type="primary"
                  disabled={pack === undefined || state === undefined || obstacles.length > 0}
                  onClick={run}
                >
                  {t('run.start')}
                </Button>
              </div>
              {files.entries.length === 0 ? (
                <p className="quiet">{t('local.none')}</p>
              ) : (
                <ul className="local-obstacles">
                  {obstacles.map((obstacle) => (
                    <li key={obstacle}>{t(`local.obstacle.${obstacle}`)}</li>
                  ))}
                  {pack === undefined ? <li>{t('local.obstacle.noPack')}</li> : null}
                </ul>
              )}
            </>
          )}
        </Panel>
      </div>
    </>
  );
}

/** Analysis of files that stay on this computer: dropped, read, overlaid and judged in the browser. */
export function LocalAnalysisScreen() {
  const packs = useQuery(packTextsQuery);
  return packs.data === undefined && packs.error === null ? (
    <LoadingPanel rows={6} />
  ) : (
    <Loaded query={packs}>{(known) => <Screen packs={known} />}</Loaded>
  );
}

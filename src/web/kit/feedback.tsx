import { Button, Progress, Skeleton } from 'antd';
import { useState, type ReactNode } from 'react';
import type { Refusal } from '../../kernel/index.ts';
import { ApiError } from '../api/client.ts';
import { cancelJob, type JobView } from '../api/endpoints.ts';
import { useI18n } from '../i18n/index.tsx';

/** Refusals as a person reads them: what is wrong, where, what to do; the code small, to be quoted to a colleague. */
export function RefusalList(props: { readonly refusals: readonly Refusal[]; readonly tone?: 'fail' | 'note' }) {
  const { pick, t } = useI18n();
  return (
    <ul className={`refusals refusals-${props.tone ?? 'fail'}`} role={props.tone === 'note' ? undefined : 'alert'}>
      {props.refusals.map((refusal, index) => (
        <li key={`${refusal.code}-${index}`}>
          <p className="refusal-message">
            <code className="code-badge">{refusal.code}</code>
            {pick(refusal.message)}
          </p>
          <p className="refusal-remedy">
            <span>{t('error.remedy')}</span>
            {pick(refusal.remedy)}
          </p>
          {refusal.place !== undefined || refusal.clause !== undefined ? (
            <p className="refusal-place">
              {refusal.place?.file}
              {refusal.place?.layer !== undefined && ` · ${refusal.place.layer}`}
              {refusal.place?.line !== undefined && ` · ${t('place.line', { line: refusal.place.line })}`}
              {refusal.place?.featureNo !== undefined && ` · ${t('place.feature', { no: refusal.place.featureNo })}`}
              {refusal.place?.field !== undefined && ` · ${refusal.place.field}`}
              {refusal.clause !== undefined && ` · ${refusal.clause}`}
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

/** Whatever went wrong with a call, in the shape of a refusal. */
export function refusalsOf(error: unknown): readonly Refusal[] {
  if (error instanceof ApiError) return error.refusals;
  return [
    {
      code: 'SCREEN-FAULT',
      message: { zh: '页面出了内部错误。', en: 'The page has an internal fault.' },
      remedy: { zh: '请刷新页面；仍不行请告诉管理员。', en: 'Reload the page; if it stays, tell your administrator.' },
    },
  ];
}

export function ErrorPanel(props: { readonly error: unknown; readonly onRetry?: (() => void) | undefined }) {
  const { t } = useI18n();
  return (
    <section className="error-panel">
      <RefusalList refusals={refusalsOf(props.error)} />
      {props.onRetry === undefined ? null : <Button onClick={props.onRetry}>{t('action.retry')}</Button>}
    </section>
  );
}

/** Nothing here yet, and what to do about it. */
export function EmptyPanel(props: { readonly title: string; readonly next: ReactNode; readonly children?: ReactNode }) {
  return (
    <section className="empty-panel">
      <svg viewBox="0 0 64 44" width="64" height="44" aria-hidden="true">
        <path d="M3 12 20 4l18 6 23-5v30L40 41l-19-6-18 5z" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path
          d="M20 4v31M38 10v31M3 26c8-4 12 0 17-2m0-8c7-3 11 3 18 0m0 12c8-3 14 1 23-4"
          fill="none"
          stroke="currentColor"
        />
      </svg>
      <h2>{props.title}</h2>
      <p>{props.next}</p>
      {props.children}
    </section>
  );
}

export function LoadingPanel(props: { readonly rows?: number }) {
  const { t } = useI18n();
  return (
    <div className="loading-panel" role="status" aria-label={t('state.loading')}>
      <Skeleton active title={false} paragraph={{ rows: props.rows ?? 4 }} />
    </div>
  );
}

/** A query's three states around its value. */
export function Loaded<T>(props: {
  readonly query: { readonly data: T | undefined; readonly error: unknown; refetch(): unknown };
  readonly rows?: number;
  readonly children: (value: T) => ReactNode;
}) {
  const { data, error } = props.query;
  if (data !== undefined) return <>{props.children(data)}</>;
  if (error !== null && error !== undefined) {
    return <ErrorPanel error={error} onRetry={() => void props.query.refetch()} />;
  }
  return <LoadingPanel {...(props.rows === undefined ? {} : { rows: props.rows })} />;
}

/** A job under way: what it does now, how far, and a way to stop it. */
export function JobProgress(props: { readonly job: JobView | null; readonly jobId: string }) {
  const { t, pick } = useI18n();
  const [stopping, setStopping] = useState(false);
  const percent = Math.floor((props.job?.progress ?? 0) * 100);
  const failed = props.job?.state === 'failed';
  return (
    <section className="job-progress" aria-live="polite">
      <div className="job-line">
        <strong>{props.job === null || props.job.state === 'queued' ? t('job.waiting') : pick(props.job.phase)}</strong>
        <span className="figures">{percent}%</span>
      </div>
      <Progress percent={percent} showInfo={false} status={failed ? 'exception' : 'active'} size="small" />
      {failed && props.job?.error ? (
        <p className="job-error">
          <code className="code-badge">{props.job.error.code}</code> {pick(props.job.error.message)}
        </p>
      ) : (
        <Button
          size="small"
          disabled={stopping}
          onClick={() => {
            setStopping(true);
            cancelJob(props.jobId).catch(() => setStopping(false));
          }}
        >
          {stopping ? t('job.stopping') : t('job.cancel')}
        </Button>
      )}
    </section>
  );
}

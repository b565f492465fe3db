import { useEffect, useRef, useState } from 'react';
import type { JobView } from '../../modules/analysis/views.ts';
import { getJob, jobEvents } from './endpoints.ts';

export function isOver(job: JobView): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
}

/**
 * A job as it runs: server-sent events, and a plain question every two seconds while that stream is broken.
 * `onOver` is called once, when the job has ended in whatever way.
 */
export function useJob(jobId: string | null | undefined, onOver?: (job: JobView) => void): JobView | null {
  const [job, setJob] = useState<JobView | null>(null);
  const over = useRef(onOver);
  over.current = onOver;

  useEffect(() => {
    setJob(null);
    if (jobId === null || jobId === undefined) return;
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const source = new EventSource(jobEvents(jobId));
    const stop = (): void => {
      ended = true;
      source.close();
      if (timer !== undefined) clearTimeout(timer);
    };
    const take = (next: JobView): void => {
      if (ended) return;
      setJob(next);
      if (!isOver(next)) return;
      stop();
      over.current?.(next);
    };
    const ask = (): void => {
      timer = undefined;
      getJob(jobId)
        .then(take)
        .catch(() => undefined)
        .finally(() => {
          if (!ended && source.readyState === EventSource.CLOSED) timer = setTimeout(ask, 2000);
        });
    };
    source.addEventListener('job', (event) => take(JSON.parse((event as MessageEvent<string>).data) as JobView));
    source.onerror = () => {
      if (!ended && timer === undefined) timer = setTimeout(ask, 500);
    };
    return stop;
  }, [jobId]);

  return job;
}

/** GET /api/jobs/:id and each event of GET /api/jobs/:id/events (server-sent events, event name `job`). */
export interface JobView {
  readonly jobId: string;
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** 0 … 1. */
  readonly progress: number;
  readonly phase: { readonly zh: string; readonly en: string };
  readonly error: { readonly code: string; readonly message: { readonly zh: string; readonly en: string } } | null;
}

/** GET /api/runs/:id; GET /api/projects/:id/runs → RunView[] newest first. POST /api/projects/:id/runs {packId} → {runId, jobId}. */
export interface RunView {
  readonly runId: string;
  readonly projectId: string;
  readonly packId: string;
  readonly packVersion: string;
  readonly packHash: string;
  readonly inputHash: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly jobId: string | null;
  readonly createdAt: string;
}

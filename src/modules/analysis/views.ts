import type { AreaDm2, LayerRole } from '../../kernel/index.ts';

/** POST /api/jobs/:id/cancel → 202. GET /api/jobs/:id and each event of GET /api/jobs/:id/events (server-sent events, event name `job`). */
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
  /** The layer versions the run read: what its map shows. */
  readonly inputs: readonly { readonly role: LayerRole; readonly layerVersionId: string }[];
}

/** One cell of a balance table. `row` and `column` are the table's own row and column ids. */
export interface CellAddress {
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

/**
 * GET /api/runs/:id/cell?table&row&column&offset&limit → the parcels behind a figure, largest share first.
 * Shares of all parcels add up to `areaDm2`, the figure in the table.
 */
export interface CellView extends CellAddress {
  readonly areaDm2: AreaDm2 | null;
  readonly total: number;
  readonly offset: number;
  readonly parcels: readonly ParcelShare[];
}

export interface ParcelShare {
  /** Null: land of the project no survey parcel covers. */
  readonly featureNo: number | null;
  readonly id: string | null;
  /** The plot behind the share, where one is. */
  readonly plotId: string | null;
  readonly classCode: string | null;
  readonly villageName: string | null;
  readonly areaDm2: AreaDm2;
  readonly box: readonly [number, number, number, number] | null;
}

/** GET /api/runs/:id/parcels/:featureNo → where a parcel of the run is used: the way back from the map. */
export interface ParcelInRunView {
  readonly featureNo: number;
  readonly id: string | null;
  readonly cells: readonly (CellAddress & { readonly areaDm2: AreaDm2 })[];
  /** Ids of the findings that name it. */
  readonly findings: readonly string[];
}

import { readAuditCount } from '../modules/audit/server.ts';
import type { Database } from '../platform/db/index.ts';
import type { Doors } from '../platform/http/doors.ts';
import { countJobs } from '../platform/jobs/index.ts';
import { watch } from '../platform/metrics.ts';
import { freeMegabytes } from './readiness.ts';

type Rows = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

const KEPT_MILLISECONDS = 5_000;

/** Asks at most every five seconds, and says nothing where the database does not answer: the rest must still be seen. */
function seldom(look: () => Promise<Rows>): () => Promise<Rows> {
  let at = Number.NEGATIVE_INFINITY;
  let kept: Promise<Rows> = Promise.resolve([]);
  return () => {
    const now = performance.now();
    if (now - at > KEPT_MILLISECONDS) {
      at = now;
      kept = look().catch(() => []);
    }
    return kept;
  };
}

export interface WatchOptions {
  readonly db: Database;
  readonly doors: Doors;
  readonly dataFolder: string;
  readonly version: string;
  /** Until when the certificate holds, in seconds since 1970; null without TLS. */
  readonly certificateUntil: () => number | null;
}

/** What only the composed server knows, as measures: jobs, audit, pool, rooms, disk, certificate, version. */
export function watchServer(options: WatchOptions): void {
  const { db, doors } = options;
  const jobs = seldom(async () => (await countJobs(db)).map(({ kind, state, count }) => [{ kind, state }, count]));
  const ages = seldom(async () =>
    (await countJobs(db)).flatMap(({ kind, state, oldestSeconds }) =>
      state === 'queued' ? [[{ kind }, oldestSeconds] as const] : [],
    ),
  );
  watch('tianchou_jobs', 'Jobs by kind and state', ['kind', 'state'], jobs);
  watch('tianchou_job_queue_age_seconds', 'Age of the oldest waiting job by kind', ['kind'], ages);
  watch(
    'tianchou_audit_events',
    'Audit events in the database, all chains',
    [],
    seldom(async () => [[{}, await readAuditCount(db)]]),
  );
  watch('tianchou_rooms', 'Requests at work and waiting, by room', ['room', 'place'], async () =>
    Object.entries(doors.rooms()).flatMap(([room, { atWork, waiting }]) => [
      [{ room, place: 'atWork' }, atWork] as const,
      [{ room, place: 'waiting' }, waiting] as const,
    ]),
  );
  watch('tianchou_rate_keys', 'Clients the rate limits remember', [], async () => [[{}, doors.remembered]]);
  watch('tianchou_database_connections', 'Connections of the requests, by state', ['state'], async () => {
    const pool = db.pool?.();
    return pool === undefined
      ? []
      : [
          [{ state: 'busy' }, pool.total - pool.idle],
          [{ state: 'idle' }, pool.idle],
          [{ state: 'waitedFor' }, pool.waiting],
        ];
  });
  watch('tianchou_disk_free_bytes', 'Room on the disk of the data folder', [], async () => {
    const free = await freeMegabytes(options.dataFolder);
    return free === undefined ? [] : [[{}, free * 1024 ** 2]];
  });
  watch('tianchou_tls_certificate_until_seconds', 'Until when the certificate holds', [], async () => {
    const until = options.certificateUntil();
    return until === null ? [] : [[{}, until]];
  });
  watch('tianchou_build_info', 'Version and engine', ['version', 'database', 'node'], async () => [
    [{ version: options.version, database: db.engine, node: process.version }, 1],
  ]);
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { brokenChains } from '../../src/modules/audit/server.ts';
import { type Database, sql } from '../../src/platform/db/index.ts';
import type { Book, Promised } from './kill-writers.ts';

/** What a look into the database after a kill found. */
export interface Findings {
  /** Acknowledged writes that are not there, or without their event. */
  readonly lost: readonly string[];
  /** What must never be seen: half of something, or something twice. */
  readonly half: readonly string[];
}

type Ids = readonly string[];

// Each query counts what must not be. They hold at every moment, while jobs are at work too, because everything that belongs
// together is written in one transaction; so one snapshot is looked at and no process is asked to stand still.
const HALF: Readonly<Record<string, string>> = {
  'versions whose features are not all there': `select layer_version_id from layer_version v where state <> 'staged' and (feature_count <>
      (select count(*) from feature f where f.county_code = v.county_code and f.layer_version_id = v.layer_version_id)
    or feature_count <> (select coalesce(sum(feature_count), 0) from layer_batch b
      where b.county_code = v.county_code and b.layer_version_id = v.layer_version_id))`,
  'versions of no import, or of two': `select layer_version_id from layer_version v where state <> 'staged'
    and (select count(*) from import i where i.layer_version_id = v.layer_version_id) <> 1`,
  'committed imports without a whole version': `select import_id from import i where state in ('committed', 'undone') and not exists
    (select from layer_version v where v.layer_version_id = i.layer_version_id
      and v.state = any(case i.state when 'undone' then array['withdrawn'] else array['current', 'withdrawn'] end))`,
  'whole versions of an import that is not committed': `select import_id from import i join layer_version v using (layer_version_id)
    where i.state not in ('committed', 'undone') and v.state <> 'staged'`,
  'imports that wait for a job that is over or not there': `select import_id from import i where job_id is not null and not exists
    (select from job j where j.job_id = i.job_id and j.state in ('queued', 'running'))`,
  'imports being read by no job': `select import_id from import where state = 'reading' and job_id is null`,
  'staged imports without their rows': `select import_id from import i where state = 'staged' and job_id is null and feature_count > 0
    and not exists (select from staged_batch s where s.county_code = i.county_code and s.import_id = i.import_id)`,
  'runs without a job': `select run_id from run r where not exists (select from job j where j.job_id = r.job_id)`,
  'runs that wait for a job that is over': `select run_id from run r join job j using (job_id)
    where r.state in ('queued', 'running') and j.state not in ('queued', 'running')`,
  'runs that are done without their job': `select run_id from run r join job j using (job_id) where r.state = 'done' and j.state <> 'done'`,
  'jobs of a run that is not there': `select job_id from job j where kind = 'projects.run'
    and not exists (select from run r where r.run_id::text = j.input ->> 'runId')`,
  'jobs of an import that is not there': `select job_id from job j where kind like 'intake.%'
    and not exists (select from import i where i.import_id::text = j.input ->> 'importId')`,
  'reports whose problems are not all there': `select layer_version_id from quality_report r where errors <>
    (select count(*) from quality_problem p where p.county_code = r.county_code and p.layer_version_id = r.layer_version_id
      and p.report_no = r.report_no and p.severity = 'error')`,
  'closed organisations without a closer': `select organisation_id from organisation where (closed_at is null) <> (closed_by is null)`,
};

/** Objects and the event that made them (or ended them): each has exactly one, and each event its object. */
const ONE_EVENT: readonly { readonly operation: string; readonly objects: string }[] = [
  { operation: 'access.createOrganisation', objects: `select organisation_id::text as id from organisation` },
  {
    operation: 'access.closeOrganisation',
    objects: `select organisation_id::text as id from organisation where closed_at is not null`,
  },
  { operation: 'intake.create', objects: `select import_id::text as id from import` },
  { operation: 'intake.discard', objects: `select import_id::text as id from import where state = 'discarded'` },
  { operation: 'projects.create', objects: `select project_id::text as id from project` },
  { operation: 'projects.startRun', objects: `select run_id::text as id from run` },
  { operation: 'projects.finishRun', objects: `select run_id::text as id from run where state = 'done'` },
  {
    operation: 'parcels.saveLayerVersion',
    objects: `select layer_version_id::text as id from layer_version where state <> 'staged'`,
  },
  {
    operation: 'parcels.withdraw',
    objects: `select layer_version_id::text as id from layer_version where state = 'withdrawn'`,
  },
];

/** Looks at everything the writers were promised and at everything that must never be seen. `folder`: the data folder. */
export async function audit(db: Database, book: Book, folder: string): Promise<Findings> {
  const lost: string[] = [];
  const half: string[] = [];
  await db.transaction(async (tx) => {
    await tx.run(sql`set transaction isolation level repeatable read`);
    const column = async (query: string): Promise<Ids> =>
      (await tx.rows<{ id: string }>(sql`select id::text as id from (${sql.raw(query)}) found(id)`)).map(
        ({ id }) => id,
      );
    for (const [what, query] of Object.entries(HALF)) {
      const found = await column(query);
      if (found.length > 0)
        half.push(`${what}: ${found.slice(0, 3).join(', ')}${found.length > 3 ? ` … ${found.length}` : ''}`);
    }
    for (const { operation, objects } of ONE_EVENT) {
      const wrong = await tx.rows<{
        id: string;
        objects: number;
        events: number;
      }>(sql`select coalesce(o.id, e.id) as id,
          (o.id is not null)::int as objects, coalesce(e.count, 0)::int as events
        from (${sql.raw(objects)}) o full join (select object_id as id, count(*) as count from audit_event
          where operation = ${operation} and result = 'done' group by object_id) e on e.id = o.id
        where o.id is null or e.count is distinct from 1`);
      for (const { id, ...counts } of wrong.slice(0, 3)) half.push(`${operation} ${id}: ${JSON.stringify(counts)}`);
    }
    lost.push(...(await lostStates(column, book.promised)));
    const events = new Map(
      (
        await tx.rows<{ key: string; count: number }>(sql`select operation || ' ' || object_id as key, count(*) as count
          from audit_event where result = 'done' group by 1`)
      ).map(({ key, count }) => [key, count]),
    );
    for (const [key, { acknowledged, unknown }] of book.tried) {
      const found = events.get(key) ?? 0;
      if (found < acknowledged) lost.push(`${key}: ${acknowledged} acknowledged, ${found} events`);
      if (found > acknowledged + unknown) half.push(`${key}: ${acknowledged} + ${unknown} tried, ${found} events`);
    }
    const files = await column(`select file_hash from import union select plan_hash from project
      union select value from run, jsonb_each_text(files) where state = 'done'`);
    for (const hash of files) {
      if (!existsSync(join(folder, 'files', hash.slice(0, 2), hash))) lost.push(`file ${hash}`);
    }
  });
  for (const { chain, sequence } of await brokenChains(db)) half.push(`chain ${chain} breaks at ${sequence}`);
  return { lost, half };
}

async function lostStates(column: (query: string) => Promise<Ids>, promised: readonly Promised[]): Promise<string[]> {
  const set = async (query: string): Promise<ReadonlySet<string>> => new Set(await column(query));
  const there = {
    organisation: await set('select organisation_id from organisation'),
    closed: await set('select organisation_id from organisation where closed_at is not null'),
    division: await set('select code from division'),
    import: await set('select import_id from import'),
    discarded: await set(`select import_id from import where state = 'discarded'`),
    undone: await set(`select import_id from import where state = 'undone'`),
    withdrawn: await set(`select layer_version_id from layer_version where state = 'withdrawn'`),
    job: await set('select job_id from job'),
    cancelled: await set('select job_id from job where cancel_requested'),
    project: await set('select project_id from project'),
    run: await set('select run_id from run'),
  };
  const wanted = promised.flatMap((one): (readonly [keyof typeof there, string])[] => {
    switch (one.kind) {
      case 'organisation':
        return [['organisation', one.id], ...(one.closed ? ([['closed', one.id]] as const) : [])];
      case 'import':
        return [['import', one.id], ['job', one.jobId], ...(one.end === null ? [] : ([[one.end, one.id]] as const))];
      case 'job':
        return [['job', one.id], ...(one.cancelled ? ([['cancelled', one.id]] as const) : [])];
      case 'run':
        return [
          ['run', one.id],
          ['job', one.jobId],
        ];
      case 'division':
      case 'withdrawn':
      case 'project':
        return [[one.kind, one.id]];
    }
  });
  return wanted.flatMap(([what, id]) => (there[what].has(id) ? [] : [`${what} ${id}`]));
}

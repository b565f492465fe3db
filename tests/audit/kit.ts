import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDemoCounty } from '../../src/demo/index.ts';
import { runZoneOf } from '../../src/geometry/index.ts';
import { assert, joinBatches } from '../../src/kernel/index.ts';
import type { ActorContext, Role } from '../../src/modules/access/index.ts';
import { type AuditEvent } from '../../src/modules/audit/index.ts';
import { readEvents } from '../../src/modules/audit/server.ts';
import { saveLayerVersion } from '../../src/modules/parcels/server.ts';
import { writePlan } from '../../src/modules/projects/server.ts';
import { systemClock, systemIds } from '../../src/platform/clock.ts';
import { type Database, sql } from '../../src/platform/db/index.ts';
import { openFiles } from '../../src/platform/files/index.ts';
import { createJobs, type Jobs, jobsElsewhere } from '../../src/platform/jobs/index.ts';
import { silentLogger } from '../../src/platform/logging.ts';
import { registerAllJobs } from '../../src/server/all-jobs.ts';
import { type ComposedApp, createApp } from '../../src/server/compose.ts';
import { recordJobEnd } from '../../src/server/job-events.ts';

export const ADDRESS = '10.20.30.40';

const county = generateDemoCounty({ parcels: 300, seed: 7 });
export const COUNTY = county.countyCode;

/** One call of a route: as sent, without its origin. */
export interface Call {
  readonly path: string;
  readonly body?: object | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it comes from; by default ADDRESS. */
  readonly address?: string;
  /** Who the event must name, where the call itself says who asks. */
  readonly as?: { readonly actor: string; readonly role: string; readonly divisionCode: string };
  /** Sends it elsewhere than to the product of the kit. */
  readonly app?: ComposedApp;
}

/** The product on a database, whose jobs are run when asked for and not before. */
export interface Kit {
  readonly db: Database;
  readonly composed: ComposedApp;
  actor: ActorContext;
  /** Who asks from now on. */
  as(role: Role, divisionCode?: string): void;
  request(method: string, call: Call): Promise<Response>;
  /** Sends and wants it done. */
  send<T>(method: string, path: string, body?: object | FormData): Promise<T>;
  /** Runs every job that waits. */
  work(): Promise<void>;
  /** A current layer of the demo county. */
  layer(role?: 'parcels' | 'village'): Promise<string>;
  /** The plan of the demo county as a form. */
  planForm(): Promise<FormData>;
  /** Events written since the last call of this, of all chains. */
  newEvents(): Promise<AuditEvent[]>;
  /** Digest of everything in the database but the audit and the counts of guesses, which are made before a guess is looked at. */
  content(): Promise<string>;
}

export async function openKit(db: Database, folder: string): Promise<Kit> {
  const { files } = { files: await openFiles(join(folder, 'data')) };
  const logger = silentLogger;
  let actor: ActorContext = { actor: 'walker', role: 'clerk', divisionCode: '', clock: systemClock, ids: systemIds };
  const jobsOf = () => createJobs({ db, clock: systemClock, ids: systemIds, logger, recordEnd: recordJobEnd });
  // Registered, never started: what a call queues waits until `work`.
  const waiting = jobsOf();
  const composed = createApp({ db, files, jobs: waiting, actorOf: () => actor });
  const seen = new Map<string, number>();

  const kit: Kit = {
    db,
    composed,
    get actor() {
      return actor;
    },
    set actor(next) {
      actor = next;
    },
    as(role, divisionCode = '') {
      actor = { ...actor, actor: `walker ${role}`, role, divisionCode, personId: `person of ${role}` };
    },
    async request(method, { path, body, headers = {}, address = ADDRESS, app = composed }) {
      const isForm = body instanceof FormData;
      return app.app.request(
        path,
        {
          method,
          ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
          headers: {
            origin: 'http://localhost',
            ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
        },
        { incoming: { socket: { remoteAddress: address } } },
      );
    },
    async send<T>(method: string, path: string, body?: object | FormData): Promise<T> {
      const response = await kit.request(method, body === undefined ? { path } : { path, body });
      const text = await response.text();
      assert(response.ok, `${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    async work() {
      const jobs = jobsOf();
      registerAllJobs({ db, files, jobs, clock: systemClock, ids: systemIds, logger });
      await jobs.start();
      const waits = async (): Promise<number> =>
        (await db.one<{ count: number }>(sql`select count(*) as count from job where state in ('queued', 'running')`))
          .count;
      while ((await waits()) > 0) await new Promise((resolve) => setTimeout(resolve, 30));
      await jobs.stop();
    },
    async layer(role = 'parcels') {
      const batches = role === 'parcels' ? [...county.parcels()] : [...county.zone(role)];
      const version = await saveLayerVersion(
        db,
        { ...actor, role: 'clerk', divisionCode: COUNTY },
        {
          countyCode: COUNTY,
          role,
          asOf: county.asOf,
          sourceName: role,
          sourceHash: role.padEnd(64, '0'),
          epsg: 4490,
          zone: runZoneOf(joinBatches(batches, 4490)),
        },
        batches,
      );
      return version.layerVersionId;
    },
    async planForm() {
      const path = join(folder, 'plan.gpkg');
      await writePlan(path, county.plan);
      const form = new FormData();
      form.set('countyCode', COUNTY);
      form.set('file', new File([new Uint8Array(await readFile(path))], 'plan.gpkg'));
      return form;
    },
    async newEvents() {
      const fresh: AuditEvent[] = [];
      const chains = await db.rows<{ chain: string }>(sql`select distinct chain from audit_event`);
      for (const { chain } of chains) {
        const events = await readEvents(db, chain);
        fresh.push(...events.slice(seen.get(chain) ?? 0));
        seen.set(chain, events.length);
      }
      return fresh;
    },
    async content() {
      const tables = await db.rows<{ name: string }>(sql`select c.relname as name from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r' and c.relname not in ('spatial_ref_sys', 'audit_event', 'audit_head', 'sign_in_guard')
        order by c.relname`);
      const digests: string[] = [];
      for (const { name } of tables) {
        const { digest } = await db.one<{ digest: string }>(
          // When a session was last seen is no write of anybody's.
          sql`select coalesce(md5(string_agg(md5(row), '' order by md5(row))), '') as digest
            from (select (to_jsonb(t) - 'last_seen_at')::text as row from ${sql.table(name)} t) rows`,
        );
        digests.push(`${name} ${digest}`);
      }
      return digests.join('\n');
    },
  };
  return kit;
}

/** Jobs that nobody runs. */
export function idleJobs(): Jobs {
  return { ...jobsElsewhere({ db: undefined as never, clock: systemClock, ids: systemIds }) };
}

/** A small delivered file: squares near 108.6 E 22 N of county 450721. */
export function squaresForm(count = 4): FormData {
  const features = Array.from({ length: count }, (_, i) => {
    const x = 108.6 + i * 0.001;
    const ring = [
      [x, 22],
      [x + 0.001, 22],
      [x + 0.001, 22.001],
      [x, 22.001],
      [x, 22],
    ];
    return {
      type: 'Feature',
      properties: {
        标识码: `450721${String(i).padStart(12, '0')}`,
        DLBM: '0101',
        坐落单位代码: '4507211012010000000',
        TBMJ: 11400,
        QSXZ: '30',
      },
      geometry: { type: 'Polygon', coordinates: [ring] },
    };
  });
  const form = new FormData();
  form.set('countyCode', '450721');
  form.set('role', 'parcels');
  form.set('file', new File([JSON.stringify({ type: 'FeatureCollection', features })], 'parcels.geojson'));
  return form;
}

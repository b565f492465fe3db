import { existsSync } from 'node:fs';
import pg from 'pg';
import { COUNTY_ZONE_LAYERS, type CountyLayer } from '../../tests/support/county/files.ts';
import { startPostgresql, type ThrowAwayPostgresql } from '../../tests/support/postgresql.ts';
import { childrenCpuSeconds } from './measured.ts';
import { LARGE_PARCEL_VERTICES } from './sizes.ts';

/** Processor seconds of the backend and its parallel workers, and wall seconds. */
export interface QueryTime {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}
export interface OverlayTime extends QueryTime {
  readonly pairs: number;
  readonly squareMetres: number;
  /** One in so many of the smaller parcels was computed; times, pairs and area are extrapolated. 1 = all. */
  readonly oneIn: number;
  /** Stopped at the limit: the times are lower bounds. */
  readonly stopped: boolean;
}

/** Settings as somebody who wants an answer soon would make them on this machine. */
const SETTINGS = [
  'shared_buffers=2GB',
  'work_mem=128MB',
  'maintenance_work_mem=512MB',
  'effective_cache_size=8GB',
  'max_wal_size=8GB',
  'max_parallel_workers_per_gather=2',
  'random_page_cost=1.1',
  'autovacuum=off',
];

export const SUBDIVIDED_VERTICES = 128;

/** The forms of the query, for parcels `p` and a zone layer; each gives the area of every pair. */
export const FORMS = {
  naive: {
    name: 'join, ST_Intersects + ST_Intersection',
    sql: (parcels: string, zones: string) =>
      `select p.id, z.id as zone, st_area(st_intersection(p.geom, z.geom)) as a from ${parcels} p join ${zones} z on st_intersects(p.geom, z.geom)`,
  },
  covers: {
    name: 'join, ST_Covers first',
    sql: (parcels: string, zones: string) =>
      `select p.id, z.id as zone, case when st_covers(z.geom, p.geom) then st_area(p.geom) else st_area(st_intersection(p.geom, z.geom)) end as a from ${parcels} p join ${zones} z on st_intersects(z.geom, p.geom)`,
  },
  subdivided: {
    name: 'join, zones subdivided, ST_Covers first',
    sql: (parcels: string, zones: string) =>
      `select p.id, z.id as zone, sum(case when st_covers(z.geom, p.geom) then st_area(p.geom) else st_area(st_intersection(p.geom, z.geom)) end) as a from ${parcels} p join ${zones}_sub z on st_intersects(z.geom, p.geom) group by 1, 2`,
  },
  lateral: {
    name: 'LATERAL, parcels outside, zones subdivided, ST_Covers first',
    sql: (parcels: string, zones: string) =>
      `select p.id, q.zone, q.a from ${parcels} p cross join lateral (select z.id as zone, sum(case when st_covers(z.geom, p.geom) then st_area(p.geom) else st_area(st_intersection(p.geom, z.geom)) end) as a from ${zones}_sub z where st_intersects(p.geom, z.geom) group by z.id) q`,
  },
} as const;
export type Form = keyof typeof FORMS;

const tableOf = (layer: CountyLayer): string => layer.toLowerCase();

export class PostgisPeer {
  readonly #server: ThrowAwayPostgresql;
  readonly load: QueryTime;
  readonly subdivide: QueryTime;
  readonly version: string;

  private constructor(server: ThrowAwayPostgresql, load: QueryTime, subdivide: QueryTime, version: string) {
    this.#server = server;
    this.load = load;
    this.subdivide = subdivide;
    this.version = version;
  }

  /** A server of its own (which must be able to read the files) with all layers loaded, indexed, analysed, and the zones subdivided. */
  static async start(
    files: Readonly<Record<CountyLayer, string>>,
    settings: readonly string[] = SETTINGS,
  ): Promise<PostgisPeer> {
    const server = await startPostgresql({ settings });
    try {
      let version = '';
      const load = await timed(server, async (client) => {
        for (const layer of ['parcels', ...COUNTY_ZONE_LAYERS] as const) {
          const table = tableOf(layer);
          if (!existsSync(files[layer])) throw new Error(`no file ${files[layer]}`);
          await client.query(`create table ${table}(id int primary key, vertices int, geom geometry)`);
          await client.query(`copy ${table} from '${files[layer]}'`);
          await client.query(`create index on ${table} using gist(geom)`);
          await client.query(`analyze ${table}`);
        }
        const row = await client.query<{ v: string }>("select version() || ', ' || postgis_full_version() v");
        version = row.rows[0]!.v;
      });
      const subdivide = await timed(server, async (client) => {
        for (const layer of COUNTY_ZONE_LAYERS) {
          const table = tableOf(layer);
          await client.query(
            `create table ${table}_sub as select id, st_subdivide(geom, ${SUBDIVIDED_VERTICES}) geom from ${table}`,
          );
          await client.query(`create index on ${table}_sub using gist(geom)`);
          await client.query(`analyze ${table}_sub`);
        }
      });
      return new PostgisPeer(server, load, subdivide, version);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Runs one form of the query on one zone layer. */
  async overlay(form: Form, layer: CountyLayer, oneIn: number, limitSeconds: number): Promise<OverlayTime> {
    if (oneIn === 1) return this.#run(form, 'parcels', layer, 1, limitSeconds);
    await this.#sample(oneIn);
    const large = await this.#run(form, 'parcels_large', layer, 1, limitSeconds);
    const small = await this.#run(form, `parcels_sample${oneIn}`, layer, oneIn, limitSeconds);
    const sum = (key: 'cpuSeconds' | 'wallSeconds' | 'pairs' | 'squareMetres'): number =>
      large[key] + oneIn * small[key];
    return {
      cpuSeconds: sum('cpuSeconds'),
      wallSeconds: sum('wallSeconds'),
      pairs: sum('pairs'),
      squareMetres: sum('squareMetres'),
      oneIn,
      stopped: large.stopped || small.stopped,
    };
  }

  async #sample(oneIn: number): Promise<void> {
    await timed(this.#server, async (client) => {
      const make = async (table: string, condition: string): Promise<void> => {
        const known = await client.query('select to_regclass($1) as t', [table]);
        if ((known.rows[0] as { t: string | null }).t !== null) return;
        await client.query(`create table ${table} as select * from parcels where ${condition}`);
        await client.query(`create index on ${table} using gist(geom)`);
        await client.query(`analyze ${table}`);
      };
      await make('parcels_large', `vertices >= ${LARGE_PARCEL_VERTICES}`);
      await make(`parcels_sample${oneIn}`, `vertices < ${LARGE_PARCEL_VERTICES} and id % ${oneIn} = 0`);
    });
  }

  async #run(form: Form, parcels: string, layer: CountyLayer, oneIn: number, limit: number): Promise<OverlayTime> {
    let row = { n: '0', s: 0 };
    let stopped = false;
    const time = await timed(this.#server, async (client) => {
      await client.query(`set statement_timeout = ${Math.round(limit * 1000)}`);
      try {
        const result = await client.query<{ n: string; s: number }>(
          `select count(*) n, sum(a) s from (${FORMS[form].sql(parcels, tableOf(layer))}) pairs where a > 5e-7`,
        );
        row = result.rows[0]!;
      } catch (error) {
        if ((error as { code?: string }).code !== '57014') throw error;
        stopped = true;
      }
    });
    return { ...time, pairs: Number(row.n), squareMetres: Number(row.s), oneIn, stopped };
  }

  /** Every pair of one layer, for comparing; not timed. */
  async pairs(
    form: Form,
    layer: CountyLayer,
    onPair: (parcel: number, zone: number, area: number) => void,
  ): Promise<void> {
    const client = await connect(this.#server);
    try {
      await client.query('begin');
      await client.query(`declare pairs cursor for ${FORMS[form].sql('parcels', tableOf(layer))}`);
      for (;;) {
        const { rows } = await client.query<[number, number, number]>({
          text: 'fetch 20000 from pairs',
          rowMode: 'array',
        });
        if (rows.length === 0) return;
        for (const [parcel, zone, area] of rows) onPair(parcel, zone, area);
      }
    } finally {
      await client.end();
    }
  }

  /** Features of each layer that PostGIS calls invalid. */
  async invalid(layer: CountyLayer): Promise<number> {
    const client = await connect(this.#server);
    try {
      const { rows } = await client.query<{ n: string }>(
        `select count(*) n from ${tableOf(layer)} where not st_isvalid(geom)`,
      );
      return Number(rows[0]!.n);
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

async function connect(server: ThrowAwayPostgresql): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return client;
}

/**
 * Work on a connection of its own. Once the backend has ended, the postmaster has waited for it and for its parallel workers,
 * so what the kernel added to the postmaster's children is what the work took.
 */
async function timed(server: ThrowAwayPostgresql, work: (client: pg.Client) => Promise<void>): Promise<QueryTime> {
  const client = await connect(server);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() pid');
  const before = childrenCpuSeconds(server.pid);
  const began = performance.now();
  try {
    await work(client);
  } finally {
    await client.end();
  }
  const wallSeconds = (performance.now() - began) / 1000;
  while (existsSync(`/proc/${rows[0]!.pid}`)) await new Promise((resolve) => setTimeout(resolve, 5));
  return { cpuSeconds: childrenCpuSeconds(server.pid) - before, wallSeconds };
}

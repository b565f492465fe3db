import pg from 'pg';
import { DatabaseError } from './database.ts';
import type { Connection, Engine, QueryOutcome } from './handle.ts';
import { ARRAY_ELEMENTS, TYPE_PARSERS } from './types.ts';

/** Of the requests; jobs have fewer of their own, so that neither takes the other's. */
const MAX_CONNECTIONS = 10;
const MAX_CONNECTIONS_OF_JOBS = 4;
const LISTEN_AGAIN_MILLISECONDS = 1000;

function translate(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    return new DatabaseError(error.message, error.code ?? 'XX000', error.constraint ?? null, error.detail ?? null);
  }
  return error;
}

interface ArrayParser {
  create(text: string, parse: (element: string) => unknown): { parse(): unknown[] };
}

function parserOf(oid: number): ((text: string) => unknown) | undefined {
  const element = ARRAY_ELEMENTS[oid];
  if (element === undefined) return TYPE_PARSERS[oid];
  // Its type declaration describes another version than the one shipped.
  const arrays = pg.types.arrayParser as unknown as ArrayParser;
  return (text) => arrays.create(text, TYPE_PARSERS[element]!).parse();
}

/** PostgreSQL (15 or newer, with PostGIS) by connection string: the system of record. */
export async function openPostgresqlEngine(url: string, use: 'requests' | 'jobs' = 'requests'): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString: url,
    max: use === 'jobs' ? MAX_CONNECTIONS_OF_JOBS : MAX_CONNECTIONS,
    // jit costs tens of milliseconds on each tile and pays back on none of our queries. A process that stands still in the
    // middle of a transaction keeps nobody waiting for ever.
    options: '-c jit=off -c timezone=UTC -c idle_in_transaction_session_timeout=60000',
    application_name: use === 'jobs' ? 'tianchou jobs' : 'tianchou',
    types: {
      getTypeParser: (oid: number, format?: string) =>
        (format === 'binary' ? undefined : parserOf(oid)) ?? pg.types.getTypeParser(oid, format as 'text'),
    } as pg.CustomTypesConfig,
  });
  // A connection that dies while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => {});
  // One that dies while it is used says so to whoever uses it; the event beside it would end the process too.
  pool.on('connect', (client) => client.on('error', () => {}));
  const probe = await pool.connect();
  probe.release();
  const ask = async (
    client: pg.PoolClient,
    text: string,
    parameters: readonly unknown[] | undefined,
  ): Promise<QueryOutcome> => {
    try {
      const result = await client.query(text, parameters as unknown[] | undefined);
      return { rows: result.rows ?? [], affected: result.rowCount ?? 0 };
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    kind: 'postgresql',
    async single(_priority, text, parameters) {
      const client = await pool.connect();
      try {
        return await ask(client, text, parameters);
      } finally {
        client.release();
      }
    },
    async acquire() {
      const client = await pool.connect();
      const connection: Connection = {
        query: (text, parameters) => ask(client, text, parameters),
        script: async (text) => void (await ask(client, text, undefined)),
        release: (broken) => client.release(broken),
      };
      return connection;
    },
    share: () => ({ kind: 'postgresql', url }),
    listen: (channel, heard) => listenTo(url, channel, heard),
    pool: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}

/** Listens on a connection of its own, which is made again whenever it breaks. */
function listenTo(url: string, channel: string, heard: () => void): () => void {
  let ended = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    const own = new pg.Client({ connectionString: url, application_name: 'tianchou wake-ups', keepAlive: true });
    client = own;
    let over = false;
    const again = (): void => {
      if (over) return;
      over = true;
      own.end().catch(() => {});
      if (ended) return;
      timer = setTimeout(begin, LISTEN_AGAIN_MILLISECONDS);
      timer.unref();
    };
    own.on('error', again);
    own.on('end', again);
    own.on('notification', heard);
    own
      .connect()
      .then(() => own.query(`listen ${pg.escapeIdentifier(channel)}`))
      // Whatever was said while nobody listened.
      .then(() => heard(), again);
  };
  begin();
  return () => {
    ended = true;
    clearTimeout(timer);
    client?.end().catch(() => {});
  };
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setImmediate as othersFirst } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { PGlite, type Extension } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { assert } from '../../kernel/index.ts';
import { writeWhole } from './embedded-bundle.ts';
import type {
  EmbeddedFailure,
  EmbeddedReply,
  EmbeddedRequest,
  EmbeddedStart,
  EmbeddedStatement,
} from './embedded-protocol.ts';
import { StatementQueue } from './embedded-queue.ts';
import { TYPE_PARSERS } from './types.ts';

// The embedded engine runs here, in a thread of its own: it blocks its thread while a statement runs.
assert(parentPort !== null, 'this file is a worker');
const port = parentPort;
const start = workerData as EmbeddedStart;

const postgis: Extension = {
  name: 'postgis',
  setup: async (_pg, options) => {
    const environment = (options as { PGLITE_ENV: Record<string, string> }).PGLITE_ENV;
    environment['PROJ_DATA'] = '/pglite/share/proj';
    return { emscriptenOpts: options, bundlePath: pathToFileURL(start.postgis) };
  },
};

const BYTEA = 17;

/**
 * The engine runs alone, without the process that makes checkpoints elsewhere: it would make one only when it is closed, and
 * after a kill read the whole log of an import again. So one is made whenever the log has grown by this much.
 */
const CHECKPOINT_BYTES = 16 * 1024 ** 2;
const LOOK_EVERY_MILLISECONDS = 250;

async function open(folder: string | null, template: Blob | undefined): Promise<PGlite> {
  const dataDir = folder ?? 'memory://';
  return PGlite.create({
    dataDir,
    ...(template === undefined ? {} : { loadDataDir: template }),
    extensions: { postgis, btree_gist },
    parsers: TYPE_PARSERS as Record<number, (text: string) => unknown>,
    // Bytes go as they are, in the binary format; the default writes them as text, digit by digit.
    serializers: { [BYTEA]: (value: unknown) => value as string },
  });
}

async function makeTemplate(): Promise<void> {
  const pg = await open(null, undefined);
  await pg.exec('create extension postgis; create extension btree_gist; checkpoint;');
  const dump = await pg.dumpDataDir('gzip');
  await writeWhole(start.template, new Uint8Array(await dump.arrayBuffer()));
  await pg.close();
}

function failureOf(error: unknown): EmbeddedFailure {
  const fields = error as { message?: string; code?: string; constraint?: string; detail?: string };
  return {
    message: fields.message ?? String(error),
    code: fields.code ?? null,
    constraint: fields.constraint ?? null,
    detail: fields.detail ?? null,
  };
}

async function main(): Promise<void> {
  if (!existsSync(start.template)) await makeTemplate();
  const fresh = start.folder === null || !existsSync(join(start.folder, 'PG_VERSION'));
  const pg = await open(start.folder, fresh ? new Blob([await readFile(start.template)]) : undefined);
  await pg.exec("set timezone = 'UTC'; set jit = off;");

  // A failing look at the log is no reason to fail anybody: the next one finds what this one missed.
  let lookedAt = performance.now();
  let logAt = '0/0';
  let wrote = false;
  const checkpointWhereDue = async (): Promise<void> => {
    if (queue.isHeld || !wrote || performance.now() - lookedAt < LOOK_EVERY_MILLISECONDS) return;
    lookedAt = performance.now();
    wrote = false;
    const { rows } = await pg.query<{ at: string; due: boolean }>(
      `select pg_current_wal_lsn()::text as at, pg_wal_lsn_diff(pg_current_wal_lsn(), $1) > ${CHECKPOINT_BYTES} as due`,
      [logAt],
    );
    if (rows[0]!.due) {
      await pg.exec('checkpoint');
      logAt = rows[0]!.at;
    }
  };

  const answer = async (request: EmbeddedStatement): Promise<EmbeddedReply> => {
    try {
      if (request.kind === 'query') {
        const result = await pg.query(request.text, request.parameters as unknown[]);
        // A select answers 0 here and its number of rows on PostgreSQL; the rows are what counts for both.
        const affected = result.rows.length > 0 ? result.rows.length : (result.affectedRows ?? 0);
        return { kind: 'answer', id: request.id, rows: result.rows, affected };
      }
      await pg.exec(request.text);
      return { kind: 'answer', id: request.id, rows: [], affected: 0 };
    } catch (error) {
      return { kind: 'failure', id: request.id, failure: failureOf(error) };
    }
  };

  const queue = new StatementQueue<MessagePort>();
  let working: Promise<void> | undefined;
  let closing = false;
  let halfDone = false;
  const work = async (): Promise<void> => {
    for (;;) {
      // Whatever was asked while the statement before ran comes in now: only then it is known what is most urgent.
      await othersFirst();
      if (halfDone) {
        halfDone = false;
        await pg.exec('rollback').catch(() => {});
      }
      const statement = closing ? undefined : queue.next();
      if (statement === undefined) return;
      const { client, ...request } = statement;
      client.postMessage(await answer(request));
      wrote ||= !request.text.startsWith('select');
      await checkpointWhereDue().catch(() => {});
    }
  };
  const wake = (): void => {
    working ??= work().finally(() => {
      working = undefined;
    });
  };

  const listen = (client: MessagePort): void => {
    client.on('message', async (request: EmbeddedRequest) => {
      if (request.kind === 'connect') return listen(request.port);
      if (request.kind !== 'close') {
        queue.add(client, request);
        return wake();
      }
      // A statement that runs is never cut off by closing.
      closing = true;
      await working;
      await pg.close().catch(() => {});
      client.postMessage({ kind: 'answer', id: request.id, rows: [], affected: 0 } satisfies EmbeddedReply);
      port.close();
    });
    client.on('close', () => {
      // Its thread ended in the middle of a transaction: nobody else may use the connection before that is undone.
      if (closing || !queue.drop(client)) return;
      halfDone = true;
      wake();
    });
  };
  listen(port);
  port.postMessage({ kind: 'ready' } satisfies EmbeddedReply);
}

main().catch((error: unknown) => {
  port.postMessage({ kind: 'unusable', failure: failureOf(error) } satisfies EmbeddedReply);
  port.close();
});

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { assert } from '../../kernel/index.ts';
import { startWorker } from '../project-root.ts';
import { DatabaseError } from './database.ts';
import { type EmbeddedFiles, embeddedFiles, prepareSlimPostgis } from './embedded-bundle.ts';
import type {
  EmbeddedFailure,
  EmbeddedReply,
  EmbeddedRequest,
  EmbeddedStart,
  EmbeddedStatement,
} from './embedded-protocol.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import type { Connection, Engine, EngineShare, Priority, QueryOutcome } from './handle.ts';

export interface EmbeddedOptions {
  /** Folder of the data, or null for a database in memory (tests). */
  readonly folder: string | null;
  readonly files?: EmbeddedFiles;
}

function errorOf(failure: EmbeddedFailure): Error {
  return new DatabaseError(failure.message, failure.code ?? 'XX000', failure.constraint, failure.detail);
}

/**
 * The embedded PostgreSQL with PostGIS, in a worker thread. Survives the death of the process, not a power cut, and
 * its data directory bears one process only: our own lock is taken before anything is opened.
 *
 * @throws FolderLockedError when another process has the folder
 */
export async function openEmbeddedEngine(options: EmbeddedOptions): Promise<Engine> {
  const files = options.files ?? embeddedFiles();
  let lock: FolderLock | undefined;
  if (options.folder !== null) {
    await mkdir(options.folder, { recursive: true });
    lock = await lockFolder(options.folder);
  }
  try {
    await prepareSlimPostgis(files);
    const folder = options.folder === null ? null : join(options.folder, 'database');
    return await startEngine({ folder, postgis: files.postgis, template: files.template }, lock);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

async function startEngine(start: EmbeddedStart, lock: FolderLock | undefined): Promise<Engine> {
  const worker = startWorker('platform/db/embedded.worker', start, { name: 'embedded-database' });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (reply: EmbeddedReply) => {
      if (reply.kind === 'unusable') reject(errorOf(reply.failure));
      else resolve();
    });
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new DatabaseError(`the embedded database did not start: exit ${code}`, '57P01', null, null)),
    );
  });
  const client = clientOf(worker);
  worker.on('error', (error) => client.lose(error.message));
  worker.on('exit', (code) => client.lose(`exit ${code}`));
  return {
    ...client.engine,
    async close() {
      await client.close();
      await worker.terminate();
      await lock?.release();
    },
  };
}

/** The database another thread has opened. Closing it closes this thread's way to it. */
export function sharedEmbeddedEngine(port: MessagePort): Engine {
  const client = clientOf(port);
  port.on('close', () => client.lose('its thread has ended'));
  return {
    ...client.engine,
    close: async () => {
      client.lose('closed');
      port.close();
    },
  };
}

interface Waiter {
  readonly resolve: (outcome: QueryOutcome) => void;
  readonly reject: (error: Error) => void;
}

interface Channel {
  postMessage(message: unknown, transfer?: readonly MessagePort[]): void;
  on(event: 'message', listener: (reply: EmbeddedReply) => void): unknown;
}

/** One thread's side of the conversation with the thread of the engine. */
function clientOf(channel: Channel) {
  const waiting = new Map<number, Waiter>();
  let lastId = 0;
  let lastSession = 0;
  let lost: Error | undefined;

  channel.on('message', (reply: EmbeddedReply) => {
    assert(reply.kind === 'answer' || reply.kind === 'failure', 'the embedded database began twice');
    const waiter = waiting.get(reply.id);
    // Lost in the meantime: whoever waited has been told.
    if (waiter === undefined) return;
    waiting.delete(reply.id);
    if (reply.kind === 'answer') waiter.resolve({ rows: reply.rows.map(revive), affected: reply.affected });
    else waiter.reject(errorOf(reply.failure));
  });

  const ask = (request: Omit<EmbeddedStatement, 'id'> | { readonly kind: 'close' }): Promise<QueryOutcome> => {
    if (lost !== undefined) return Promise.reject(lost);
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      channel.postMessage({ ...request, id });
    });
  };

  const connection = (priority: Priority): Connection => {
    const session = ++lastSession;
    let held = true;
    const say = (kind: 'query' | 'script', text: string, parameters: readonly unknown[]): Promise<QueryOutcome> => {
      assert(held, 'a released connection was used');
      return ask({ kind, session, priority, text, parameters });
    };
    return {
      query: (text, parameters) => say('query', text, parameters),
      script: async (text) => void (await say('script', text, [])),
      release: () => {
        assert(held, 'a connection was released twice');
        held = false;
        if (lost === undefined) channel.postMessage({ kind: 'release', session } satisfies EmbeddedRequest);
      },
    };
  };

  const engine = {
    kind: 'embedded' as const,
    single: (priority: Priority, text: string, parameters: readonly unknown[]) =>
      ask({ kind: 'query', session: 0, priority, text, parameters }),
    // The connection itself is waited for with the first statement, in the thread of the engine.
    acquire: (priority: Priority) => Promise.resolve(connection(priority)),
    share: (): EngineShare => {
      const { port1, port2 } = new MessageChannel();
      channel.postMessage({ kind: 'connect', port: port1 } satisfies EmbeddedRequest, [port1]);
      return { kind: 'embedded', port: port2 };
    },
    // One process has the database, and its threads tell each other.
    listen: () => () => {},
  };
  return {
    engine,
    /** Tells everybody who waits, now and later, that there is no database any more. */
    lose: (reason: string): void => {
      lost ??= new DatabaseError(`the embedded database stopped: ${reason}`, '57P01', null, null);
      for (const { reject } of waiting.values()) reject(lost);
      waiting.clear();
    },
    close: async (): Promise<void> => {
      if (lost === undefined) await ask({ kind: 'close' }).catch(() => {});
    },
  };
}

// Buffers arrive from the other thread as plain byte arrays.
function revive(row: unknown): unknown {
  const record = row as Record<string, unknown>;
  for (const key in record) {
    const value = record[key];
    if (value instanceof Uint8Array) record[key] = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return record;
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../kernel/index.ts';
import { startWorker } from '../project-root.ts';
import { DatabaseError } from './database.ts';
import { type EmbeddedFiles, embeddedFiles, prepareSlimPostgis } from './embedded-bundle.ts';
import type { EmbeddedFailure, EmbeddedReply, EmbeddedRequest, EmbeddedStart } from './embedded-protocol.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import type { Connection, Engine, Priority, QueryOutcome } from './handle.ts';

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

interface Waiting {
  readonly resolve: (outcome: QueryOutcome) => void;
  readonly reject: (error: Error) => void;
}

async function startEngine(start: EmbeddedStart, lock: FolderLock | undefined): Promise<Engine> {
  const worker = startWorker('platform/db/embedded.worker', start, { name: 'embedded-database' });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let lost: Error | undefined;

  const lose = (reason: string): void => {
    lost ??= new DatabaseError(`the embedded database stopped: ${reason}`, '57P01', null, null);
    for (const { reject } of waiting.values()) reject(lost);
    waiting.clear();
  };

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (reply: EmbeddedReply) => {
      if (reply.kind === 'ready') return resolve();
      if (reply.kind === 'unusable') return reject(errorOf(reply.failure));
      const waiter = waiting.get(reply.id);
      assert(waiter !== undefined, 'the embedded database answered twice');
      waiting.delete(reply.id);
      if (reply.kind === 'answer') waiter.resolve({ rows: reply.rows.map(revive), affected: reply.affected });
      else waiter.reject(errorOf(reply.failure));
    });
    worker.on('error', (error) => {
      lose(error.message);
      reject(error);
    });
    worker.on('exit', (code) => {
      lose(`exit ${code}`);
      reject(new DatabaseError(`the embedded database did not start: exit ${code}`, '57P01', null, null));
    });
  });

  const ask = (request: Omit<EmbeddedRequest, 'id'> & Record<string, unknown>): Promise<QueryOutcome> => {
    if (lost !== undefined) return Promise.reject(lost);
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  };

  // The one connection goes to whoever waits longest, interactive before background.
  const queues: Record<Priority, (() => void)[]> = { interactive: [], background: [] };
  let taken = false;
  const passOn = (): void => {
    const next = queues.interactive.shift() ?? queues.background.shift();
    if (next === undefined) taken = false;
    else next();
  };
  const connection = (): Connection => {
    let held = true;
    return {
      query: (text, parameters) => {
        assert(held, 'a released connection was used');
        return ask({ kind: 'query', text, parameters });
      },
      script: async (text) => {
        assert(held, 'a released connection was used');
        await ask({ kind: 'script', text });
      },
      release: () => {
        assert(held, 'a connection was released twice');
        held = false;
        passOn();
      },
    };
  };

  return {
    kind: 'embedded',
    async acquire(priority) {
      if (taken) await new Promise<void>((resolve) => queues[priority].push(resolve));
      taken = true;
      return connection();
    },
    async close() {
      if (lost === undefined) {
        // Behind whatever runs: a statement is never cut off by closing.
        if (taken) await new Promise<void>((resolve) => queues.interactive.push(resolve));
        taken = true;
        await ask({ kind: 'close' }).catch(() => {});
      }
      await worker.terminate();
      await lock?.release();
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

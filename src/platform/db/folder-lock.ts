import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Refusal, localized } from '../../kernel/index.ts';
import { DatabaseRefusedError } from './refused.ts';

/** Who has a folder. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Start of that process in kernel ticks, so that a number used again by another process is not taken for it. */
  readonly processStart: string | null;
  readonly since: string;
  readonly token: string;
}

export interface FolderLock {
  readonly holder: LockHolder;
  release(): Promise<void>;
}

/** Somebody else has the folder; carries the refusal a person reads. */
export class FolderLockedError extends DatabaseRefusedError {
  override readonly name = 'FolderLockedError';

  constructor(folder: string, holder: LockHolder) {
    const refusal: Refusal = {
      code: 'DATA-FOLDER-IN-USE',
      message: localized(
        `数据目录 ${folder} 正被 ${holder.host} 上的进程 ${holder.pid} 使用（自 ${holder.since} 起）。`,
        `The data folder ${folder} is in use by process ${holder.pid} on ${holder.host} (since ${holder.since}).`,
      ),
      remedy: localized(
        '请先停止该进程，或用 TIANCHOU_DATA 指定另一个目录；一个数据目录同时只能由一个服务使用。',
        'Stop that process first, or name another folder by TIANCHOU_DATA; a data folder is used by one server at a time.',
      ),
    };
    super(refusal);
  }
}

/** This process, as others are told of it. */
export function thisProcess(): LockHolder {
  return {
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    since: new Date().toISOString(),
    token: randomBytes(8).toString('hex'),
  };
}

const NAME = 'tianchou.lock';
const ATTEMPTS = 20;

/**
 * Takes the folder for this process, or throws FolderLockedError. A lock left by a process that is gone (or whose
 * number now belongs to another process) is removed.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, NAME);
  const holder = thisProcess();
  const own = `${path}.${holder.token}`;
  await writeFile(own, JSON.stringify(holder), { flag: 'wx' });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A hard link is made whole or not at all, so nobody ever reads a half-written lock.
      if (await linked(own, path)) {
        return { holder, release: () => releaseLock(path, holder) };
      }
      const other = await readHolder(path);
      if (other === undefined) continue;
      if (isAlive(other)) throw new FolderLockedError(folder, other);
      await removeStale(path, own, other);
      await sleep(5 + Math.random() * 20);
    }
    throw new Error(`could not take the lock ${path}`);
  } finally {
    await unlink(own).catch(() => {});
  }
}

/** Throws FolderLockedError where another process has taken the folder for itself alone; takes nothing. */
export async function refuseTakenFolder(folder: string): Promise<void> {
  const holder = await readHolder(join(folder, NAME));
  if (holder !== undefined && isAlive(holder)) throw new FolderLockedError(folder, holder);
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockHolder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { pid: -1, host: hostname(), processStart: null, since: '', token: '' };
    throw error;
  }
}

/** Whether the holder may still be running. One on another machine (a shared folder) counts as running. */
export function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const start = processStart(holder.pid);
  // 'zombie': killed, and nobody has taken note of it yet.
  if (start === 'zombie') return false;
  return start === null || holder.processStart === null || start === holder.processStart;
}

/** Start time of a process in kernel ticks since boot (Linux), `zombie` for a dead one, null where unknown. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold spaces; fields are counted behind it: state is the 3rd, start the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'zombie' : (fields[19] ?? null);
  } catch {
    return null;
  }
}

// Two processes may find the same stale lock, and the slower one must not remove the lock the quicker one has taken by then.
// So removing is a right that one has at a time: while it is held nobody else removes a lock whose owner is dead, and what
// was read under it still holds at the next line.
async function removeStale(path: string, own: string, stale: LockHolder): Promise<void> {
  const right = `${path}.removing`;
  if (!(await linked(own, right))) {
    const remover = await readHolder(right);
    if (remover !== undefined && !isAlive(remover)) await unlink(right).catch(() => {});
    return;
  }
  try {
    if ((await readHolder(path))?.token === stale.token) await unlink(path).catch(() => {});
  } finally {
    await unlink(right).catch(() => {});
  }
}

async function releaseLock(path: string, holder: LockHolder): Promise<void> {
  const current = await readHolder(path);
  if (current?.token === holder.token) await unlink(path).catch(() => {});
}

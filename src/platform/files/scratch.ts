import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive, type LockHolder, thisProcess } from '../db/index.ts';
import { numberSpace } from '../number-space.ts';

/** Name of the note in each scratch folder that says whose it is. */
export const HOLDER = 'process.json';

const TOUCH_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

interface ScratchHolder extends LockHolder {
  /** Process numbers mean something within one of these only: two containers may share a host name. */
  readonly numbers: string | null;
}

/**
 * Makes a scratch folder for this process under `folder` and removes those of processes that are gone. A process on another
 * machine, or in another container, cannot be asked: its folder goes when it has not been touched for a day.
 */
export async function ownScratch(folder: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const holder: ScratchHolder = { ...thisProcess(), numbers: numberSpace() };
  const path = join(folder, `${holder.pid}-${holder.token}`);
  await mkdir(path, { recursive: true });
  const note = join(path, HOLDER);
  await writeFile(note, JSON.stringify(holder), { flag: 'wx' });
  await removeOfTheGone(folder);
  const touch = setInterval(() => {
    const now = new Date();
    utimes(note, now, now).catch(() => {});
  }, TOUCH_MILLISECONDS);
  touch.unref();
  return {
    path,
    remove: async () => {
      clearInterval(touch);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeOfTheGone(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (await isGone(path)) await rm(path, { recursive: true, force: true });
  }
}

async function isGone(path: string): Promise<boolean> {
  const note = join(path, HOLDER);
  const seen = await stat(note).catch(() => undefined);
  if (seen === undefined) {
    // Being made this very moment, removed this very moment, or left by a version that knew no notes.
    const made = await stat(path).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > TOUCH_MILLISECONDS;
  }
  const holder = await readFile(note, 'utf8')
    .then((text) => JSON.parse(text) as ScratchHolder)
    .catch(() => undefined);
  if (holder !== undefined && holder.host === hostname() && holder.numbers === numberSpace()) return !isAlive(holder);
  return Date.now() - seen.mtimeMs > DAY_MILLISECONDS;
}

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isAlive, thisProcess } from '../db/index.ts';
import { numberSpace } from '../number-space.ts';

/** A new name for who runs jobs here: host, process, its start, the space of its number, and something by chance. */
export function newWorkerName(): string {
  const { host, pid, processStart } = thisProcess();
  return [host, pid, processStart ?? '-', numberSpace() ?? '-', randomBytes(6).toString('hex')].join(' ');
}

/** Whether the process of that name is certainly gone. One on another machine or in another container cannot be asked: false. */
export function isWorkerGone(name: string): boolean {
  const [host, pid, start, numbers] = name.split(' ');
  if (host !== hostname() || numbers !== (numberSpace() ?? '-') || pid === undefined) return false;
  return !isAlive({
    host,
    pid: Number(pid),
    processStart: start === '-' ? null : (start ?? null),
    since: '',
    token: '',
  });
}

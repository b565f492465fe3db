import { setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/**
 * Lets other threads go first wherever two want the same core: requests are answered while a county is computed. Linux alone
 * counts the priority by thread; elsewhere it belongs to the whole process and is left as it is.
 *
 * @param niceness 1 … 19; threads started later from this one inherit it
 */
export function stepBack(niceness: number): void {
  if (isMainThread || process.platform !== 'linux') return;
  try {
    setPriority(0, niceness);
  } catch {
    // Not allowed here: then it is as urgent as the others.
  }
}

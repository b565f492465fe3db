import { getPriority, setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

const LEAST_URGENT = 19;

/**
 * Lets other threads go first wherever two want the same core: requests are answered while a county is computed. Linux alone
 * counts the priority by thread; elsewhere it belongs to the whole process and is left as it is.
 *
 * @param steps how much less urgent than so far; threads started later from this one inherit it
 */
export function stepBack(steps: number): void {
  if (isMainThread || process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(LEAST_URGENT, getPriority(0) + steps));
  } catch {
    // Not allowed here: then it is as urgent as the others.
  }
}

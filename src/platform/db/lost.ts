const LOST_STATES = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '53300']);
const LOST_ERRNOS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
// The driver has no code for these.
const LOST_WORDS =
  /^Connection terminated|^timeout exceeded when trying to connect|^Client has encountered a connection error/;

/**
 * Whether a failure says that the database cannot be reached (it stopped, starts up, the network is gone), as opposed to
 * something being wrong with what was asked. Nobody knows whether a statement that failed so was carried out.
 */
export function isDatabaseLost(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseLost);
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (LOST_STATES.has(code) || LOST_ERRNOS.has(code) || code.startsWith('08')))
    return true;
  return LOST_WORDS.test(error.message);
}

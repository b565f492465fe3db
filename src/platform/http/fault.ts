import type { Logger } from '../logging.ts';
import { errorFields } from '../logging.ts';
import { countFault } from '../metrics.ts';
import { textsBrought, withoutTexts } from '../redaction.ts';
import { INTERNAL, problemResponse, UNAVAILABLE } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/** The database is gone, going or full up: classes of SQLSTATE, and what sockets say. */
const LOST = /^(08|57P0|53300$|ECONNREFUSED$|ECONNRESET$|EPIPE$|ETIMEDOUT$)/;
/** What the driver says without a code. */
const LOST_TEXT =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

function isDatabaseLost(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return (typeof code === 'string' && LOST.test(code)) || (typeof message === 'string' && LOST_TEXT.test(message));
}

/**
 * The answer to what a handler threw: 503 where the database is gone, else 500. A user is told a number, the log the rest,
 * without what the request brought (its body, where it had been read).
 */
export function faultResponse(
  error: unknown,
  request: Request,
  place: { readonly method: string; readonly route: string; readonly body?: unknown },
  logger: Logger,
): Response {
  const requestId = requestIdOf(request);
  const isLost = isDatabaseLost(error);
  if (!isLost) countFault();
  logger.log('error', 'request failed', {
    requestId,
    method: place.method,
    route: place.route,
    ...withoutTexts(errorFields(error), textsBrought(request, place.body)),
  });
  return isLost
    ? problemResponse(503, [UNAVAILABLE], { requestId, retryAfterSeconds: 5 })
    : problemResponse(500, [INTERNAL], { requestId });
}

import { isDatabaseLost } from '../db/index.ts';
import type { Logger } from '../logging.ts';
import { errorFields } from '../logging.ts';
import { countFault } from '../metrics.ts';
import { textsBrought, withoutTexts } from '../redaction.ts';
import { INTERNAL, problemResponse, UNAVAILABLE } from './problem.ts';
import { requestIdOf } from './request-id.ts';

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

import { failureOf } from '../failure.ts';
import type { Logger } from '../logging.ts';
import { errorFields } from '../logging.ts';
import { countFault } from '../metrics.ts';
import { textsBrought, withoutTexts } from '../redaction.ts';
import { INTERNAL, problemResponse } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/**
 * The answer to what a handler threw: 503 where the database is gone, 507 where a disk is full, else 500. A user is told a number, the log the rest,
 * without what the request brought (its body, where it had been read).
 */
export function faultResponse(
  error: unknown,
  request: Request,
  place: { readonly method: string; readonly route: string; readonly body?: unknown },
  logger: Logger,
): Response {
  const requestId = requestIdOf(request);
  const failure = failureOf(error);
  if (failure === undefined) countFault();
  logger.log('error', 'request failed', {
    requestId,
    method: place.method,
    route: place.route,
    ...withoutTexts(errorFields(error), textsBrought(request, place.body)),
  });
  if (failure === undefined) return problemResponse(500, [INTERNAL], { requestId });
  const { status, refusal, retryAfterSeconds } = failure;
  return problemResponse(status, [refusal], { requestId, retryAfterSeconds });
}

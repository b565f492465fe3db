import { BODY_NOT_JSON, BODY_TOO_LARGE, BODY_TOO_SLOW } from './problem.ts';
import { refuse, type RefusedReply } from './route.ts';

export const MAX_JSON_BYTES = 4 * 1024 * 1024;
const MAX_MILLISECONDS = 15_000;

/** How many bytes the sender announces; undefined where it does not say, or says nonsense. */
export function announcedBytes(request: Request): number | undefined {
  const length = request.headers.get('content-length');
  return length === null || !/^\d{1,15}$/.test(length) ? undefined : Number(length);
}

/** The JSON a request brings, whole, small and in time; an empty body is an empty object. */
export async function readJson(
  request: Request,
  maxMilliseconds = MAX_MILLISECONDS,
): Promise<{ readonly value: unknown } | RefusedReply> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? 'application/json'))
    return refuse(415, BODY_NOT_JSON);
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body !== null) {
    const reader = (request.body as ReadableStream<Uint8Array>).getReader();
    let late = false;
    // Cancelling ends the read that waits.
    const timer = setTimeout(() => {
      late = true;
      reader.cancel().catch(() => {});
    }, maxMilliseconds);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        size += value.byteLength;
        if (size > MAX_JSON_BYTES) return refuse(413, BODY_TOO_LARGE);
        chunks.push(value);
      }
    } catch {
      return refuse(400, BODY_NOT_JSON);
    } finally {
      clearTimeout(timer);
    }
    if (late) return refuse(408, BODY_TOO_SLOW);
  }
  try {
    return { value: size === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return refuse(400, BODY_NOT_JSON);
  }
}

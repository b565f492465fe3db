import type { Leave } from './room.ts';

/** How often a stream asks whether its reader may still listen. */
const LOOK_MILLISECONDS = 5_000;

/** The same answer without its body, which is let go: files are closed, scratch is removed, timers end. */
export async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel().catch(() => {});
  return new Response(null, { status: response.status, headers: response.headers });
}

/**
 * The same answer; the place is left when its body has been sent, or the reader has gone. With `isStillAllowed` the body ends
 * as soon as that says no; where it fails (the database is gone for a moment) the body goes on.
 */
export function heldUntilEnd(
  response: Response,
  leave: Leave | undefined,
  isStillAllowed?: () => Promise<boolean>,
  lookMilliseconds = LOOK_MILLISECONDS,
): Response {
  if (response.body === null || !response.ok) {
    leave?.();
    return response;
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let look: NodeJS.Timeout | undefined;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    clearInterval(look);
    leave?.();
  };
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      if (isStillAllowed === undefined) return;
      look = setInterval(() => {
        isStillAllowed().then(
          (isAllowed) => {
            if (isAllowed || isOver) return;
            end();
            controller.close();
            reader.cancel().catch(() => {});
          },
          () => {},
        );
      }, lookMilliseconds);
      look.unref();
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (isOver) return;
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        if (isOver) return;
        end();
        controller.error(error);
      }
    },
    cancel(reason) {
      end();
      return reader.cancel(reason);
    },
  });
  return new Response(stream, { status: response.status, headers: response.headers });
}

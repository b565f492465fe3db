import type { Leave } from './room.ts';

/** The same answer; the place is left when its body has been sent, or the reader has gone. */
export function heldUntilEnd(response: Response, leave: Leave | undefined): Response {
  if (leave === undefined) return response;
  if (response.body === null || !response.ok) {
    leave();
    return response;
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        leave();
        controller.close();
      } catch (error) {
        leave();
        controller.error(error);
      }
    },
    cancel(reason) {
      leave();
      return reader.cancel(reason);
    },
  });
  return new Response(stream, { status: response.status, headers: response.headers });
}

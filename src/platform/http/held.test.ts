import { describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { silentLogger } from '../logging.ts';
import { createHttpApp } from './app.ts';
import { guardedDoors } from './doors.ts';
import { heldUntilEnd } from './held.ts';
import { route } from './route.ts';

/** A body that gives a piece at once and then waits; `ended` once nobody reads it any more. */
function waitingBody(): { readonly body: ReadableStream<Uint8Array>; readonly ended: () => boolean } {
  let ended = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from('first')),
    cancel: () => {
      ended = true;
    },
  });
  return { body, ended: () => ended };
}

describe('a body held until its end', () => {
  it('ends, and leaves its place, when the reader may no longer listen', async () => {
    const { body, ended } = waitingBody();
    let left = 0;
    let looks = 0;
    const isStillAllowed = (): Promise<boolean> => {
      looks++;
      // The database is gone for a moment: no reason to end.
      return looks === 2 ? Promise.reject(new Error('gone')) : Promise.resolve(looks < 4);
    };
    const held = heldUntilEnd(new Response(body), () => left++, isStillAllowed, 5);
    expect(await held.text()).toBe('first');
    expect([looks, left, ended()]).toEqual([4, 1, true]);
  });

  it('leaves its place when the reader goes', async () => {
    const { body, ended } = waitingBody();
    let left = 0;
    const held = heldUntilEnd(
      new Response(body),
      () => left++,
      () => Promise.resolve(true),
      5,
    );
    await held.body!.cancel();
    expect([left, ended()]).toEqual([1, true]);
  });
});

describe('the interface', () => {
  const doors = guardedDoors();
  const bodies: ReturnType<typeof waitingBody>[] = [];
  let isThere = true;
  const app = createHttpApp({
    routes: [
      route({
        method: 'GET',
        path: '/api/jobs/:jobId/events',
        handle: () => {
          const one = waitingBody();
          bodies.push(one);
          return new Response(one.body);
        },
      }),
    ],
    actorOf: () => (isThere ? testActor() : undefined),
    logger: silentLogger,
    doors,
  });

  it('lets go at once of what a HEAD does not send', async () => {
    for (let i = 0; i < 100; i++) {
      const reply = await app.request('/api/jobs/1/events', { method: 'HEAD' });
      expect([200, 429]).toContain(reply.status);
      expect(reply.body).toBeNull();
    }
    expect(bodies.length).toBeGreaterThan(50);
    expect(bodies.every(({ ended }) => ended())).toBe(true);
    expect(doors.rooms()['streams']).toEqual({ atWork: 0, waiting: 0 });
  });

  it('ends the stream of somebody whose session is over', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const reply = await app.request('/api/jobs/1/events');
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(doors.rooms()['streams']).toMatchObject({ atWork: 1 });
    isThere = false;
    expect(await reply.text()).toBe('first');
    expect(doors.rooms()['streams']).toMatchObject({ atWork: 0 });
  }, 15_000);
});

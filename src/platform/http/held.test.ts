import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { openFiles } from '../files/index.ts';
import { silentLogger } from '../logging.ts';
import { createHttpApp } from './app.ts';
import { guardedDoors } from './doors.ts';
import { heldUntilEnd } from './held.ts';
import { route } from './route.ts';
import { receiveUpload } from './upload.ts';

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

  it('takes nothing from somebody who lost the session while sending', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tianchou-standing-'));
    const files = await openFiles(folder);
    let taken = 0;
    let isSignedIn = true;
    const uploads = createHttpApp({
      routes: [
        route({
          method: 'POST',
          path: '/api/imports',
          upload: true,
          handle: async ({ raw }) => {
            const received = await receiveUpload(raw, files, { maxFileBytes: 1000 });
            if (received.ok) taken++;
            return { taken: received.ok };
          },
        }),
      ],
      actorOf: () => (isSignedIn ? testActor() : undefined),
      logger: silentLogger,
    });
    const form = new FormData();
    form.append('file', new Blob(['content']), 'a.txt');
    const whole = new Request('http://localhost/api/imports', { method: 'POST', body: form });
    const reader = (whole.body as ReadableStream<Uint8Array>).getReader();
    const slow = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await reader.read();
        isSignedIn = false;
        if (done) controller.close();
        else controller.enqueue(value);
      },
    });
    const send = (body: ReadableStream): Promise<Response> =>
      Promise.resolve(
        uploads.request('/api/imports', {
          method: 'POST',
          body,
          headers: { 'content-type': whole.headers.get('content-type')! },
          duplex: 'half',
        } as RequestInit),
      );
    expect((await send(slow)).status).toBe(401);
    expect(taken).toBe(0);
    rmSync(folder, { recursive: true, force: true });
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

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testActor } from '../../../tests/support/context.ts';
import { seededRandom } from '../../kernel/index.ts';
import { AUTHORISATION_MATRIX, type Method } from '../../modules/access/index.ts';
import { silentLogger } from '../logging.ts';
import { createHttpApp } from './app.ts';
import { guardedDoors } from './doors.ts';
import { listen, type Listening } from './listen.ts';
import { RATE_CLASSES, RATE_LIMITS, rateClassOf, ROOMS } from './rate-classes.ts';
import { guardedRoom } from './room.ts';
import { route } from './route.ts';
import { tokenBuckets } from './token-buckets.ts';

describe('token buckets', () => {
  it('let through the burst, then so many a second, and say when to come again', () => {
    const buckets = tokenBuckets({ burst: 3, perSecond: 2 }, 10);
    expect([1, 2, 3].map(() => buckets.take('a', 100))).toEqual([0, 0, 0]);
    expect(buckets.take('a', 100)).toBeCloseTo(0.5);
    expect(buckets.take('b', 100)).toBe(0);
    expect(buckets.take('a', 100.5)).toBe(0);
    expect(buckets.take('a', 100.5)).toBeCloseTo(0.5);
    // A clock that steps back gives nothing and breaks nothing.
    expect(buckets.take('a', 50)).toBeCloseTo(0.5);
  });

  it('never let through more than burst + rate × time, whatever the order of clients', () => {
    const seed = Math.floor(performance.now());
    const random = seededRandom(seed);
    const buckets = tokenBuckets({ burst: 20, perSecond: 5 }, 1000);
    const through = new Map<string, number>();
    let now = 0;
    for (let i = 0; i < 20_000; i++) {
      now += random.next() * 0.01;
      const key = `client ${Math.floor(random.next() * 7)}`;
      if (buckets.take(key, now) === 0) through.set(key, (through.get(key) ?? 0) + 1);
    }
    for (const [key, count] of through) {
      expect(count, `${key}, seed ${seed}`).toBeLessThanOrEqual(20 + 5 * now);
      expect(count, `${key}, seed ${seed}`).toBeGreaterThan(15 + 5 * now * 0.9);
    }
  });

  it('remember a bounded number of clients, the latest', () => {
    const buckets = tokenBuckets({ burst: 1, perSecond: 0.001 }, 100);
    for (let i = 0; i < 100_000; i++) {
      buckets.take(`client ${i}`, 0);
      buckets.take('regular', 0);
    }
    expect(buckets.size).toBe(100);
    expect(buckets.take('regular', 0)).toBeGreaterThan(0);
  });
});

describe('a guarded room', () => {
  const size = { atOnce: 2, waiting: 3, patientMilliseconds: 60, hurriedMilliseconds: 20, perClient: 1 };

  it('holds so many, lets so many wait, turns the rest away at once, and hands places on in order', async () => {
    const room = guardedRoom({ ...size, perClient: 2 });
    const first = (await room.enter('a'))!;
    const second = (await room.enter('a'))!;
    const order: string[] = [];
    const waiting = ['b', 'c', 'd'].map(async (name) => {
      const leave = await room.enter(name);
      if (leave !== undefined) order.push(name);
      return leave;
    });
    expect(await room.enter('e')).toBeUndefined();
    expect([room.atWork, room.waiting]).toEqual([2, 3]);
    first();
    first();
    second();
    expect([room.atWork, room.waiting]).toEqual([2, 1]);
    const [b, c, d] = await Promise.all(waiting);
    // The third waited in vain.
    expect(order).toEqual(['b', 'c']);
    expect(d).toBeUndefined();
    b!();
    c!();
    expect([room.atWork, room.waiting]).toEqual([0, 0]);
  });

  it('keeps one client from taking all places', async () => {
    const room = guardedRoom(size);
    const mine = (await room.enter('greedy'))!;
    const more = room.enter('greedy');
    const other = await room.enter('modest');
    expect(other).toBeDefined();
    mine();
    expect(await more).toBeDefined();
  });

  it('is jammed once a queue stays that is longer than can be served in time, and opens again', async () => {
    let time = 0;
    const room = guardedRoom(
      { ...size, perClient: 2, waiting: 100, patientMilliseconds: 5_000, hurriedMilliseconds: 5_000 },
      () => time,
    );
    const held = [await room.enter('a'), await room.enter('a')];
    const waiting = Array.from({ length: 6 }, () => room.enter('b'));
    expect(room.isJammed).toBe(false);
    time = 1_500;
    expect(room.isJammed).toBe(true);
    expect(await room.enter('c')).toBeUndefined();
    for (const leave of held) leave!();
    for (const one of waiting) (await one)!();
    expect(room.isJammed).toBe(false);
    expect(await room.enter('c')).toBeDefined();
  });

  it('waits long for a passing burst and short once the queue stays', async () => {
    let time = 0;
    const room = guardedRoom({ ...size, waiting: 100, patientMilliseconds: 300, hurriedMilliseconds: 10 }, () => time);
    await room.enter('a');
    await room.enter('b');
    const since = async (entered: Promise<unknown>): Promise<number> => {
      const begun = performance.now();
      await entered;
      return performance.now() - begun;
    };
    const patient = since(room.enter('c'));
    time = 2_000;
    expect(await since(room.enter('d'))).toBeLessThan(150);
    expect(await patient).toBeGreaterThan(250);
  });
});

describe('rate limits', () => {
  it('give every route of the matrix a class that fits', () => {
    const classOf = (method: string, path: string): string => rateClassOf(method, path, false);
    for (const { method, path } of AUTHORISATION_MATRIX) expect(RATE_CLASSES).toContain(classOf(method, path));
    expect(classOf('GET', '/api/health')).toBe('probe');
    expect(classOf('POST', '/api/health')).toBe('write');
    expect(classOf('GET', '/api/tiles/:layerVersionId/:z/:x/:y{[0-9]+\\.mvt}')).toBe('tile');
    expect(classOf('GET', '/api/jobs/:jobId/events')).toBe('stream');
    expect(classOf('GET', '/api/layers/:layerVersionId/export.gpkg')).toBe('download');
    expect(classOf('GET', '/api/runs/:runId/files/:name')).toBe('download');
    expect(rateClassOf('POST', '/api/imports', true)).toBe('upload');
    expect(classOf('GET', '/api/projects')).toBe('read');
    expect(classOf('GET', '/api/session')).toBe('read');
    for (const path of ['/api/session/oidc', '/api/session/oidc/callback']) expect(classOf('GET', path)).toBe('signIn');
    expect(classOf('POST', '/api/session/sign-in')).toBe('signIn');
  });

  it('leave room for a map of hundreds of tiles, and for an office of 200 people behind one address', () => {
    expect(RATE_LIMITS.tile.actor!.burst).toBeGreaterThanOrEqual(1000);
    // 200 people, each with a screen of 6 reads every 5 seconds, and 50 writes a second.
    expect(RATE_LIMITS.read.address!.perSecond).toBeGreaterThan((200 * 6) / 5);
    expect(RATE_LIMITS.write.address!.perSecond).toBeGreaterThan(50);
    for (const rateClass of RATE_CLASSES) {
      const { actor, address } = RATE_LIMITS[rateClass];
      if (actor !== null && address !== null) expect(address.perSecond).toBeGreaterThan(actor.perSecond);
    }
  });

  it('are bounded in memory whoever comes', () => {
    let now = 0;
    const doors = guardedDoors({ now: () => now, maxKeys: 500 });
    for (let i = 0; i < 20_000; i++) {
      now += 0.001;
      doors.arrive('read', `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`);
      doors.known('write', `person ${i}`);
    }
    expect(doors.remembered).toBe(1000);
  });
});

describe('the doors of an application over a socket', () => {
  let asked = 0;
  const app = createHttpApp({
    routes: [
      route({ method: 'GET', path: '/api/health', handle: () => ({ fine: true }) }),
      route({ method: 'GET', path: '/api/packs', handle: () => ({ asked: ++asked }) }),
      route({
        method: 'POST',
        path: '/api/projects/:projectId/runs',
        params: z.object({ projectId: z.uuid() }),
        body: z.object({}),
        handle: () => ({ asked: ++asked }),
      }),
    ],
    actorOf: (request) => ({ ...testActor(), actor: request.headers.get('x-test-actor') ?? '' }),
    logger: silentLogger,
    // A hundredth of the limits: 30 reads at once an address, 3 an actor.
    doors: guardedDoors({ factor: 0.01, now: () => 0 }),
  });
  let listening: Listening;
  let url = '';
  beforeAll(async () => {
    listening = await listen({
      host: '127.0.0.1',
      port: 0,
      fetch: app.fetch,
      logger: silentLogger,
      headersMilliseconds: 600,
      stalled: { withinMilliseconds: 600, minBytes: 1_000 },
      perAddress: 60,
    });
    url = `http://127.0.0.1:${listening.port}`;
  });
  afterAll(async () => {
    await listening.finish(100);
  });

  it('turn away who asks too often, with Retry-After, in both languages, and never health', async () => {
    const headers = { 'x-test-actor': 'li' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => fetch(`${url}/api/packs`, { headers })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429, 429]);
    const away = answers.find(({ status }) => status === 429)!;
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(away.headers.get('content-type')).toContain('application/problem+json');
    const body = (await away.json()) as { code: string; refusals: { message: { zh: string; en: string } }[] };
    expect(body.code).toBe('TOO-MANY-REQUESTS');
    expect(body.refusals[0]!.message.zh).not.toBe('');
    // Another person is not concerned, nor is another class.
    expect((await fetch(`${url}/api/packs`, { headers: { 'x-test-actor': 'wang' } })).status).toBe(200);
    for (let i = 0; i < 50; i++) expect((await fetch(`${url}/api/health`)).status).toBe(200);
  });

  it('are not passed by other headers, spellings or methods', async () => {
    // The address is spent now.
    const before = asked;
    while ((await fetch(`${url}/api/packs`)).status !== 429);
    const spoofed = [
      'x-forwarded-for',
      'x-real-ip',
      'forwarded',
      'x-client-ip',
      'true-client-ip',
      'cf-connecting-ip',
      'via',
    ];
    for (const name of spoofed) {
      for (const value of ['8.8.8.8', '127.0.0.1', 'for=8.8.8.8', '::1']) {
        expect((await fetch(`${url}/api/packs`, { headers: { [name]: value } })).status, `${name}: ${value}`).toBe(429);
      }
    }
    const spelled = [
      '/api/packs?',
      '/api/packs?x=1',
      '/api/packs#',
      '/api//packs',
      '//api/packs',
      '/api/packs/',
      '/API/packs',
      '/api/PACKS',
      '/api/./packs',
      '/api/x/../packs',
      '/api/%70acks',
      '/api/packs%20',
      '/api/packs;a=b',
      '/api/packs%00',
      '/api/packs%2f',
      '/%61pi/packs',
      '/api/health/../packs',
      '/api/health?/api/packs',
      '/api/packs/../health/../packs',
    ];
    const reached = asked;
    for (const path of spelled) await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    for (const method of ['HEAD', 'OPTIONS', 'get', 'POST', 'TRACE', 'PROPFIND'])
      await raw(`${method} /api/packs HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: GET\r\nConnection: close\r\n\r\n`);
    expect(asked).toBe(reached);
    expect(reached - before).toBeLessThanOrEqual(30);
  });

  async function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(listening.port, '127.0.0.1', () => socket.write(text));
      let got = '';
      socket.on('data', (chunk) => {
        got += chunk.toString();
      });
      socket.on('close', () => resolve(got));
      socket.on('error', reject);
    });
  }

  it('close on headers that drip in, on too many of them, and on what is no HTTP', async () => {
    const begun = performance.now();
    const slow = await raw('GET /api/health HTTP/1.1\r\nHost: x\r\n');
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(slow).toMatch(/^HTTP\/1\.1 408 [^]*BODY-TOO-SLOW/);
    expect(await raw(`GET /api/health HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [^]*HEADERS-TOO-LARGE/,
    );
    expect(await raw('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*REQUEST-MALFORMED/);
    expect(await raw('GET /api/health HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw('GET /api/health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [^]*REQUEST-MALFORMED/,
    );
  });

  it('end a body that drips in, and refuse a huge one before it comes', async () => {
    const path = '/api/projects/00000000-0000-7000-8000-000000000001/runs';
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
    const begun = performance.now();
    expect(await raw(`${head}Content-Length: 100\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 408 [^]*BODY-TOO-SLOW/);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await raw(`${head}Content-Length: 900000000000\r\nConnection: close\r\n\r\n{`)).toMatch(
      /^HTTP\/1\.1 413 [^]*BODY-TOO-LARGE/,
    );
  });

  it('keep one address from holding all connections', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 80 }, async () => {
        const socket = connect(listening.port, '127.0.0.1');
        socket.on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve));
        return socket;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const open = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
    expect(open).toBeLessThanOrEqual(60);
    expect(open).toBeGreaterThan(40);
    for (const socket of sockets) socket.destroy();
  });
});

describe('under a flood', () => {
  it('answers what it lets in quickly, refuses the rest at once, and stands afterwards', async () => {
    let most = 0;
    let now = 0;
    const app = createHttpApp({
      routes: [
        route({
          method: 'GET' as Method,
          path: '/api/packs',
          handle: async () => {
            most = Math.max(most, ++now);
            await new Promise((resolve) => setTimeout(resolve, 20));
            now--;
            return {};
          },
        }),
      ],
      actorOf: () => testActor(),
      logger: silentLogger,
      doors: guardedDoors({
        factor: 1000,
        rooms: { ...ROOMS, quick: { ...ROOMS.quick, waiting: 40 } },
      }),
    });
    const took: number[] = [];
    const statuses = new Map<number, number>();
    await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const begun = performance.now();
        const { status, headers } = await app.request('/api/packs');
        if (status === 200) took.push(performance.now() - begun);
        else expect(headers.get('retry-after')).toMatch(/^[1-9]$/);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }),
    );
    expect([...statuses.keys()].toSorted()).toEqual([200, 429]);
    expect(most).toBe(ROOMS.quick.atOnce);
    expect(statuses.get(200)).toBeGreaterThanOrEqual(16 + 40);
    expect(Math.max(...took)).toBeLessThan(2_000);
    expect((await app.request('/api/packs')).status).toBe(200);
  });
});

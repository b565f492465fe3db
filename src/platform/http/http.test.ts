import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testActor } from '../../../tests/support/context.ts';
import { localized } from '../../kernel/index.ts';
import type { RefusalReply } from '../../modules/access/index.ts';
import { type Files, leftovers, openFiles } from '../files/index.ts';
import type { Logger } from '../logging.ts';
import { createHttpApp } from './app.ts';
import { refuse, reply, type Route, route } from './route.ts';
import { staticFiles } from './static.ts';
import { receiveUpload } from './upload.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-http-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const logged: { readonly event: string; readonly fields: unknown }[] = [];
const logger: Logger = { log: (_level, event, fields) => logged.push({ event, fields }) };
const refusal = { code: 'NO', message: localized('不行。', 'No.'), remedy: localized('别试。', 'Do not.') };

let files: Files;
// Paths are those of the matrix; what they do here is the test's own.
const routes: Route[] = [
  route({ method: 'GET', path: '/api/health', handle: () => ({ fine: true }) }),
  route({
    method: 'GET',
    path: '/api/layers/:layerVersionId',
    params: z.object({ layerVersionId: z.string() }),
    query: z.object({ size: z.coerce.number().int().default(3) }),
    handle: ({ params, query }) =>
      params['layerVersionId'] === 'none'
        ? refuse(404, refusal)
        : reply(201, { id: params['layerVersionId'], size: query.size }),
  }),
  route({
    method: 'GET',
    path: '/api/status',
    handle: () => {
      throw new Error('a secret /path');
    },
  }),
  route({
    method: 'POST',
    path: '/api/jobs/:jobId/cancel',
    body: z.object({ name: z.string() }),
    handle: ({ body }) => ({ hello: body.name }),
  }),
  route({
    method: 'POST',
    path: '/api/layers/:layerVersionId/withdraw',
    upload: true,
    handle: async ({ raw }) => {
      const received = await receiveUpload(raw, files, { maxFileBytes: 1000, maxFiles: 2 });
      if (received.ok) {
        const { fields, files: brought } = received.value;
        const kept = fields['kept'] === 'no' ? [] : await Promise.all(brought.map((file) => file.keep()));
        return { fields, files: brought.map((file, i) => ({ ...file, ...kept[i] })) };
      }
      return refuse(received.error[0]!.code === 'FILE-TOO-LARGE' ? 413 : 400, received.error);
    },
  }),
];

const web = join(folder, 'web');
mkdirSync(join(web, 'assets'), { recursive: true });
writeFileSync(join(web, 'index.html'), '<!doctype html><title>田畴</title>');
writeFileSync(join(web, 'assets', 'worker-abc.mjs'), 'export {};');
writeFileSync(join(folder, 'secret.txt'), 'secret');

const app = createHttpApp({ routes, actorOf: () => testActor(), logger, statics: staticFiles(web) });

const ask = (path: string, init?: RequestInit): Promise<Response> => Promise.resolve(app.request(path, init));
const codesOf = async (response: Response): Promise<string[]> =>
  ((await response.json()) as RefusalReply).refusals.map((one) => one.code);

beforeAll(async () => {
  files = await openFiles(join(folder, 'data'));
});

describe('http application', () => {
  it('answers with JSON, its own status, and the security headers', async () => {
    const response = await ask('/api/layers/abc?size=7');
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ id: 'abc', size: 7 });
    expect(response.headers.get('content-security-policy')).not.toContain("script-src 'self' 'unsafe-inline'");
    for (const name of [
      'x-content-type-options',
      'cross-origin-opener-policy',
      'cross-origin-embedder-policy',
      'content-security-policy',
    ]) {
      expect(response.headers.get(name), name).not.toBeNull();
    }
  });

  it('refuses in problem+json, in both languages, with the field', async () => {
    const missing = await ask('/api/layers/none');
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toContain('application/problem+json');
    expect(await missing.json()).toMatchObject({ status: 404, code: 'NO', detail: 'No.', refusals: [refusal] });
    const wrong = await ask('/api/layers/abc?size=many');
    expect(wrong.status).toBe(400);
    const [one] = ((await wrong.json()) as RefusalReply).refusals;
    expect(one).toMatchObject({ code: 'FIELD-INVALID', place: { field: 'size' } });
    expect(one!.message.en).toMatch(/^[\x20-\x7e]+$/);
    expect(one!.message.zh).not.toMatch(/Invalid|expected/);
    expect(await codesOf(await ask('/api/nowhere'))).toEqual(['ROUTE-NOT-FOUND']);
  });

  it('tells a user nothing of an internal fault, and the log everything', async () => {
    const response = await ask('/api/status');
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('INTERNAL-FAULT');
    expect(text).not.toMatch(/secret|\.ts|at /);
    expect(JSON.stringify(logged)).toContain('a secret /path');
  });

  it('takes JSON bodies only whole, small and fitting', async () => {
    const post = (body: string, type = 'application/json') =>
      ask('/api/jobs/1/cancel', { method: 'POST', body, headers: { 'content-type': type } });
    expect(await (await post('{"name":"田"}')).json()).toEqual({ hello: '田' });
    expect((await post('{"name":')).status).toBe(400);
    expect((await post('{"name":1}')).status).toBe(400);
    expect((await post('name=x', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await post(`{"name":"${'x'.repeat(5_000_000)}"}`)).status).toBe(413);
  });

  it('refuses characters no database takes, wherever they stand', async () => {
    for (const name of ['a\0b', 'half \ud800 a character']) {
      const answer = await ask('/api/jobs/x/cancel', {
        method: 'POST',
        body: JSON.stringify({ name }),
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(400);
      expect(await codesOf(answer)).toEqual(['FIELD-INVALID']);
    }
    const query = await ask('/api/layers/x?size=%00');
    expect(query.status).toBe(400);
    expect(await codesOf(query)).toEqual(['FIELD-INVALID']);
  });

  it('refuses writes that another site asks for, and lets programs through', async () => {
    const post = (headers: Record<string, string>) =>
      ask('http://127.0.0.1:8321/api/jobs/1/cancel', {
        method: 'POST',
        body: '{"name":"x"}',
        headers: { host: '127.0.0.1:8321', 'content-type': 'application/json', ...headers },
      });
    expect((await post({})).status).toBe(200);
    expect((await post({ origin: 'http://127.0.0.1:8321', 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:9999' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      expect(await codesOf(await post(headers))).toEqual(['FOREIGN-ORIGIN']);
    }
  });

  it('answers under the names of this machine alone where nobody signs in', async () => {
    const demo = createHttpApp({ routes, actorOf: () => testActor(), logger, thisMachineOnly: true });
    for (const url of ['http://localhost:8321', 'http://127.0.0.1:8321', 'http://127.1.2.3', 'http://[::1]:8321'])
      expect((await demo.request(`${url}/api/health`)).status, url).toBe(200);
    for (const url of [
      'http://rebound.invalid:8321',
      'http://localhost.invalid',
      'http://192.168.1.9',
      'http://127.0.0.1.invalid',
    ]) {
      const answer = await demo.request(`${url}/api/layers/abc`);
      expect([answer.status, await codesOf(answer)], url).toEqual([421, ['FOREIGN-HOST']]);
      expect((await app.request(`${url}/api/health`)).status, url).toBe(200);
    }
  });

  it('asks who it is and what the matrix says', async () => {
    const closed = createHttpApp({ routes, actorOf: () => undefined, logger });
    expect((await closed.request('/api/layers/1')).status).toBe(401);
    const stranger = { ...testActor(), role: 'auditor' as never };
    const other = createHttpApp({ routes, actorOf: () => stranger, logger });
    expect((await other.request('/api/jobs/x/cancel', { method: 'POST' })).status).toBe(403);
    expect(() =>
      createHttpApp({
        routes: [route({ method: 'GET', path: '/api/unheard', handle: () => ({}) })],
        actorOf: () => testActor(),
        logger,
      }),
    ).toThrow(/matrix/);
  });

  it('serves screens, modules as JavaScript, and nothing outside its folder', async () => {
    const page = await ask('/projects/17?tab=map');
    expect(await page.text()).toContain('田畴');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const worker = await ask('/assets/worker-abc.mjs');
    expect(worker.headers.get('content-type')).toContain('text/javascript');
    expect(worker.headers.get('cache-control')).toContain('immutable');
    expect((await ask('/', { headers: { 'if-none-match': page.headers.get('etag')! } })).status).toBe(304);
    for (const path of [
      '/assets/none.js',
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%00.txt',
    ]) {
      const response = await ask(path);
      expect(await response.text(), path).not.toBe('secret');
      expect(response.status, path).toBe(404);
    }
    expect((await ask('/%ff')).status).toBe(400);
  });
});

describe('uploads', () => {
  const send = async (form: FormData): Promise<Response> =>
    ask('/api/layers/x/withdraw', { method: 'POST', body: form });

  it('stores files and fields, Chinese names without their folders', async () => {
    const form = new FormData();
    form.set('county', '330481');
    form.set('file', new File(['内容'], 'C:\\数据\\地类图斑.zip'));
    const body = (await (await send(form)).json()) as {
      fields: unknown;
      files: { fileName: string; path: string; size: number; field: string }[];
    };
    expect(body.fields).toEqual({ county: '330481' });
    expect(body.files[0]).toMatchObject({ field: 'file', fileName: '地类图斑.zip', size: 6 });
    expect(readFileSync(body.files[0]!.path, 'utf8')).toBe('内容');
    expect(await leftovers(join(folder, 'data'))).toEqual([]);
  });

  it('lets go of what no operation kept, once it has answered', async () => {
    const form = new FormData();
    form.set('kept', 'no');
    form.set('file', new File(['refused by the operation'], 'plan.gpkg'));
    const body = (await (await send(form)).json()) as { files: { hash: string; path: string }[] };
    expect(body.files[0]!.path).toContain('incoming');
    expect(existsSync(body.files[0]!.path)).toBe(false);
    expect(await files.find(body.files[0]!.hash)).toBeUndefined();
  });

  it('cuts long names to what a disk takes, between characters, and keeps the extension', async () => {
    const names = [
      `${'田'.repeat(250)}.geojson`,
      `${'x'.repeat(254)}😀.geojson`,
      '😀'.repeat(130),
      'a\u0001b.txt',
      '..',
    ];
    for (const name of names) {
      const form = new FormData();
      form.set('file', new File(['x'], name));
      const { files: stored } = (await (await send(form)).json()) as { files: { fileName: string }[] };
      const { fileName } = stored[0]!;
      expect(Buffer.byteLength(fileName)).toBeLessThanOrEqual(200);
      expect(Buffer.byteLength(fileName)).toBeGreaterThan(name.length > 100 ? 190 : 1);
      expect(fileName).not.toMatch(/\p{Surrogate}|\p{Cc}/u);
      expect(fileName.endsWith('.geojson')).toBe(name.endsWith('.geojson'));
    }
  });

  it('refuses what is too large, too much, or no form, and leaves nothing behind', async () => {
    const form = (...sizes: number[]): FormData => {
      const data = new FormData();
      sizes.forEach((size, i) => data.append(`file${i}`, new File(['x'.repeat(size)], `${i}.txt`)));
      return data;
    };
    const large = await send(form(1001));
    expect(large.status).toBe(413);
    expect(await codesOf(large)).toEqual(['FILE-TOO-LARGE']);
    expect(await codesOf(await send(form(1, 2, 3)))).toEqual(['TOO-MANY-FILES']);
    expect(await codesOf(await ask('/api/layers/x/withdraw', { method: 'POST', body: 'plain' }))).toEqual([
      'NOT-A-FORM',
    ]);
    const cut = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf';
    expect(
      await codesOf(
        await ask('/api/layers/x/withdraw', {
          method: 'POST',
          body: cut,
          headers: { 'content-type': 'multipart/form-data; boundary=b' },
        }),
      ),
    ).toEqual(['NOT-A-FORM']);
    expect(await leftovers(join(folder, 'data'))).toEqual([]);
  });

  it('leaves nothing when the sender goes away half-way', async () => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /api/layers/x/withdraw HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 900\r\n\r\n` +
        '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf',
    );
    await expect.poll(() => leftovers(join(folder, 'data'))).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => leftovers(join(folder, 'data'))).toEqual([]);
    server.close();
  });

  it('keeps memory flat while a large file passes', async () => {
    const server = serve({
      fetch: createHttpApp({
        routes: [
          route({
            method: 'POST',
            path: '/api/layers/:layerVersionId/withdraw',
            handle: async ({ raw }) => {
              const received = await receiveUpload(raw, files, { maxFileBytes: 400 * 1024 * 1024 });
              return received.ok ? { size: received.value.files[0]!.size } : refuse(400, received.error);
            },
          }),
        ],
        actorOf: () => testActor(),
        logger,
      }).fetch,
      port: 0,
      hostname: '127.0.0.1',
    });
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    const { port } = server.address() as AddressInfo;
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const head = Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n\r\n');
    const tail = Buffer.from('\r\n--b--\r\n');
    let sent = 0;
    let peak = 0;
    const before = process.memoryUsage().rss;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        peak = Math.max(peak, process.memoryUsage().rss);
        if (sent === 0) controller.enqueue(head);
        controller.enqueue(chunk);
        if (++sent === 300) {
          controller.enqueue(tail);
          controller.close();
        }
      },
    });
    const response = await fetch(`http://127.0.0.1:${port}/api/layers/x/withdraw`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    } as RequestInit);
    expect(await response.json()).toEqual({ size: 300 * 1024 * 1024 });
    expect((peak - before) / 1024 / 1024).toBeLessThan(150);
    server.close();
  });
});

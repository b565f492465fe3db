import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, START_TIMEOUT } from '../../tests/support/browser.ts';
import { testActor } from '../../tests/support/context.ts';
import { createHttpApp } from '../platform/http/app.ts';
import { staticFiles } from '../platform/http/static.ts';
import { silentLogger } from '../platform/logging.ts';
import { basemapRoute } from './basemap.ts';

// (module (import "e" "m" (memory 1 2 shared)))
const WASM = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 2, 9, 1, 1, 101, 1, 109, 2, 3, 1, 2);
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'index.html': `<!doctype html><title>-</title><link rel="icon" href="data:,"><script type="module" src="/assets/page.js"></script>`,
  'assets/page.js': `
    const told = (name, value) => document.documentElement.setAttribute('data-' + name, value);
    told('isolated', String(crossOriginIsolated));
    const image = new Image();
    image.onload = () => told('image', 'shown');
    image.onerror = () => told('image', 'blocked');
    image.src = '/api/basemap/3/1/2';
    const worker = new Worker('/assets/worker.js', { type: 'module' });
    worker.onerror = (event) => told('worker', 'failed: ' + event.message);
    worker.onmessage = ({ data }) => {
      Atomics.add(new Int32Array(data.memory.buffer), 0, 1);
      told('worker', data.isolated + ' ' + Atomics.load(new Int32Array(data.memory.buffer), 0));
    };`,
  'assets/worker.js': `
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    await WebAssembly.instantiateStreaming(fetch('/assets/kernel.wasm'), { e: { m: memory } });
    new Int32Array(memory.buffer)[0] = 41;
    postMessage({ isolated: crossOriginIsolated, memory });`,
  'assets/kernel.wasm': WASM,
};

describe('cross-origin isolation in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-isolation-'));
  let server: ServerType;
  let browser: Browser;
  let url = '';
  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'));
    for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
    const outside = (async () =>
      new Response(Buffer.from(PIXEL, 'base64'), { headers: { 'content-type': 'image/png' } })) as typeof fetch;
    const app = createHttpApp({
      routes: [basemapRoute({ url: 'https://elsewhere.example/{z}/{x}/{y}', key: '' }, outside)],
      actorOf: () => testActor(),
      logger: silentLogger,
      statics: staticFiles(folder),
    });
    server = await new Promise<ServerType>((resolve) => {
      const started: ServerType = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(started));
    });
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    browser = await openBrowser();
  }, START_TIMEOUT);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shares the memory of a compiled module with a worker of ours, and still shows the base map', async () => {
    const { page, trouble, close } = await openPage(browser, url);
    await page.goto(url);
    await page.waitForSelector('html[data-worker][data-image]', { state: 'attached', timeout: 60_000 });
    const said = async (name: string) => page.locator('html').getAttribute(`data-${name}`);
    expect(await said('isolated')).toBe('true');
    expect(await said('worker')).toBe('true 42');
    expect(await said('image')).toBe('shown');
    expect(trouble).toEqual([]);
    await close();
  }, 120_000);

  it('says so in the headers of pages, modules and answers, and serves a compiled module as one', async () => {
    for (const path of ['/', '/assets/worker.js', '/assets/kernel.wasm', '/api/none', '/assets/none.js']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy'), path).toBe('require-corp');
      expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
      expect(headers.get('content-security-policy'), path).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
    }
    expect((await fetch(`${url}/assets/kernel.wasm`)).headers.get('content-type')).toBe('application/wasm');
  });
});

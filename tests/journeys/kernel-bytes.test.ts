import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKernel } from '../../scripts/build-kernel.js';
import { tabulate } from '../../src/geometry/index.ts';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { JOURNEY_TIMEOUT, openBrowser, START_TIMEOUT } from '../support/browser.ts';
import { bytesOfRows, sampleLayers } from '../support/kernel-page/sample.ts';

let browser: Browser;
let expected: string;
const servers: Server[] = [];
const addresses: { isolated: string; plain: string } = { isolated: '', plain: '' };

async function startServer(script: Uint8Array, headers: Readonly<Record<string, string>>): Promise<string> {
  const files: Record<string, readonly [type: string, content: Uint8Array]> = {
    '/': ['text/html', Buffer.from('<!doctype html><title>-</title><script src="/page.js"></script>')],
    '/page.js': ['text/javascript', script],
  };
  for (const variant of ['shared', 'unshared']) {
    files[`/${variant}.wasm`] = [
      'application/wasm',
      readFileSync(join(PROJECT_ROOT, 'dist', 'kernel', `${variant}.wasm`)),
    ];
  }
  const server = createServer((request, response) => {
    const found = files[new URL(request.url!, 'http://127.0.0.1').pathname];
    if (found === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': found[0], ...headers }).end(found[1]);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  await buildKernel();
  const { outputFiles } = await build({
    entryPoints: [join(PROJECT_ROOT, 'tests', 'support', 'kernel-page', 'page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    absWorkingDir: PROJECT_ROOT,
  });
  const script = outputFiles[0]!.contents;
  addresses.plain = await startServer(script, {});
  addresses.isolated = await startServer(script, {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  const { parcels, zones } = sampleLayers();
  expected = createHash('sha256')
    .update(bytesOfRows(tabulate(parcels, zones)))
    .digest('hex');
  browser = await openBrowser();
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
});

const CASES = [
  { variant: 'plain', threads: 1, site: 'plain' },
  { variant: 'unshared', threads: 1, site: 'plain' },
  { variant: 'unshared', threads: 1, site: 'isolated' },
  { variant: 'shared', threads: 1, site: 'isolated' },
  { variant: 'shared', threads: 2, site: 'isolated' },
  { variant: 'shared', threads: 4, site: 'isolated' },
] as const;

describe('the kernel in Chromium', { timeout: JOURNEY_TIMEOUT }, () => {
  it.each(CASES)('$variant, $threads threads, on a page that is $site: the bytes of Node', async (asked) => {
    const page = await browser.newPage();
    await page.goto(`${addresses[asked.site]}/?variant=${asked.variant}&threads=${asked.threads}`);
    let title = '-';
    for (const end = Date.now() + 60_000; title === '-' && Date.now() < end; title = await page.title()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(title).toBe(`${asked.threads} ${expected}`);
    await page.close();
  });
});

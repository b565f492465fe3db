import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp } from '../platform/http/app.ts';
import { silentLogger } from '../platform/logging.ts';
import { testActor } from '../../tests/support/context.ts';
import { type Basemap, basemapAddress, basemapRoute, TIANDITU_URL } from './basemap.ts';
import { readConfig } from './config.ts';

const appFor = (basemap: Basemap | null) =>
  createHttpApp({
    routes: [basemapRoute(basemap)],
    actorOf: () => testActor(),
    logger: silentLogger,
    statics: undefined,
  });

describe('outside base map', () => {
  let server: Server;
  let asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      if (request.url!.includes('/9/'))
        response.writeHead(200, { 'content-type': 'text/html' }).end('<script>no</script>');
      else response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([1, 2, 3]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const basemap = (): Basemap => ({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/{z}/{x}/{y}?tk={key}`,
    key: 'k y',
  });

  it('is off unless the administrator gives a key, and then asks nobody', async () => {
    expect(readConfig({}).basemap).toBeNull();
    asked = [];
    const answer = await appFor(null).request('/api/basemap/3/1/2');
    expect(answer.status).toBe(404);
    expect(asked).toEqual([]);
  });

  it('is switched on by a key, or a key and an address', () => {
    expect(readConfig({ TIANCHOU_TIANDITU_KEY: 'abc' }).basemap).toEqual({ url: TIANDITU_URL, key: 'abc' });
    expect(readConfig({ TIANCHOU_BASEMAP_URL: 'http://10.0.0.1/{z}/{x}/{y}.png' }).basemap).toEqual({
      url: 'http://10.0.0.1/{z}/{x}/{y}.png',
      key: '',
    });
    expect(() => readConfig({ TIANCHOU_BASEMAP_URL: 'file:///etc/passwd' })).toThrow('TIANCHOU_BASEMAP_URL');
  });

  it('passes images on and nothing else', async () => {
    const image = await appFor(basemap()).request('/api/basemap/3/1/2');
    expect(image.headers.get('content-type')).toBe('image/png');
    expect([...new Uint8Array(await image.arrayBuffer())]).toEqual([1, 2, 3]);
    expect(asked.at(-1)).toBe('/3/1/2?tk=k%20y');
    expect((await appFor(basemap()).request('/api/basemap/9/1/2')).status).toBe(503);
    expect((await appFor(basemap()).request('/api/basemap/99/1/2')).status).toBe(400);
  });

  it('writes the key into the address once', () => {
    expect(basemapAddress({ url: TIANDITU_URL, key: 'a&b' }, { z: 4, x: 5, y: 6 })).toContain(
      'TILEMATRIX=4&TILEROW=6&TILECOL=5&tk=a%26b',
    );
  });
});

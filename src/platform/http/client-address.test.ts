import { serve } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { silentLogger } from '../logging.ts';
import { createHttpApp } from './app.ts';
import {
  addressKey,
  addressOf,
  clientAddress,
  isSecure,
  isSecureConnection,
  NO_PROXIES,
  type TrustedProxies,
  trustedProxiesOf,
} from './client-address.ts';
import { clearSessionCookie, cookieOf, sessionCookie, setSessionCookie } from './cookies.ts';
import { route } from './route.ts';

function proxiesOf(list: string): TrustedProxies {
  const read = trustedProxiesOf(list);
  if ('wrong' in read) throw new Error(read.wrong);
  return read;
}
const proxies = proxiesOf('127.0.0.1, 10.0.0.0/8 ::1 fd00::/8');

describe('address of the client', () => {
  it.each([
    // What anybody says of himself is not believed.
    ['203.0.113.9', null, '203.0.113.9'],
    ['203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['203.0.113.9', '127.0.0.1', '203.0.113.9'],
    ['::ffff:203.0.113.9', '1.2.3.4', '203.0.113.9'],
    // A trusted proxy is believed for the entry it wrote: the right-most one; what stands left of it is the client's talk.
    ['127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['127.0.0.1', '1.2.3.4, 198.51.100.7', '198.51.100.7'],
    ['127.0.0.1', '10.9.9.9, 127.0.0.1, 198.51.100.7', '198.51.100.7'],
    // A chain of trusted proxies is walked through.
    ['127.0.0.1', '6.6.6.6, 198.51.100.7, 10.1.2.3', '198.51.100.7'],
    ['fd00::5', '2001:DB8::1', '2001:db8::1'],
    ['127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['127.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
    // Everybody is trusted: the left-most; nothing said: the proxy itself.
    ['127.0.0.1', '10.0.0.3', '10.0.0.3'],
    ['127.0.0.1', null, '127.0.0.1'],
    // What is no address ends the walk at the hop that passed it on.
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '1.2.3.4, evil', '127.0.0.1'],
    ['127.0.0.1', '198.51.100.7,', '127.0.0.1'],
    ['127.0.0.1', "'; drop table people", '127.0.0.1'],
    ['127.0.0.1', '1.2.3.4\t', '1.2.3.4'],
    ['127.0.0.1', `${'1.1.1.1,'.repeat(5000)}10.0.0.1`, '1.1.1.1'],
    [undefined, '1.2.3.4', null],
  ])('of %s saying %j is %s', (peer, header, expected) => {
    expect(clientAddress(peer, header, proxies)).toBe(expected);
  });

  it('believes nobody by default', () => {
    expect(clientAddress('127.0.0.1', '1.2.3.4', NO_PROXIES)).toBe('127.0.0.1');
    expect(isSecureConnection('127.0.0.1', false, 'https', NO_PROXIES)).toBe(false);
  });

  it('names the entry of a list that is none', () => {
    for (const wrong of [
      '10.0.0.0/33',
      'proxy.local',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '::1/129',
      '10.0.0/8',
      '1.2.3.4/-1',
    ])
      expect(trustedProxiesOf(`127.0.0.1 ${wrong}`)).toEqual({ wrong });
    expect(proxiesOf('').isEmpty).toBe(true);
    expect(proxies.isTrusted('11.0.0.1')).toBe(false);
    expect(proxies.isTrusted('nobody')).toBe(false);
  });

  it('takes the word for TLS of trusted proxies alone, and their last', () => {
    expect(isSecureConnection('10.0.0.1', false, 'https', proxies)).toBe(true);
    expect(isSecureConnection('10.0.0.1', false, 'https, http', proxies)).toBe(false);
    expect(isSecureConnection('203.0.113.9', false, 'https', proxies)).toBe(false);
    expect(isSecureConnection('203.0.113.9', true, 'http', proxies)).toBe(true);
  });

  it('counts an IPv6 client by its /64, however it is written', () => {
    for (const one of [
      '2001:db8:0:1::1',
      '2001:db8:0:1:ffff:ffff:ffff:ffff',
      '2001:db8:0000:1::',
      '2001:db8::1:9:9:9:9',
    ])
      expect(addressKey(one), one).toBe('2001:db8:0:1::/64');
    expect(addressKey('::1')).toBe('0:0:0:0::/64');
    expect(addressKey('64:ff9b::1.2.3.4')).toBe('64:ff9b:0:0::/64');
    expect(addressKey('198.51.100.7')).toBe('198.51.100.7');
  });
});

describe('over a socket', () => {
  const app = createHttpApp({
    routes: [
      route({
        method: 'GET',
        path: '/api/health',
        handle: ({ raw }) => ({ address: addressOf(raw), secure: isSecure(raw) }),
      }),
    ],
    actorOf: (request) => ({ ...testActor(), actor: String(addressOf(request)) }),
    logger: silentLogger,
    proxies: proxiesOf('127.0.0.2'),
  });
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  afterAll(() => server.close());

  it('knows the address of the request, whatever headers say', async () => {
    const { port } = server.address() as AddressInfo;
    const headers = {
      'x-forwarded-for': '8.8.8.8',
      'x-forwarded-proto': 'https',
      forwarded: 'for=8.8.8.8',
      'x-real-ip': '8.8.8.8',
    };
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`, { headers });
    expect(await answer.json()).toEqual({ address: '127.0.0.1', secure: false });
    expect(addressOf(new Request('http://localhost/'))).toBeNull();
  });
});

describe('session cookie', () => {
  it('is bound to the host over TLS, and plain on localhost', () => {
    expect(setSessionCookie(true, 'v', 60)).toBe(
      '__Host-tianchou=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60',
    );
    expect(setSessionCookie(false, 'v')).toBe('tianchou=v; Path=/; HttpOnly; SameSite=Lax');
    expect(clearSessionCookie(true)).toContain('Max-Age=0');
    expect(sessionCookie(true).attributes).not.toMatch(/domain/i);
  });

  it('is read only where it came once', () => {
    const read = (cookie: string): string | undefined =>
      cookieOf(new Request('http://localhost/', { headers: { cookie } }), 'tianchou');
    expect(read('a=1; tianchou=x=y; b=2')).toBe('x=y');
    expect(read('tianchou=a; tianchou=b')).toBeUndefined();
    expect(read('xtianchou=a')).toBeUndefined();
    expect(read('')).toBeUndefined();
  });
});

import { BlockList, isIP } from 'node:net';

/** Proxies whose X-Forwarded-* headers are believed, from a list of addresses and CIDR blocks. */
export interface TrustedProxies {
  readonly isTrusted: (address: string) => boolean;
  /** None is trusted: the headers say nothing. */
  readonly isEmpty: boolean;
}

/** Where a request came from, as far as it can be believed. */
export interface Connection {
  /** Address of the client; null where the request did not come over a socket (a test, a call inside the process). */
  readonly address: string | null;
  /** It came over TLS, to us or to a trusted proxy. */
  readonly isSecure: boolean;
}

const MAX_HOPS = 20;

/** `::ffff:10.0.0.1` is 10.0.0.1, and a zone (`fe80::1%eth0`) says nothing to others. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  return mapped?.[1] ?? bare;
}

/**
 * Reads a list such as `127.0.0.1, 10.0.0.0/8, fd00::/8`. Returns the entry that is none where there is one.
 */
export function trustedProxiesOf(list: string): TrustedProxies | { readonly wrong: string } {
  const blocks = new BlockList();
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  for (const entry of entries) {
    const [address = '', bits, more] = entry.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (version === 0 || more !== undefined || prefix < 0 || prefix > most) return { wrong: entry };
    blocks.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    isEmpty: entries.length === 0,
    isTrusted: (address) => isIP(address) !== 0 && blocks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'),
  };
}

export const NO_PROXIES: TrustedProxies = { isEmpty: true, isTrusted: () => false };

/** An entry of X-Forwarded-For as an address: without port and brackets; undefined where it is none. */
function entryAddress(entry: string): string | undefined {
  const text = entry.trim();
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : plainAddress(bare);
}

/**
 * The address of the client. A header is believed only as far as trusted proxies wrote it: from the right, each entry was
 * added by the hop to its right, so the first one that is not a trusted proxy is the client, and everything to the left of
 * it is the client's own talk. An entry that is no address ends the walk at the hop that passed it on.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | null,
  proxies: TrustedProxies,
): string | null {
  if (peer === undefined || peer === '') return null;
  let address = plainAddress(peer);
  if (forwardedFor === null) return address;
  const hops = forwardedFor.split(',').slice(-MAX_HOPS);
  while (proxies.isTrusted(address)) {
    const next = hops.pop();
    const stated = next === undefined ? undefined : entryAddress(next);
    if (stated === undefined) break;
    address = stated;
  }
  return address;
}

/** Whether the client spoke TLS: to us, or as a trusted proxy says (its last word, which is the proxy's own). */
export function isSecureConnection(
  peer: string | undefined,
  encrypted: boolean,
  forwardedProto: string | null,
  proxies: TrustedProxies,
): boolean {
  if (encrypted) return true;
  if (peer === undefined || forwardedProto === null || !proxies.isTrusted(plainAddress(peer))) return false;
  return forwardedProto.split(',').at(-1)?.trim().toLowerCase() === 'https';
}

/** What one client is counted by: an IPv4 address, or the /64 of an IPv6 one, which a single household is given whole. */
export function addressKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 address written at the end takes two groups.
  const groups = (parts: readonly string[]): number =>
    parts.reduce((sum, part) => sum + (part.includes('.') ? 2 : 1), 0);
  const zeros = tail === undefined ? 0 : 8 - groups(left) - groups(right);
  const all = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

const connections = new WeakMap<Request, Connection>();
const NOWHERE: Connection = { address: null, isSecure: false };

/** Remembers where a request came from. Done once a request, by the HTTP application, before anything reads it. */
export function rememberConnection(request: Request, connection: Connection): void {
  connections.set(request, connection);
}

/** The address of the client of this request; null where it did not come over a socket. */
export function addressOf(request: Request): string | null {
  return (connections.get(request) ?? NOWHERE).address;
}

/** Whether the client of this request spoke TLS (to us or to a trusted proxy): decides over `sessionCookie(isSecure)`. */
export function isSecure(request: Request): boolean {
  return (connections.get(request) ?? NOWHERE).isSecure;
}

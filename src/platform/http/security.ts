/**
 * Sent with every answer. No script, style sheet, font or worker from elsewhere, none written into the page; styles set by
 * the component library at run time need 'unsafe-inline' for styles. MapLibre's worker is a file of ours. Cross-origin
 * isolation (opener, embedder) lets the browser share memory between workers.
 */
export const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  [
    'content-security-policy',
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
      "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  ],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-embedder-policy', 'require-corp'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), microphone=(), payment=(), usb=()'],
];

/** Over TLS only: from now on, for a year, this host is asked over TLS (RFC 6797). */
export const HSTS = 'max-age=31536000';

/**
 * Whether a write comes from another web site. Browsers state the origin of every write; programs (the command line,
 * scripts) state none and carry no cookies a site could misuse.
 */
export function foreignWrite(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return true;
  const origin = request.headers.get('origin');
  if (origin === null) return false;
  const host = request.headers.get('host') ?? new URL(request.url).host;
  try {
    return new URL(origin).host !== host;
  } catch {
    return true;
  }
}

/**
 * Whether a request names a host that is not this machine. Where nobody signs in, a page of another site could otherwise have
 * its own name lead to 127.0.0.1 (DNS rebinding) and read what this server says.
 */
export function foreignHost(request: Request): boolean {
  const name = new URL(request.url).hostname;
  return name !== 'localhost' && name !== '[::1]' && !/^127(\.\d{1,3}){3}$/.test(name);
}

/** The cookie of a session: its name and how it is set. */
export interface SessionCookie {
  readonly name: string;
  /** What follows `name=value` in Set-Cookie, beginning with `; `. */
  readonly attributes: string;
}

/**
 * Over TLS the name begins with `__Host-`: a browser then takes it only with Secure, for this host and the whole path, so that
 * no neighbouring host can set one for us (RFC 6265bis, 4.1.3.2). Plain HTTP is for localhost, where a browser refuses that name.
 */
export function sessionCookie(secure: boolean): SessionCookie {
  return secure
    ? { name: '__Host-tianchou', attributes: '; Path=/; HttpOnly; SameSite=Lax; Secure' }
    : { name: 'tianchou', attributes: '; Path=/; HttpOnly; SameSite=Lax' };
}

/** The value of a cookie of a request; undefined where it is not sent, or sent twice (one of the two is not ours). */
export function cookieOf(request: Request, name: string): string | undefined {
  const found = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  return found.length === 1 ? found[0]!.slice(name.length + 1) : undefined;
}

/** Set-Cookie of a session: `value` for so many seconds, or, without, until the browser ends. */
export function setSessionCookie(secure: boolean, value: string, maxAgeSeconds?: number): string {
  const { name, attributes } = sessionCookie(secure);
  return `${name}=${value}${attributes}${maxAgeSeconds === undefined ? '' : `; Max-Age=${Math.trunc(maxAgeSeconds)}`}`;
}

/** Set-Cookie that ends a session in the browser. */
export function clearSessionCookie(secure: boolean): string {
  return setSessionCookie(secure, '', 0);
}

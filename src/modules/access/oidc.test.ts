import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES } from '../../../tests/support/databases.ts';
import { type Browser, openSignInDesk, PASSWORDS, type SignInDesk } from '../../../tests/support/sign-in-desk.ts';
import { sql } from '../../platform/db/index.ts';
import type { PersonWithPassword } from './index.ts';

const CLIENT_ID = 'tianchou';
const CLIENT_SECRET = 'client-secret-of-the-test';

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A provider of identities with one key, which hands out the token a test wants to see refused. */
class Provider {
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly codes = new Map<string, { nonce: string; challenge: string; redirectUri: string }>();
  private server: Server | undefined;
  issuer = '';
  /** What the next token says, over what it should. */
  claims: Record<string, unknown> = {};
  mode: 'right' | 'other key' | 'unsigned' | 'no token' = 'right';
  exchanges = 0;

  async listen(): Promise<void> {
    this.server = createServer((request, response) => {
      const url = new URL(request.url!, this.issuer);
      const json = (value: object, status = 200): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      };
      if (url.pathname === '/.well-known/openid-configuration') {
        json({
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/authorize`,
          token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/jwks`,
          id_token_signing_alg_values_supported: ['RS256'],
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
        });
      } else if (url.pathname === '/jwks') {
        json({ keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] });
      } else if (url.pathname === '/token') {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => this.exchange(new URLSearchParams(body), request.headers.authorization, json));
      } else json({}, 404);
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private exchange(
    form: URLSearchParams,
    authorization: string | undefined,
    json: (value: object, status?: number) => void,
  ): void {
    this.exchanges++;
    const kept = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const basic = Buffer.from((authorization ?? '').replace('Basic ', ''), 'base64').toString();
    const isClient = form.get('client_secret') === CLIENT_SECRET || basic === `${CLIENT_ID}:${CLIENT_SECRET}`;
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (
      kept === undefined ||
      !isClient ||
      challenge !== kept.challenge ||
      form.get('redirect_uri') !== kept.redirectUri
    )
      return json({ error: 'invalid_grant' }, 400);
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: CLIENT_ID, iat: now, exp: now + 300, nonce: kept.nonce, ...this.claims };
    json({
      access_token: 'access',
      token_type: 'Bearer',
      expires_in: 300,
      ...(this.mode === 'no token' ? {} : { id_token: this.token(claims) }),
    });
  }

  private token(claims: object): string {
    if (this.mode === 'unsigned') return `${base64url({ alg: 'none' })}.${base64url(claims)}.`;
    const text = `${base64url({ alg: 'RS256', kid: 'one' })}.${base64url(claims)}`;
    const key: KeyObject = this.mode === 'other key' ? this.other.privateKey : this.keys.privateKey;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  /** The person agrees at the provider: the address the browser is sent back to. */
  agree(location: string): URL {
    const url = new URL(location);
    const get = (name: string): string => url.searchParams.get(name) ?? '';
    expect(url.origin + url.pathname).toBe(`${this.issuer}/authorize`);
    expect([get('response_type'), get('client_id'), get('code_challenge_method')]).toEqual(['code', CLIENT_ID, 'S256']);
    expect(get('scope').split(' ')).toContain('openid');
    const code = createHash('sha256').update(get('state')).digest('hex');
    this.codes.set(code, { nonce: get('nonce'), challenge: get('code_challenge'), redirectUri: get('redirect_uri') });
    const back = new URL(get('redirect_uri'));
    back.searchParams.set('code', code);
    back.searchParams.set('state', get('state'));
    return back;
  }

  close(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}

describe.each(ENGINES)('sign-in through a provider of identities on $name', ({ open }) => {
  const provider = new Provider();
  let desk: SignInDesk;
  beforeAll(async () => {
    await provider.listen();
    desk = await openSignInDesk(open, {
      oidc: {
        issuer: provider.issuer,
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        name: '统一身份认证',
        usernameClaim: 'preferred_username',
        publicUrl: null,
      },
    });
    await desk.setUp();
    const keeper = await desk.signedIn('sysadmin', PASSWORDS.system);
    for (const [username, mayLink] of [
      ['linked', true],
      ['unlinked', false],
      ['leaver', true],
    ] as const) {
      const reply = await keeper.post('/api/people', { username, displayName: username, mayLink });
      expect(((await reply.json()) as PersonWithPassword).person.mayLink).toBe(mayLink);
    }
  }, 120_000);
  afterAll(async () => {
    await desk.close();
    provider.close();
  });

  const begin = async (browser: Browser): Promise<string> => {
    const reply = await browser.request('GET', '/api/session/oidc');
    expect(reply.status).toBe(303);
    return reply.headers.get('location')!;
  };
  const finish = async (browser: Browser, back: URL): Promise<string> => {
    const reply = await browser.request('GET', back.pathname + back.search);
    expect(reply.status).toBe(303);
    return reply.headers.get('location')!;
  };
  /** A whole sign-in with a token of these claims: where the browser ends. */
  const signIn = async (
    claims: Record<string, unknown>,
    mode: Provider['mode'] = 'right',
    browser = desk.browser(),
  ): Promise<string> => {
    provider.claims = claims;
    provider.mode = mode;
    return finish(browser, provider.agree(await begin(browser)));
  };

  it('knows a person by the name an administrator allowed, once, and by the subject from then on', async () => {
    const browser = desk.browser();
    expect(await browser.view()).toMatchObject({ signedIn: false, oidc: { name: '统一身份认证' } });
    expect(await signIn({ sub: 's-1', preferred_username: 'Linked' }, 'right', browser)).toBe('/');
    expect(await browser.view()).toMatchObject({ signedIn: true, actor: 'linked', role: 'unappointed' });
    expect(browser.cookies.has('tianchou-oidc')).toBe(false);
    const again = desk.browser();
    expect(await signIn({ sub: 's-1', preferred_username: 'renamed' }, 'right', again)).toBe('/');
    expect(await again.view()).toMatchObject({ actor: 'linked' });
    // Nobody else takes the place, and nothing of the provider's tokens is kept.
    expect(await signIn({ sub: 's-2', preferred_username: 'linked' })).toBe('/?refused=OIDC-UNKNOWN-PERSON');
    const kept = await desk.test.db.rows(
      sql`select access_token, refresh_token, id_token from credential where provider_id = 'oidc'`,
    );
    expect(kept).toEqual([{ access_token: null, refresh_token: null, id_token: null }]);
  });

  it('makes nobody, and links nobody without leave', async () => {
    const people = await desk.test.db.rows(sql`select id from person`);
    expect(await signIn({ sub: 's-9', preferred_username: 'stranger' })).toBe('/?refused=OIDC-UNKNOWN-PERSON');
    expect(await signIn({ sub: 's-9', preferred_username: 'unlinked' })).toBe('/?refused=OIDC-UNKNOWN-PERSON');
    expect(await signIn({ sub: 's-9', preferred_username: 'secadmin' })).toBe('/?refused=OIDC-UNKNOWN-PERSON');
    expect(await desk.test.db.rows(sql`select id from person`)).toHaveLength(people.length);
  });

  it('refuses a disabled person', async () => {
    expect(await signIn({ sub: 's-3', preferred_username: 'leaver' })).toBe('/');
    const keeper = await desk.signedIn('sysadmin', PASSWORDS.system);
    const { people } = await keeper.get<{ people: { personId: string }[] }>('/api/people?query=leaver');
    await keeper.post(`/api/people/${people[0]!.personId}/disable`);
    expect(await signIn({ sub: 's-3', preferred_username: 'leaver' })).toBe('/?refused=OIDC-UNKNOWN-PERSON');
  });

  it.each([
    ['a wrong nonce', { nonce: 'another' }, 'right'],
    ['no nonce', { nonce: undefined }, 'right'],
    ['a wrong audience', { aud: 'somebody-else' }, 'right'],
    ['a wrong issuer', { iss: 'http://127.0.0.1:1' }, 'right'],
    ['an expired token', { iat: 1_600_000_000, exp: 1_600_000_300 }, 'right'],
    ['a token without end', { exp: undefined }, 'right'],
    ['a token signed by another key', {}, 'other key'],
    ['an unsigned token', {}, 'unsigned'],
    ['no token at all', {}, 'no token'],
  ] as const)('refuses %s', async (_name, claims, mode) => {
    const browser = desk.browser();
    expect(await signIn({ sub: 's-1', ...claims }, mode, browser)).toBe('/?refused=OIDC-REFUSED');
    expect(await browser.view()).toMatchObject({ signedIn: false });
    // The same without the fault goes through: it was the fault that was refused.
    expect(await signIn({ sub: 's-1' })).toBe('/');
  });

  it('refuses a state it did not give to this browser, or that was used', async () => {
    provider.claims = { sub: 's-1' };
    provider.mode = 'right';
    const [mine, victim] = [desk.browser(), desk.browser()];
    const back = provider.agree(await begin(mine));
    const exchanges = provider.exchanges;
    // Login CSRF: my answer in the victim's browser, which began a sign-in of its own.
    await begin(victim);
    expect(await finish(victim, back)).toBe('/?refused=OIDC-REFUSED');
    const forged = new URL(back);
    forged.searchParams.set('state', 'x'.repeat(43));
    expect(await finish(desk.browser(), forged)).toBe('/?refused=OIDC-REFUSED');
    expect(provider.exchanges).toBe(exchanges);
    const state = mine.cookies.get('tianchou-oidc')!;
    expect(await finish(mine, back)).toBe('/');
    mine.cookies.set('tianchou-oidc', state);
    expect(await finish(mine, back)).toBe('/?refused=OIDC-REFUSED');
    expect(provider.exchanges).toBe(exchanges + 1);
  });

  it('refuses what the provider refused', async () => {
    const browser = desk.browser();
    const back = provider.agree(await begin(browser));
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    expect(await finish(browser, back)).toBe('/?refused=OIDC-REFUSED');
  });

  it('says where the provider does not answer, and asks again', async () => {
    const dead = await openSignInDesk(() => Promise.resolve({ db: desk.test.db, close: () => Promise.resolve() }), {
      oidc: {
        issuer: 'http://127.0.0.1:9',
        clientId: 'x',
        clientSecret: 'y',
        name: 'dead',
        usernameClaim: 'sub',
        publicUrl: null,
      },
    });
    const reply = await dead.browser().request('GET', '/api/session/oidc');
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([503, 'OIDC-UNREACHABLE']);
    await dead.close();
  });
});

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AccessOptions, OidcSettings } from '../modules/access/server.ts';
import { type Config, ConfigError, isLoopback } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET_BYTES = 48;
const MIN_SECRET_LENGTH = 32;

/**
 * Demo mode, in which nobody signs in, is for one computer and made-up data: never on PostgreSQL, never where other machines
 * reach us, be it through a proxy.
 */
export function accessModeOf(
  config: Pick<Config, 'demo' | 'host' | 'proxies'>,
  environment: Environment,
): AccessOptions['mode'] {
  const isBehindProxy = environment['TIANCHOU_BEHIND_PROXY']?.trim() === '1' || !config.proxies.isEmpty;
  return config.demo && isLoopback(config.host) && !isBehindProxy ? 'demo' : 'sign-in';
}

/**
 * The key the secrets of second factors are encrypted with: the file TIANCHOU_SECRET_FILE names, or `keys/sign-in.key` of the
 * data folder, made at the first start. It is not in the database, so that a copy of that gives no second factor away; several
 * servers on one database share the file.
 */
export function signInSecret(dataFolder: string, environment: Environment): string {
  const named = environment['TIANCHOU_SECRET_FILE']?.trim();
  const path = named === undefined || named === '' ? join(dataFolder, 'keys', 'sign-in.key') : named;
  if (path !== named) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' || !existsSync(path))
        throw new ConfigError(`TIANCHOU_DATA cannot be written: ${path} (${code})`);
    }
  }
  const secret = contentOf(path, 'TIANCHOU_SECRET_FILE');
  if (secret.length < MIN_SECRET_LENGTH)
    throw new ConfigError(`TIANCHOU_SECRET_FILE holds less than ${MIN_SECRET_LENGTH} characters: ${path}`);
  return secret;
}

function contentOf(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${name} cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** The provider of identities of TIANCHOU_OIDC_*, or null. Its address is https, but on this machine. */
export function oidcSettingsOf(environment: Environment): OidcSettings | null {
  const set = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const issuer = set('TIANCHOU_OIDC_ISSUER');
  if (issuer === undefined) return null;
  const clientId = set('TIANCHOU_OIDC_CLIENT_ID');
  const secretFile = set('TIANCHOU_OIDC_CLIENT_SECRET_FILE');
  if (clientId === undefined || secretFile === undefined)
    throw new ConfigError('TIANCHOU_OIDC_ISSUER needs TIANCHOU_OIDC_CLIENT_ID and TIANCHOU_OIDC_CLIENT_SECRET_FILE');
  const publicUrl = set('TIANCHOU_PUBLIC_URL') ?? null;
  for (const [name, url] of [
    ['TIANCHOU_OIDC_ISSUER', issuer],
    ['TIANCHOU_PUBLIC_URL', publicUrl],
  ] as const) {
    if (url !== null && !isSafeAddress(url))
      throw new ConfigError(`${name} must begin with https:// (http:// on this machine alone): ${url}`);
  }
  return {
    issuer,
    clientId,
    clientSecret: contentOf(secretFile, 'TIANCHOU_OIDC_CLIENT_SECRET_FILE'),
    name: set('TIANCHOU_OIDC_NAME') ?? 'OpenID Connect',
    usernameClaim: set('TIANCHOU_OIDC_USERNAME_CLAIM') ?? 'preferred_username',
    publicUrl,
  };
}

function isSafeAddress(text: string): boolean {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')));
  } catch {
    return false;
  }
}

/** Everything the access module is told by the environment. */
export function accessSettingsOf(config: Config, environment: Environment): Omit<AccessOptions, 'record' | 'announce'> {
  const mode = accessModeOf(config, environment);
  const wanted = environment['TIANCHOU_SECOND_FACTOR']?.trim() || 'optional';
  if (wanted !== 'optional' && wanted !== 'administrators')
    throw new ConfigError('TIANCHOU_SECOND_FACTOR must be optional or administrators');
  const days = environment['TIANCHOU_PASSWORD_DAYS']?.trim() || null;
  if (days !== null && !/^[1-9]\d{0,3}$/.test(days))
    throw new ConfigError(`TIANCHOU_PASSWORD_DAYS is no number of days: ${days}`);
  return {
    mode,
    oidc: oidcSettingsOf(environment),
    policy: { secondFactor: wanted, passwordDays: days === null ? null : Number(days) },
    // In demo mode nobody has a second factor, and no file is left behind.
    ...(mode === 'demo' ? {} : { secret: signInSecret(config.dataFolder, environment) }),
  };
}

/** What the terminal says at a first start. */
export function setupAnnouncement(code: string, address: string): string {
  return [
    '首次设置码（24 小时内有效，仅显示一次） · One-time set-up code (24 hours, shown once):',
    `    ${code}`,
    `请打开 ${address} 设置三位管理员 · Open ${address} and set up the three administrators.`,
    '',
  ].join('\n');
}

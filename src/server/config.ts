import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { localized, type Refusal } from '../kernel/index.ts';
import { NO_PROXIES, type TrustedProxies, trustedProxiesOf } from '../platform/http/client-address.ts';
import type { MetricsSettings } from '../platform/http/metrics-server.ts';
import type { TlsFiles } from '../platform/http/tls.ts';
import { PROJECT_ROOT } from '../platform/project-root.ts';
import { type Basemap, TIANDITU_URL } from './basemap.ts';

/** Settings of a server, from the environment. */
export interface Config {
  readonly port: number;
  /** 127.0.0.1 unless HOST says otherwise: nobody but this machine. */
  readonly host: string;
  /** PostgreSQL; without it the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Data folder: embedded database, delivered files. */
  readonly dataFolder: string;
  /** Folder of the signed heads of the audit; best a place the administrator of the database does not own. */
  readonly headsFolder: string;
  /** `off`: other processes (`tianchou work`) run the jobs. PostgreSQL only. */
  readonly jobs: 'here' | 'off';
  /** Load the demo county on a first start. Never with DATABASE_URL. */
  readonly demo: boolean;
  /** An outside base map, off unless an administrator gives TIANCHOU_TIANDITU_KEY or TIANCHOU_BASEMAP_URL. */
  readonly basemap: Basemap | null;
  /** HTTPS; null is plain HTTP, for this machine or behind a proxy. */
  readonly tls: TlsFiles | null;
  /** Proxies in front of us whose word on the client's address is taken. */
  readonly proxies: TrustedProxies;
  /** Multiplies the limits by rate (docs/operations/run.md). */
  readonly rateFactor: number;
  /** Prometheus' port; null: none. */
  readonly metrics: MetricsSettings | null;
  /** Seconds between the first sign of stopping (readiness 503) and taking no more connections. */
  readonly drainSeconds: number;
  /** Seconds for what is being answered when the server stops. */
  readonly stopSeconds: number;
  /** Readiness fails with less room than that on the data folder's disk. */
  readonly minFreeMegabytes: number;
}

/** A setting that cannot be used; the text names it. With a refusal, that is what a person reads. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly refusal: Refusal | undefined;

  constructor(message: string, refusal?: Refusal) {
    super(message);
    this.refusal = refusal;
  }
}

const TLS_NEEDED: Refusal = {
  code: 'TLS-NEEDED',
  message: localized(
    '不能以明文 HTTP 向其他机器提供服务：密码和数据会被旁人看到。',
    'Other machines are not served over plain HTTP: passwords and data could be read on the way.',
  ),
  remedy: localized(
    '请用 --cert 与 --key 提供证书；若前面有终止 TLS 的反向代理，设置 TIANCHOU_TRUSTED_PROXIES（或 TIANCHOU_BEHIND_PROXY=1）；只供本机使用则去掉 HOST。',
    'Give a certificate by --cert and --key; behind a reverse proxy that ends TLS set TIANCHOU_TRUSTED_PROXIES (or TIANCHOU_BEHIND_PROXY=1); for this machine alone leave HOST away.',
  ),
};

const METRICS_TOKEN_NEEDED: Refusal = {
  code: 'METRICS-TOKEN-NEEDED',
  message: localized('监控指标向其他机器开放时必须有口令。', 'Measures that other machines can reach need a token.'),
  remedy: localized(
    '请设置 TIANCHOU_METRICS_TOKEN（或 TIANCHOU_METRICS_TOKEN_FILE），或去掉 TIANCHOU_METRICS_HOST。',
    'Set TIANCHOU_METRICS_TOKEN (or TIANCHOU_METRICS_TOKEN_FILE), or leave TIANCHOU_METRICS_HOST away.',
  ),
};

/** Settings that are secrets may come as a file (`NAME_FILE`), as containers hand them over. */
const FROM_FILES = ['DATABASE_URL', 'TIANCHOU_METRICS_TOKEN', 'TIANCHOU_TIANDITU_KEY'];

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with the content of the files it names: DATABASE_URL_FILE=/run/secrets/url gives DATABASE_URL. */
export function withSecretFiles(environment: Environment): Environment {
  const filled: Record<string, string | undefined> = { ...environment };
  for (const name of FROM_FILES) {
    const file = environment[`${name}_FILE`]?.trim();
    if (file === undefined || file === '' || filled[name] !== undefined) continue;
    try {
      filled[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw new ConfigError(`${name}_FILE cannot be read: ${file} (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  return filled;
}

/** Whether nobody but this machine reaches what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function readConfig(given: Environment): Config {
  const environment = withSecretFiles(given);
  const set = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const number = (name: string, otherwise: number, least: number, most: number): number => {
    const value = Number(set(name) ?? otherwise);
    if (!(value >= least && value <= most))
      throw new ConfigError(`${name} is not from ${least} to ${most}: ${set(name)}`);
    return value;
  };
  const portOf = (name: string, otherwise: string | undefined): number | undefined => {
    const text = set(name) ?? otherwise;
    if (text === undefined) return undefined;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigError(`${name} is not a port: ${text}`);
    return port;
  };
  const port = portOf('PORT', '8321')!;
  const host = set('HOST') ?? '127.0.0.1';
  const databaseUrl = set('DATABASE_URL');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new ConfigError('DATABASE_URL must begin with postgresql://');
  }
  const tls = tlsOf(set('TIANCHOU_TLS_CERT'), set('TIANCHOU_TLS_KEY'));
  const proxies = proxiesOf(set('TIANCHOU_TRUSTED_PROXIES'));
  const isBehindProxy = set('TIANCHOU_BEHIND_PROXY') === '1' || !proxies.isEmpty;
  if (tls === null && !isLoopback(host) && !isBehindProxy) throw new ConfigError(`HOST=${host}`, TLS_NEEDED);
  const jobs = set('TIANCHOU_JOBS') ?? 'here';
  if (jobs !== 'here' && jobs !== 'off') throw new ConfigError('TIANCHOU_JOBS must be here or off');
  if (jobs === 'off' && databaseUrl === undefined) {
    throw new ConfigError(
      'TIANCHOU_JOBS=off needs DATABASE_URL: the embedded database has one process, which runs the jobs',
    );
  }
  const dataFolder = resolve(set('TIANCHOU_DATA') ?? join(PROJECT_ROOT, 'data'));
  return {
    port,
    host,
    databaseUrl,
    dataFolder,
    headsFolder: resolve(set('TIANCHOU_HEADS_FOLDER') ?? join(dataFolder, 'heads')),
    jobs,
    demo: databaseUrl === undefined && set('TIANCHOU_DEMO') !== 'off',
    basemap: basemapOf(set('TIANCHOU_TIANDITU_KEY'), set('TIANCHOU_BASEMAP_URL')),
    tls,
    proxies,
    rateFactor: number('TIANCHOU_RATE_FACTOR', 1, 0.01, 1000),
    metrics: metricsOf(
      portOf('TIANCHOU_METRICS_PORT', undefined),
      set('TIANCHOU_METRICS_HOST') ?? '127.0.0.1',
      set('TIANCHOU_METRICS_TOKEN'),
    ),
    drainSeconds: number('TIANCHOU_DRAIN_SECONDS', 0, 0, 600),
    stopSeconds: number('TIANCHOU_STOP_SECONDS', 20, 1, 600),
    minFreeMegabytes: number('TIANCHOU_MIN_FREE_MB', 512, 0, 10_000_000),
  };
}

function tlsOf(cert: string | undefined, key: string | undefined): TlsFiles | null {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) {
    throw new ConfigError('TIANCHOU_TLS_CERT and TIANCHOU_TLS_KEY (--cert and --key) are given together');
  }
  return { cert: resolve(cert), key: resolve(key) };
}

function proxiesOf(list: string | undefined): TrustedProxies {
  if (list === undefined) return NO_PROXIES;
  const read = trustedProxiesOf(list);
  if ('wrong' in read) throw new ConfigError(`TIANCHOU_TRUSTED_PROXIES holds no address or CIDR block: ${read.wrong}`);
  return read;
}

function metricsOf(port: number | undefined, host: string, token: string | undefined): MetricsSettings | null {
  if (port === undefined) return null;
  if (!isLoopback(host) && token === undefined) throw new ConfigError('TIANCHOU_METRICS_TOKEN', METRICS_TOKEN_NEEDED);
  return { host, port, token: token ?? null };
}

function basemapOf(key: string | undefined, url: string | undefined): Basemap | null {
  if (url !== undefined && !/^https?:\/\//.test(url)) {
    throw new ConfigError('TIANCHOU_BASEMAP_URL must begin with http:// or https://');
  }
  if (url === undefined && key === undefined) return null;
  return { url: url ?? TIANDITU_URL, key: key ?? '' };
}

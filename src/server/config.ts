import { join, resolve } from 'node:path';
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
  /** Load the demo county on a first start. Never with DATABASE_URL. */
  readonly demo: boolean;
  /** An outside base map, off unless an administrator gives TIANCHOU_TIANDITU_KEY or TIANCHOU_BASEMAP_URL. */
  readonly basemap: Basemap | null;
}

/** A setting that cannot be used; the text names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const port = Number(set('PORT') ?? '8321');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError(`PORT is not a port: ${environment['PORT']}`);
  const databaseUrl = set('DATABASE_URL');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new ConfigError('DATABASE_URL must begin with postgresql://');
  }
  return {
    port,
    host: set('HOST') ?? '127.0.0.1',
    databaseUrl,
    dataFolder: resolve(set('TIANCHOU_DATA') ?? join(PROJECT_ROOT, 'data')),
    demo: databaseUrl === undefined && set('TIANCHOU_DEMO') !== 'off',
    basemap: basemapOf(set('TIANCHOU_TIANDITU_KEY'), set('TIANCHOU_BASEMAP_URL')),
  };
}

function basemapOf(key: string | undefined, url: string | undefined): Basemap | null {
  if (url !== undefined && !/^https?:\/\//.test(url)) {
    throw new ConfigError('TIANCHOU_BASEMAP_URL must begin with http:// or https://');
  }
  if (url === undefined && key === undefined) return null;
  return { url: url ?? TIANDITU_URL, key: key ?? '' };
}

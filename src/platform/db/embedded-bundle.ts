import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { assert } from '../../kernel/index.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import { readTar, writeTar } from './tar.ts';

/** Raised when the content of the prepared files changes, so that old caches are left aside. */
const FORM = 1;

// The whole PostGIS bundle holds raster, topology and geocoder too: it starts slower and takes 300 MB more memory.
const KEPT = [
  'share/proj/proj.db',
  'share/proj/proj.ini',
  'share/proj/ITRF2008',
  'share/postgresql/extension/postgis.control',
  'share/postgresql/extension/postgis--3.6.2.sql',
  'lib/postgresql/postgis-3.so',
];

/** The two prepared files of the embedded engine. Made once, kept in `.cache`, never committed. */
export interface EmbeddedFiles {
  /** PostGIS without raster, topology and geocoder. */
  readonly postgis: string;
  /** A data directory with the extensions created: opening a copy takes 1–2 s instead of 7. */
  readonly template: string;
}

/** Where the prepared files belong; they may not exist yet. */
export function embeddedFiles(cache: string = join(PROJECT_ROOT, '.cache')): EmbeddedFiles {
  const require = createRequire(import.meta.url);
  const version = (name: string): string =>
    (require(join(packageFolder(require, name), 'package.json')) as { version: string }).version;
  const key = `${version('@electric-sql/pglite')}-${version('@electric-sql/pglite-postgis')}-${FORM}`;
  return {
    postgis: join(cache, `postgis-slim-${key}.tar.gz`),
    template: join(cache, `embedded-template-${key}.tgz`),
  };
}

function packageFolder(require: NodeJS.Require, name: string): string {
  return dirname(dirname(require.resolve(name)));
}

/** Makes the slim PostGIS bundle where it is missing. */
export async function prepareSlimPostgis(files: EmbeddedFiles): Promise<void> {
  if (existsSync(files.postgis)) return;
  const folder = packageFolder(createRequire(import.meta.url), '@electric-sql/pglite-postgis');
  const whole = await promisify(gunzip)(await readFile(join(folder, 'dist', 'postgis.tar.gz')));
  const entries = readTar(whole).filter((entry) => KEPT.includes(entry.name));
  assert(entries.length === KEPT.length, 'the PostGIS bundle does not hold the expected files');
  await writeWhole(files.postgis, await promisify(gzip)(writeTar(entries), { level: 6 }));
}

/** Writes a file so that other processes see it whole or not at all. */
export async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

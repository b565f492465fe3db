import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source.ts';

/** Terms that put no condition on this program but to keep their notices, which stand in node_modules. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT/X11',
  'Unlicense',
  'Zlib',
]);

/** Packages with other terms, or none stated, each with the reason it may stay. NOTICE speaks of every one. */
const EXCEPTIONS: Readonly<Record<string, { readonly states: string; readonly because: string }>> = {
  'gdal3.js': { states: 'LGPL-2.1-or-later', because: 'used unmodified, as files that may be replaced' },
  'splaytree-ts': { states: 'BDS-3-Clause', because: 'its LICENSE file is the BSD 3-Clause text' },
  buffers: { states: '', because: 'no statement in the package; its author publishes its siblings under MIT/X11' },
};

/** Packages whose stated licence is allowed but does not tell everything. */
const ALSO_IN_NOTICE = ['@electric-sql/pglite', '@electric-sql/pglite-postgis', 'jszip', 'node-sqlite3-wasm'];

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Shipped {
  readonly name: string;
  readonly version: string;
  readonly states: string;
}

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What a package says in `license`, or in the `licenses` of old times; empty where it says nothing. */
function statedLicence(manifest: { readonly license?: unknown; readonly licenses?: unknown }): string {
  const one = (value: unknown): string =>
    typeof value === 'string' ? value : ((value as { readonly type?: string } | undefined)?.type ?? '');
  return Array.isArray(manifest.licenses) ? manifest.licenses.map(one).join(' OR ') : one(manifest.license);
}

/** Where Node finds `name` when the package at `path` asks for it: the nearest node_modules upwards that has it. */
function resolved(packages: Readonly<Record<string, LockedPackage>>, path: string, name: string): string | undefined {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const candidate = `${base === '' ? '' : `${base}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, candidate)) return candidate;
    if (base === '') return undefined;
    if (!base.includes('/node_modules/')) base = '';
  }
}

/**
 * Packages the program runs with: what its dependencies need, followed through the lock. The lock's own mark of development
 * tools does not do: a tool of ours that some package would merely like beside it loses that mark.
 */
function shippedPackages(): Shipped[] {
  const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, LockedPackage> };
  const needed = new Set<string>();
  const follow = (path: string): void => {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, ...rest } = packages[path]!;
    const peers = Object.keys(peerDependencies).filter((name) => rest.peerDependenciesMeta?.[name]?.optional !== true);
    for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers]) {
      const found = resolved(packages, path, name);
      if (found === undefined || needed.has(found)) continue;
      needed.add(found);
      follow(found);
    }
  };
  follow('');
  return Object.entries(packages)
    .filter(([path]) => needed.has(path))
    .map(([path, locked]) => {
      const manifest = `${path}/package.json`;
      // Optional packages for other systems are not installed; the lock knows their licence.
      const states = existsSync(join(ROOT, manifest))
        ? statedLicence(JSON.parse(textOf(manifest)))
        : (locked.license ?? '');
      return {
        name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
        version: locked.version,
        states,
      };
    });
}

/** Whether an SPDX expression may be fulfilled by allowed terms: one side of OR, both of AND. */
function isAllowed(expression: string): boolean {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  return text.split(' OR ').some((side) => side.split(' AND ').every((licence) => ALLOWED.has(licence.trim())));
}

describe('licences of what is shipped', () => {
  const shipped = shippedPackages();

  it('reads the lock', () => {
    expect(shipped.length).toBeGreaterThan(100);
    expect(shipped.map(({ name }) => name)).toContain('@electric-sql/pglite-postgis');
  });

  it('understands expressions', () => {
    expect(['MIT', '(MIT OR GPL-3.0-or-later)', '(MIT AND Zlib)'].map(isAllowed)).toEqual([true, true, true]);
    expect(['', 'GPL-3.0', 'MIT AND GPL-2.0', 'SEE LICENSE IN x'].map(isAllowed)).toEqual([false, false, false, false]);
  });

  it('every package has terms of the list, or stands among the exceptions with its reason', () => {
    const others = shipped.filter(({ name, states }) => !isAllowed(states) && EXCEPTIONS[name]?.states !== states);
    expect(others.map(({ name, version, states }) => `${name}@${version}: ${states || 'no licence stated'}`)).toEqual(
      [],
    );
  });

  it('no exception outlives its package', () => {
    const names = new Set(shipped.map(({ name }) => name));
    expect([...Object.keys(EXCEPTIONS), ...ALSO_IN_NOTICE].filter((name) => !names.has(name))).toEqual([]);
  });

  it('NOTICE speaks of every package that needs a word', () => {
    const notice = textOf('NOTICE');
    const silent = [...Object.keys(EXCEPTIONS), ...ALSO_IN_NOTICE].filter(
      (name) => !new RegExp(`^${name}\\b`, 'm').test(notice),
    );
    expect(silent).toEqual([]);
  });

  it('the licence of the product is the whole Apache License 2.0', () => {
    const text = textOf('LICENSE');
    expect(text).toContain('Version 2.0, January 2004');
    expect(text).toContain('END OF TERMS AND CONDITIONS');
    expect(JSON.parse(textOf('package.json'))).toMatchObject({ license: 'Apache-2.0' });
  });
});

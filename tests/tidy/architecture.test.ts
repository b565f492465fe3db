import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOnly, MODULES, ROOT, roomOf, SOURCES, worldOf, type SourceFile } from './source.ts';

const FILES = SOURCES.filter((file) => worldOf(file.path) !== 'test');

/** `file → imported` pairs for which the predicate says no. */
function offences(
  allowed: (file: SourceFile, imported: string) => boolean,
  files: readonly SourceFile[] = FILES,
): string[] {
  return files.flatMap((file) =>
    file.imports.filter((imported) => !allowed(file, imported)).map((imported) => `${file.path} → ${imported}`),
  );
}

describe('rooms', () => {
  it('imports name files that exist, with their ending', () => {
    expect(
      offences(
        (_, imported) =>
          // A query says how the bundler hands a file over: as an address, as a worker. The build makes dist/kernel.
          imported.startsWith('dist/kernel/') ||
          (existsSync(join(ROOT, imported.replace(/\?.*$/, ''))) &&
            (/\.(ts|tsx|css|json|svg|mjs)$/.test(imported) || imported.includes('?'))),
      ),
    ).toEqual([]);
  });

  it('kernel imports nothing; geometry, policy and demo import the kernel alone', () => {
    expect(
      offences((file, imported) => {
        const room = roomOf(file.path);
        const target = roomOf(imported);
        if (room === 'kernel') return target === 'kernel';
        if (['geometry', 'policy', 'demo'].includes(room)) return target === room || target === 'kernel';
        return true;
      }),
    ).toEqual([]);
  });

  it('modules import lower modules only', () => {
    const rank = (path: string): number =>
      MODULES.indexOf(roomOf(path).slice('modules/'.length) as (typeof MODULES)[number]);
    const inModules = (path: string): boolean => path.startsWith('src/modules/');
    expect(FILES.filter((file) => inModules(file.path) && rank(file.path) < 0).map((file) => file.path)).toEqual([]);
    // Screens may show what any module says (views); they are the top of the browser, not of a module.
    expect(
      offences(
        (file, imported) =>
          !inModules(file.path) ||
          !inModules(imported) ||
          worldOf(file.path) === 'browser' ||
          rank(imported) <= rank(file.path),
      ),
    ).toEqual([]);
  });

  it('between modules only index.ts, server.ts and views.ts are imported', () => {
    expect(
      offences((file, imported) => {
        if (!imported.startsWith('src/modules/') || roomOf(imported) === roomOf(file.path)) return true;
        if (/\/(index|server|views)\.ts$/.test(imported)) return true;
        // The shell mounts screens of modules.
        return (
          (file.path.startsWith('src/web/') && imported.includes('/ui/')) ||
          (worldOf(file.path) === 'browser' && imported.includes('/ui/'))
        );
      }),
    ).toEqual([]);
  });

  it('geometry, kernel and policy are entered by their index', () => {
    expect(
      offences((file, imported) => {
        const target = roomOf(imported);
        if (!imported.startsWith('src/')) return true;
        if (!['kernel', 'geometry', 'policy', 'demo'].includes(target) || target === roomOf(file.path)) return true;
        return (
          imported.endsWith('/index.ts') ||
          /\.(reader|writer)\.ts$/.test(imported) ||
          imported === 'src/geometry/types.ts' ||
          imported === 'src/geometry/transcendental.ts' ||
          // The kernel's compiler takes single portable files, not an index.
          (imported === 'src/kernel/area-rounding.ts' && file.path.startsWith('src/geometry/compiled/assembly/'))
        );
      }),
    ).toEqual([]);
  });

  it('pure files and screens never reach the server world, nor pure files a screen', () => {
    expect(
      offences((file, imported) => {
        const world = worldOf(file.path);
        const target = worldOf(imported);
        if (world === 'pure') return target === 'pure';
        if (world === 'browser') return target === 'browser' || target === 'pure' || !/\.tsx?$/.test(imported);
        return target !== 'browser' && target !== 'test';
      }),
    ).toEqual([]);
  });

  it('platform knows no module but the words of access, audit and analysis jobs', () => {
    expect(
      offences(
        (file, imported) =>
          roomOf(file.path) !== 'platform' ||
          !imported.startsWith('src/modules/') ||
          /^src\/modules\/(access\/index|access\/views|analysis\/views)\.ts$/.test(imported),
      ),
    ).toEqual([]);
  });

  it('only the server and the terminal know the server and the terminal', () => {
    expect(
      offences((file, imported) => !/^src\/(server|cli)\//.test(imported) || /^src\/(server|cli)\//.test(file.path)),
    ).toEqual([]);
  });

  it('has no cycles among the files of the pure and server worlds', () => {
    const graph = new Map(FILES.map((file) => [file.path, file.imports]));
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done' || !graph.has(path)) return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const next of graph.get(path)!) visit(next, [...trail, path]);
      state.set(path, 'done');
    };
    for (const file of FILES) if (worldOf(file.path) !== 'browser') visit(file.path, []);
    expect(cycles).toEqual([]);
  });
});

describe('worlds', () => {
  it('pure files know no clock and no chance', () => {
    const found = FILES.filter((file) => worldOf(file.path) === 'pure').flatMap((file) =>
      [
        ...codeOnly(file.text).matchAll(
          /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|crypto\.randomUUID)\b/g,
        ),
      ].map((match) => `${file.path}: ${match[1]}`),
    );
    expect(found).toEqual([]);
  });

  it('SQL is written in stores alone', () => {
    const allowed = (path: string): boolean =>
      /(^|\/)store\.ts$|\.store\.ts$/.test(path) || path.startsWith('src/platform/db/');
    const found = FILES.filter(
      (file) => !allowed(file.path) && /\bsql`\s*(select|insert|update|delete|with)\b/i.test(file.text),
    ).map((file) => file.path);
    // The readiness question `select 1` concerns no table.
    expect(found.filter((path) => path !== 'src/server/admin-routes.ts')).toEqual([]);
  });

  it('colours stand in tokens alone', () => {
    const found = FILES.filter(
      (file) =>
        worldOf(file.path) === 'browser' &&
        file.path.endsWith('.tsx') &&
        /#[0-9a-f]{6}\b|#[0-9a-f]{3}\b(?=['"`;])|rgba?\(/i.test(codeless(file.text)),
    ).map((file) => file.path);
    expect(found).toEqual([]);
  });

  it('nothing names an address outside this machine, but the base map an administrator must switch on', () => {
    const found = FILES.filter((file) => file.path !== 'src/server/basemap.ts')
      .flatMap((file) =>
        [
          ...file.text.matchAll(
            /https?:\/\/(?!127\.0\.0\.1|localhost|\$\{|www\.opengis\.net|www\.geopackage\.org|json-schema\.org|tianchou\.invalid)[^\s'"`)]+/g,
          ),
        ].map((match) => `${file.path}: ${match[0]}`),
      )
      .filter(
        (line) =>
          worldOf(line.split(':')[0]!) !== 'test' &&
          !/^\S+: https?:\/\/(www\.w3\.org|schemas\.|datatracker|docs\.|flatgeobuf)/.test(line),
      );
    expect(found).toEqual([]);
  });
});

/** Text without comments (strings stay). */
function codeless(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/[^\n]*/g, ' ');
}

describe('words', () => {
  it('no visible string of a screen stands outside the dictionary', () => {
    // Chinese characters in a screen that are no comment: they belong to src/web/i18n, in both languages.
    const found = FILES.filter(
      (file) => worldOf(file.path) === 'browser' && !file.path.startsWith('src/web/i18n/'),
    ).flatMap((file) =>
      [...codeless(file.text).matchAll(/[^\n]*[\u4e00-\u9fff][^\n]*/g)]
        .map((match) => match[0].trim())
        // Texts kept side by side in both languages are fine.
        .filter((line) => !/\b(zh|en):/.test(line))
        .map((line) => `${file.path}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  it('the two dictionaries have the same keys', () => {
    const keys = (path: string): string[] =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^\s*'([a-z][\w.-]*)':/gm)].map((match) => match[1]!).sort();
    expect(keys('src/web/i18n/en.ts')).toEqual(keys('src/web/i18n/zh.ts'));
    expect(keys('src/web/i18n/zh.ts').length).toBeGreaterThan(50);
  });

  it('a Localized text has both languages, none empty', () => {
    const found = FILES.flatMap((file) =>
      [
        ...file.text.matchAll(
          /localized\(\s*(?:''|""|``)\s*,\s*[^'"`\s]|localized\(\s*(?:''|""|``)\s*,\s*['"`][^'"`]|localized\([^,()]*[^,()'"`\s]['"`],\s*(?:''|""|``)\s*\)/g,
        ),
      ].map(() => file.path),
    );
    expect(found).toEqual([]);
  });
});

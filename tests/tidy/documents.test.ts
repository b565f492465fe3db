import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source.ts';

const FOLDERS = ['docs', 'src', 'packs', 'tests'];

/** Every page of the repository, as a path from the checkout. */
const PAGES: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  ),
].toSorted();

/** Text without code, in which brackets are no links. */
function prose(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');
}

describe('documents', () => {
  it('every link to a file of the repository leads somewhere', () => {
    const broken = PAGES.flatMap((page) =>
      [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1]!.replace(/#.*$/, ''))
        .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
        .map((target) => `${page} → ${target}`),
    );
    expect(broken).toEqual([]);
    expect(PAGES.length).toBeGreaterThan(30);
  });

  it('every page of docs can be reached from docs/README.md', () => {
    const seen = new Set<string>();
    const visit = (page: string): void => {
      if (seen.has(page)) return;
      seen.add(page);
      for (const match of prose(page).matchAll(/\]\(([^)\s#]+\.md)[^)]*\)/g)) {
        const target = join(dirname(page), match[1]!).replaceAll('\\', '/');
        if (PAGES.includes(target)) visit(target);
      }
    };
    visit('docs/README.md');
    // Evidence is written by drills and benchmarks; the folder is linked as a whole.
    const wanted = PAGES.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/evidence/'));
    expect(wanted.filter((page) => !seen.has(page))).toEqual([]);
  });

  it('every page of the handbook stands in both languages', () => {
    const pagesOf = (language: string): string[] => readdirSync(join(ROOT, 'docs', 'handbook', language)).toSorted();
    expect(pagesOf('zh')).toEqual(pagesOf('en'));
  });

  it('pictures are small, text ones without scripts', () => {
    const folder = join(ROOT, 'docs', 'images');
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).size, name).toBeLessThan(300_000);
      if (name.endsWith('.svg'))
        expect(readFileSync(join(folder, name), 'utf8'), name).not.toMatch(/<script|href=|url\(http/);
    }
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeCatalogue, codesPage } from './code-catalogue.ts';
import { ROOT } from './source.ts';

const PAGES = { zh: 'docs/handbook/zh/codes.md', en: 'docs/handbook/en/codes.md' } as const;
const catalogue = codeCatalogue();

/** Ids in the first column of the tables of a page. */
function listed(language: 'zh' | 'en'): Set<string> {
  const text = readFileSync(join(ROOT, PAGES[language]), 'utf8');
  return new Set([...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!));
}

describe('the handbook page of codes and rules', () => {
  it('finds the codes that are known to be there', () => {
    const ids = new Set(catalogue.map(({ id }) => id));
    for (const id of [
      'INTAKE_ZIP_BOMB',
      'IMPORT-HAS-ERRORS',
      'PACK-CLAUSE',
      'geometry.spike',
      'topology.gap',
      'txt.point-count',
    ])
      expect(ids).toContain(id);
    expect(catalogue.length).toBeGreaterThan(200);
  });

  it('every code has a meaning in both languages, every refusal a remedy', () => {
    const incomplete = catalogue
      .filter(({ kind, meanings, remedies }) => meanings.length === 0 || (kind === 'code' && remedies.length === 0))
      .map(
        ({ id, places }) =>
          `${id}: no text found beside it (${places.join(', ')}); write message and remedy there, or add it to WRITTEN_BY_HAND in tests/tidy/code-catalogue.ts`,
      );
    expect(incomplete).toEqual([]);
    const oneLanguage = catalogue.filter(({ meanings }) =>
      meanings.some(({ zh, en }) => zh.trim() === '' || en.trim() === ''),
    );
    expect(oneLanguage.map(({ id }) => id)).toEqual([]);
  });

  it.each(['zh', 'en'] as const)('is made from the source (%s; UPDATE_DOCS=1 writes it anew)', (language) => {
    const wanted = codesPage(catalogue, language);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, PAGES[language]), wanted);
    expect(readFileSync(join(ROOT, PAGES[language]), 'utf8')).toBe(wanted);
  });

  it.each(['zh', 'en'] as const)('lists every code and rule of the source and no other (%s)', (language) => {
    const ids = new Set(catalogue.map(({ id }) => id));
    const there = listed(language);
    const missing = catalogue
      .filter(({ id }) => !there.has(id))
      .map(({ id, places }) => `${id} (${places.join(', ')})`);
    expect(
      missing,
      `missing in ${PAGES[language]}; renew it with UPDATE_DOCS=1 npx vitest run tests/tidy/codes.test.ts`,
    ).toEqual([]);
    expect(
      [...there].filter((id) => !ids.has(id)),
      `in ${PAGES[language]}, but not in the source`,
    ).toEqual([]);
  });
});

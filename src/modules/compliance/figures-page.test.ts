import { describe, expect, it } from 'vitest';
import { FIGURES } from '../balance/index.ts';
import { figuresPage } from './figures-page.ts';

describe('the handbook page of figures', () => {
  it('is made from the catalogue, in both languages (renew with vitest --update)', async () => {
    await expect(figuresPage('zh')).toMatchFileSnapshot('../../../docs/handbook/zh/figures.md');
    await expect(figuresPage('en')).toMatchFileSnapshot('../../../docs/handbook/en/figures.md');
  });

  it('names every figure once, in both languages', () => {
    expect(new Set(FIGURES.map((figure) => figure.id)).size).toBe(FIGURES.length);
    for (const figure of FIGURES) {
      expect([figure.name.zh, figure.name.en, figure.meaning.zh, figure.meaning.en]).not.toContain('');
      expect(figuresPage('zh').split(`\`${figure.id}\``)).toHaveLength(2);
    }
  });
});

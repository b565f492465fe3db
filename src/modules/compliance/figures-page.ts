import type { Language } from '../../kernel/index.ts';
import { FIGURES } from '../balance/index.ts';

const WORDS = {
  zh: {
    head: '# 指标表\n\n政策包的公式可用的全部指标。本页由指标目录生成（测试保证一致）；面积单位 dm²，1 dm² = 0.01 m²。',
    columns: '| 编号 | 名称 | 单位 | 含义 |',
  },
  en: {
    head: '# Figures\n\nEvery figure a formula of a pack may name. Made from the figure catalogue (a test holds them equal); areas are in dm², 1 dm² = 0.01 m².',
    columns: '| id | name | unit | meaning |',
  },
} as const satisfies Record<Language, unknown>;

/** The handbook page that lists every figure, for people who write packs. */
export function figuresPage(language: Language): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = FIGURES.map(
    ({ id, name, unit, meaning }) => `| \`${id}\` | ${cell(name[language])} | ${unit} | ${cell(meaning[language])} |`,
  );
  return `${[WORDS[language].head, '', WORDS[language].columns, '|---|---|---|---|', ...rows].join('\n')}\n`;
}

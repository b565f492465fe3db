import type { Language } from '../kernel/index.ts';

/** The language the environment asks for; undefined where it asks for none. */
export function environmentLanguage(environment: Readonly<Record<string, string | undefined>>): Language | undefined {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return /^zh/i.test(locale) ? 'zh' : /^en/i.test(locale) ? 'en' : undefined;
}

import { createContext, useContext, useMemo, type ReactNode } from 'react';
import type { Language, Localized } from '../../kernel/index.ts';
import { en } from './en.ts';
import { zh, type MessageKey } from './zh.ts';

export type { MessageKey } from './zh.ts';

const DICTIONARIES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { zh, en };

/** Translates keys and picks from localized values, in one language. */
export interface Translator {
  readonly language: Language;
  /** Locale for Intl and for the lang attribute. */
  readonly locale: 'zh-CN' | 'en';
  /** The text of a key; `{name}` in it is replaced by `values.name`. */
  t(key: MessageKey, values?: Readonly<Record<string, string | number>>): string;
  /** The right half of a text the server made in both languages. */
  pick(text: Localized): string;
}

export function translatorOf(language: Language): Translator {
  return {
    language,
    locale: language === 'zh' ? 'zh-CN' : 'en',
    t: (key, values) =>
      DICTIONARIES[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values?.[name] ?? whole)),
    pick: (text) => text[language],
  };
}

const LanguageContext = createContext<Translator>(translatorOf('zh'));

export function LanguageProvider(props: { readonly language: Language; readonly children: ReactNode }) {
  const translator = useMemo(() => translatorOf(props.language), [props.language]);
  return <LanguageContext value={translator}>{props.children}</LanguageContext>;
}

/** The translator of the language in the URL. */
export function useI18n(): Translator {
  return useContext(LanguageContext);
}

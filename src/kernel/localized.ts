/** A sentence in both languages of the product. Every text a person may see is one of these. */
export interface Localized {
  readonly zh: string;
  readonly en: string;
}

/** The languages of the product, the default first. */
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Shorthand that keeps the two languages side by side where a text is made. */
export function localized(zh: string, en: string): Localized {
  return { zh, en };
}

/** Characters of a sentence a person reads to its end. */
const LONGEST_SENTENCE = 1_000;

/** A sentence that names what stands in a user's file, cut where that is longer than anyone reads; files hold anything. */
export function cutShort(text: Localized): Localized {
  const cut = (sentence: string): string =>
    sentence.length > LONGEST_SENTENCE ? `${sentence.slice(0, LONGEST_SENTENCE)}…` : sentence;
  return { zh: cut(text.zh), en: cut(text.en) };
}

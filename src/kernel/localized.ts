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

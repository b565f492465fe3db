import type { Localized } from './localized.ts';

/** Where in what the user handed in the trouble is. Numbers are 0-based, as files number their features. */
export interface Place {
  readonly file?: string;
  readonly layer?: string;
  /** 0-based number of the feature in the file. */
  readonly featureNo?: number;
  /** 1-based line of a text file, as an editor shows it. */
  readonly line?: number;
  readonly field?: string;
}

/**
 * A refusal a user can act on: a stable code (UPPER-CASE, listed in the handbook), the place, the clause where one
 * stands behind it, and the remedy, in both languages.
 */
export interface Refusal {
  readonly code: string;
  readonly message: Localized;
  readonly remedy: Localized;
  readonly place?: Place;
  /** Clause id such as `S0-5c.031`, where a government text is the reason. */
  readonly clause?: string;
}

/** How bad a problem is: an error keeps the row out, a warning is shown, a note says what was understood. */
export type Severity = 'error' | 'warning' | 'note';

/**
 * Something wrong (or repaired, or assumed) with one feature or with the file as a whole (`featureNo` null).
 * `rule` is the stable id of the rule that found it, for example `geometry.self-crossing`.
 */
export interface Problem {
  readonly rule: string;
  readonly severity: Severity;
  readonly featureNo: number | null;
  /** The feature's own identifier where it has one (BSM, plot number), for people. */
  readonly id: string | null;
  readonly field?: string;
  /** 1-based line of a text file, as an editor shows it. */
  readonly line?: number;
  readonly message: Localized;
  readonly remedy?: Localized;
  /** Where to look: x (east or longitude), y (north or latitude) in the file's own CRS. */
  readonly at?: readonly [x: number, y: number];
}

/** One line for a terminal or a log: the code, the place, the message in one language. */
export function refusalLine(refusal: Refusal, language: 'zh' | 'en'): string {
  const place = refusal.place;
  const where: string[] = [];
  if (place?.file !== undefined) where.push(place.file);
  if (place?.layer !== undefined) where.push(`layer ${place.layer}`);
  if (place?.line !== undefined) where.push(`line ${place.line}`);
  if (place?.featureNo !== undefined) where.push(`feature ${place.featureNo}`);
  if (place?.field !== undefined) where.push(`field ${place.field}`);
  const prefix = where.length > 0 ? `${where.join(', ')}: ` : '';
  const sentences = [refusal.message[language], refusal.remedy[language]].map((text) => sentence(text, language));
  const text = sentences.filter((part) => part !== '').join(language === 'zh' ? '' : ' ');
  return `${refusal.code} ${prefix}${text}`.replace(/\s+/g, ' ').trim();
}

/** The text with a full stop where it ends in none: messages are written both as sentences and as phrases. */
function sentence(text: string, language: 'zh' | 'en'): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?;:…。！？；：]$/.test(trimmed)
    ? trimmed
    : `${trimmed}${language === 'zh' ? '。' : '.'}`;
}

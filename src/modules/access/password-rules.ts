import { localized, type Refusal } from '../../kernel/index.ts';
import { ownSigns } from './common-passwords.ts';
import type { PasswordRulesView } from './session-views.ts';

/** Length or variety (GB/T 22239-2019 8.1.4.1 a: complex enough, changed at need). */
export const PASSWORD_RULES: PasswordRulesView & { readonly ownSigns: number } = {
  minimumLength: 12,
  minimumLengthMixed: 10,
  mixedClasses: 3,
  maximumLength: 128,
  lastNotAgain: 5,
  ownSigns: 5,
};

function classesOf(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((one) => one.test(password)).length;
}

function refusal(code: string, zh: string, en: string, remedyZh: string, remedyEn: string): Refusal {
  return { code, message: localized(zh, en), remedy: localized(remedyZh, remedyEn), place: { field: 'password' } };
}

/** Why a password is not taken, for this username; undefined where it is. Whether it was used before is the server's to know. */
export function passwordRefusal(password: string, username: string, rules = PASSWORD_RULES): Refusal | undefined {
  const signs = [...password.normalize('NFKC')];
  const length = signs.length;
  const { minimumLength, minimumLengthMixed, mixedClasses, maximumLength } = rules;
  if (length > maximumLength) {
    return refusal(
      'PASSWORD-TOO-LONG',
      `密码超过 ${maximumLength} 个字符。`,
      `The password has more than ${maximumLength} characters.`,
      '请缩短。',
      'Shorten it.',
    );
  }
  const isMixed = length >= minimumLengthMixed && classesOf(password) >= mixedClasses;
  if (length < minimumLength && !isMixed) {
    return refusal(
      'PASSWORD-TOO-SHORT',
      `密码太短：至少 ${minimumLength} 个字符，或 ${minimumLengthMixed} 个字符且含 ${mixedClasses} 类（大写、小写、数字、其他）。`,
      `The password is too short: ${minimumLength} characters, or ${minimumLengthMixed} of ${mixedClasses} kinds (capitals, small letters, digits, others).`,
      '可用几个不相干的词组成一句话。',
      'A few words that have nothing to do with each other make a good one.',
    );
  }
  const lower = password.normalize('NFKC').toLowerCase();
  if (username.length >= 3 && lower.includes(username.toLowerCase())) {
    return refusal(
      'PASSWORD-HOLDS-USERNAME',
      '密码中含有用户名。',
      'The password holds the username.',
      '请去掉用户名。',
      'Leave the username out.',
    );
  }
  if (ownSigns(lower) < rules.ownSigns || new Set(signs).size < rules.ownSigns) {
    return refusal(
      'PASSWORD-COMMON',
      '密码过于常见：由常用词、键盘顺序、年份或重复字符组成。',
      'The password is too common: common words, keyboard walks, years or repetitions.',
      '请换用他人想不到的内容。',
      'Take something nobody would think of.',
    );
  }
  return undefined;
}

export const PASSWORD_USED_BEFORE: Refusal = refusal(
  'PASSWORD-USED-BEFORE',
  `最近 ${PASSWORD_RULES.lastNotAgain} 次用过的密码不能再用。`,
  `It is one of the last ${PASSWORD_RULES.lastNotAgain} passwords.`,
  '请设置新的密码。',
  'Take a new one.',
);

/** A username as it is stored and compared: without blanks around it, small letters. */
export function normalUsername(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** Small letters, digits, dot, underline, hyphen; a letter first; 3 to 32 of them. */
export const USERNAME_PATTERN = /^[a-z][a-z0-9._-]{2,31}$/;

/** Names that would be taken for the program's own in the audit log. */
const RESERVED_USERNAMES: ReadonlySet<string> = new Set(['system', 'public', 'setup', 'demo']);

export function isReservedUsername(username: string): boolean {
  return RESERVED_USERNAMES.has(username) || username.startsWith('demo-');
}

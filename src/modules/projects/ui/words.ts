import type { MessageKey } from '../../../web/i18n/index.tsx';

const TYPES: Readonly<Record<string, MessageKey>> = {
  comprehensive: 'plan.type.comprehensive',
  contiguousBasicFarmland: 'plan.type.contiguous',
};
const CONTENTS: Readonly<Record<string, MessageKey>> = {
  village: 'plan.content.village',
  farmland: 'plan.content.farmland',
  ecology: 'plan.content.ecology',
  appearance: 'plan.family.appearance',
  culture: 'plan.family.culture',
};
const KINDS: Readonly<Record<string, MessageKey>> = {
  new: 'plan.kind.new',
  upgrade: 'plan.kind.upgrade',
  clear: 'plan.kind.clear',
  build: 'plan.kind.build',
  none: 'plan.kind.none',
};
const FAMILIES: Readonly<Record<string, MessageKey>> = {
  farmland: 'plan.family.farmland',
  construction: 'plan.family.construction',
  ecology: 'plan.family.ecology',
  appearance: 'plan.family.appearance',
  culture: 'plan.family.culture',
};

type T = (key: MessageKey) => string;
const word =
  (table: Readonly<Record<string, MessageKey>>) =>
  (t: T, value: unknown): string => {
    if (value === null || value === undefined || value === '') return '—';
    const key = table[String(value)];
    return key === undefined ? String(value) : t(key);
  };

/** The plan's own words in the reader's language; a word the format does not know is shown as written. */
export const projectTypeText = word(TYPES);
export const contentText = word(CONTENTS);
export const plotKindText = word(KINDS);
export const plotFamilyText = word(FAMILIES);

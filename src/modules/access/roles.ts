import type { Localized } from '../../kernel/index.ts';

/** Roles of people. One to begin with; sign-in brings the others. */
export const ROLES = ['operator'] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_NAMES: Readonly<Record<Role, Localized>> = {
  operator: { zh: '业务人员', en: 'operator' },
};

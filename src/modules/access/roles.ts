import type { Localized } from '../../kernel/index.ts';

/**
 * Duties in land consolidation: bureaus, townships, and the bodies that take part in a project. Which of them a locality has,
 * and what it calls them, is said by its policy pack.
 */
export const BUSINESS_ROLES = [
  'clerk',
  'reviewer',
  'leader',
  'leadingGroupOffice',
  'projectUndertaker',
  'townshipOfficer',
  'designInstitute',
  'supervisingEngineer',
  'contractor',
  'expert',
  'evaluator',
  'agricultureOfficer',
  'financeOfficer',
  'budgetReviewer',
  'registryOfficer',
  'exchangeOfficer',
  'villageCollective',
  'auditor',
] as const;
export type BusinessRole = (typeof BUSINESS_ROLES)[number];

/** The three administrators (三员): accounts, rights, records. Nobody holds two of these duties, or one beside a business duty. */
export const ADMINISTRATOR_ROLES = ['systemAdministrator', 'securityAdministrator', 'auditAdministrator'] as const;
export type AdministratorRole = (typeof ADMINISTRATOR_ROLES)[number];

/** What a person is appointed to. */
export const APPOINTABLE_ROLES = [...BUSINESS_ROLES, ...ADMINISTRATOR_ROLES] as const;
export type AppointableRole = (typeof APPOINTABLE_ROLES)[number];

/**
 * All roles a request may come with. `public`: nobody signed in. `unappointed`: signed in, without an appointment that holds
 * today. `system`: the program itself, which no request ever is.
 */
export const ROLES = [...APPOINTABLE_ROLES, 'public', 'unappointed', 'system'] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_NAMES: Readonly<Record<Role, Localized>> = {
  clerk: { zh: '经办', en: 'clerk' },
  reviewer: { zh: '审核', en: 'reviewer' },
  leader: { zh: '领导', en: 'leader' },
  leadingGroupOffice: { zh: '领导小组办公室', en: 'leading group office' },
  projectUndertaker: { zh: '项目承担单位', en: 'project undertaker' },
  townshipOfficer: { zh: '乡镇（自然资源所）', en: 'township officer' },
  designInstitute: { zh: '规划设计单位', en: 'design institute' },
  supervisingEngineer: { zh: '监理', en: 'supervising engineer' },
  contractor: { zh: '施工单位', en: 'contractor' },
  expert: { zh: '评审专家', en: 'reviewing expert' },
  evaluator: { zh: '第三方评估机构', en: 'third-party evaluator' },
  agricultureOfficer: { zh: '农业农村部门', en: 'agriculture bureau' },
  financeOfficer: { zh: '财政部门', en: 'finance bureau' },
  budgetReviewer: { zh: '财政评审中心', en: 'budget review centre' },
  registryOfficer: { zh: '不动产登记中心', en: 'real-estate registry' },
  exchangeOfficer: { zh: '公共资源交易中心', en: 'public resources exchange' },
  villageCollective: { zh: '村集体经济组织', en: 'village collective' },
  auditor: { zh: '审计', en: 'auditor' },
  systemAdministrator: { zh: '系统管理员', en: 'system administrator' },
  securityAdministrator: { zh: '安全管理员', en: 'security administrator' },
  auditAdministrator: { zh: '审计管理员', en: 'audit administrator' },
  public: { zh: '公众', en: 'public' },
  unappointed: { zh: '尚未任命', en: 'without appointment' },
  system: { zh: '系统', en: 'the program' },
};

export function isAdministrator(role: Role): role is AdministratorRole {
  return (ADMINISTRATOR_ROLES as readonly Role[]).includes(role);
}

/** Whether one person may hold both: separation of the three administrators from each other and from all business. */
export function rolesAgree(first: AppointableRole, second: AppointableRole): boolean {
  return first === second || (!isAdministrator(first) && !isAdministrator(second));
}

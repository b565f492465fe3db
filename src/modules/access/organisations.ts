import type { Localized } from '../../kernel/index.ts';
import type { AppointableRole } from './roles.ts';

/** What kind of body an organisation is, and which duties its people can hold. */
export const ORGANISATION_KINDS = {
  naturalResourcesBureau: {
    name: { zh: '自然资源主管部门', en: 'natural resources bureau' },
    roles: ['clerk', 'reviewer', 'leader', 'leadingGroupOffice', 'registryOfficer'],
  },
  government: {
    name: { zh: '人民政府及领导小组', en: 'government, leading group' },
    roles: ['leader', 'leadingGroupOffice', 'reviewer'],
  },
  township: {
    name: { zh: '乡镇（街道）、自然资源所', en: 'township, natural resources station' },
    roles: ['townshipOfficer', 'projectUndertaker', 'leader'],
  },
  undertaker: { name: { zh: '项目承担单位', en: 'project undertaker' }, roles: ['projectUndertaker'] },
  designInstitute: { name: { zh: '规划设计单位', en: 'design institute' }, roles: ['designInstitute'] },
  supervision: { name: { zh: '监理单位', en: 'supervision company' }, roles: ['supervisingEngineer'] },
  contractor: { name: { zh: '施工单位', en: 'contractor' }, roles: ['contractor'] },
  expertPanel: { name: { zh: '专家库', en: 'panel of experts' }, roles: ['expert'] },
  evaluator: { name: { zh: '第三方评估机构', en: 'third-party evaluator' }, roles: ['evaluator'] },
  agricultureBureau: {
    name: { zh: '农业农村部门', en: 'agriculture bureau' },
    roles: ['agricultureOfficer', 'reviewer'],
  },
  financeBureau: {
    name: { zh: '财政部门（含评审中心）', en: 'finance bureau, budget review centre' },
    roles: ['financeOfficer', 'budgetReviewer'],
  },
  registry: { name: { zh: '不动产登记中心', en: 'real-estate registry' }, roles: ['registryOfficer'] },
  exchange: { name: { zh: '公共资源交易中心', en: 'public resources exchange' }, roles: ['exchangeOfficer'] },
  villageCollective: { name: { zh: '村集体经济组织', en: 'village collective' }, roles: ['villageCollective'] },
  auditOffice: { name: { zh: '审计机关', en: 'audit office' }, roles: ['auditor'] },
} as const satisfies Readonly<Record<string, { readonly name: Localized; readonly roles: readonly AppointableRole[] }>>;

export type OrganisationKind = keyof typeof ORGANISATION_KINDS;

export function isOrganisationKind(text: string): text is OrganisationKind {
  return Object.hasOwn(ORGANISATION_KINDS, text);
}

/** Duties the people of such an organisation can hold. */
export function rolesOfKind(kind: OrganisationKind): readonly AppointableRole[] {
  return ORGANISATION_KINDS[kind].roles;
}

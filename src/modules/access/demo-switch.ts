import { type AppointableRole, APPOINTABLE_ROLES } from './roles.ts';

/** The role played in demo mode, and the division it is played for. */
export interface DemoRole {
  readonly role: AppointableRole;
  /** Empty: the whole country. */
  readonly divisionCode: string;
}

export const DEMO_COOKIE = 'tianchou-demo';
export const DEFAULT_DEMO_ROLE: DemoRole = { role: 'clerk', divisionCode: '' };

/** What the cookie of the role switch says; anything else than `role` or `role.code` is the default. */
export function demoRoleOf(cookie: string | undefined): DemoRole {
  const [role = '', divisionCode = '', more] = (cookie ?? '').split('.');
  const found = APPOINTABLE_ROLES.find((one) => one === role);
  const isCode = divisionCode === '' || /^(\d{6}|\d{9}|\d{12})$/.test(divisionCode);
  return found === undefined || !isCode || more !== undefined ? DEFAULT_DEMO_ROLE : { role: found, divisionCode };
}

export function demoCookieValue({ role, divisionCode }: DemoRole): string {
  return divisionCode === '' ? role : `${role}.${divisionCode}`;
}

/** One name a role, so that nobody approves in one role what he did in another: `demo` is the clerk, the others `demo-ROLE`. */
export function demoActorName(role: AppointableRole): string {
  return role === DEFAULT_DEMO_ROLE.role ? 'demo' : `demo-${role}`;
}

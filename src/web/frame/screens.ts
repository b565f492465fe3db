import { type Method, mayCall, permissionFor, type Role } from '../../modules/access/index.ts';
import type { MessageKey } from '../i18n/zh.ts';

/** A place of the navigation, and the call it cannot do without: whoever may not make it does not see the place. */
export interface Screen {
  readonly to:
    | '/projects'
    | '/map'
    | '/import'
    | '/quality'
    | '/analysis'
    | '/people'
    | '/organisations'
    | '/appointments'
    | '/divisions'
    | '/audit'
    | '/local';
  readonly key: MessageKey;
  readonly needs: readonly [method: Method, path: string];
}

/** In the order of the navigation; the first one a role may use is where it begins. */
export const SCREENS: readonly Screen[] = [
  { to: '/projects', key: 'nav.projects', needs: ['GET', '/api/projects'] },
  { to: '/map', key: 'nav.map', needs: ['GET', '/api/layers'] },
  { to: '/import', key: 'nav.import', needs: ['GET', '/api/imports'] },
  { to: '/quality', key: 'nav.quality', needs: ['GET', '/api/layers/:layerVersionId/quality'] },
  { to: '/analysis', key: 'nav.analysis', needs: ['GET', '/api/projects/:projectId/runs'] },
  { to: '/people', key: 'nav.people', needs: ['GET', '/api/people'] },
  { to: '/appointments', key: 'nav.appointments', needs: ['GET', '/api/appointments'] },
  { to: '/organisations', key: 'nav.organisations', needs: ['GET', '/api/organisations'] },
  { to: '/divisions', key: 'nav.divisions', needs: ['POST', '/api/divisions'] },
  { to: '/audit', key: 'nav.audit', needs: ['GET', '/api/audit/events'] },
  { to: '/local', key: 'nav.local', needs: ['GET', '/api/packs/texts'] },
];

export function screensOf(role: Role): readonly Screen[] {
  return SCREENS.filter(({ needs }) => mayCall(role, ...needs));
}

/** The place an address belongs to; undefined for addresses everybody may open. */
export function screenAt(path: string): Screen | undefined {
  if (path.startsWith('/projects/') && path.endsWith('/analysis'))
    return SCREENS.find((screen) => screen.to === '/analysis');
  return SCREENS.find((screen) => path === screen.to || path.startsWith(`${screen.to}/`));
}

/** Who may use it. */
export function rolesOf(screen: Screen): readonly Role[] {
  return permissionFor(...screen.needs)?.roles ?? [];
}

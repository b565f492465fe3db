import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { Frame } from './frame/Frame.tsx';
import { NotFound, ScreenFault } from './frame/faults.tsx';
import { Home } from './frame/Home.tsx';
import { LoadingPanel } from './kit/feedback.tsx';
import { KEPT_KEYS, parseSearch, stringifySearch, urlStateOf } from './url-state.ts';

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NotFound,
  validateSearch: urlStateOf,
  search: { middlewares: [retainSearchParams([...KEPT_KEYS])] },
});

// Who opens the bare address, or that of a sign-in that is over, begins where the role begins.
const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: Home });
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: Home });
// One chunk a screen: a person who only looks at projects never loads the map.
const projects = createRoute({
  getParentRoute: () => root,
  path: '/projects',
  component: lazyRouteComponent(() => import('../modules/projects/ui/ProjectsScreen.tsx'), 'ProjectsScreen'),
});
const project = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId',
  component: lazyRouteComponent(() => import('../modules/projects/ui/ProjectScreen.tsx'), 'ProjectScreen'),
});
const projectAnalysis = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId/analysis',
  component: lazyRouteComponent(() => import('../modules/projects/ui/AnalysisScreen.tsx'), 'AnalysisScreen'),
});
const analysis = createRoute({
  getParentRoute: () => root,
  path: '/analysis',
  component: lazyRouteComponent(
    () => import('../modules/projects/ui/AnalysisChoiceScreen.tsx'),
    'AnalysisChoiceScreen',
  ),
});
const localAnalysis = createRoute({
  getParentRoute: () => root,
  path: '/local',
  component: lazyRouteComponent(() => import('../modules/documents/ui/LocalAnalysisScreen.tsx'), 'LocalAnalysisScreen'),
});
const map = createRoute({
  getParentRoute: () => root,
  path: '/map',
  component: lazyRouteComponent(() => import('../modules/parcels/ui/MapScreen.tsx'), 'MapScreen'),
});
const imports = createRoute({
  getParentRoute: () => root,
  path: '/import',
  component: lazyRouteComponent(() => import('../modules/intake/ui/ImportsScreen.tsx'), 'ImportsScreen'),
});
const importOne = createRoute({
  getParentRoute: () => root,
  path: '/import/$importId',
  component: lazyRouteComponent(() => import('../modules/intake/ui/ImportScreen.tsx'), 'ImportScreen'),
});
const quality = createRoute({
  getParentRoute: () => root,
  path: '/quality',
  component: lazyRouteComponent(() => import('../modules/quality/ui/QualityScreen.tsx'), 'QualityScreen'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('../modules/access/ui/AccountScreen.tsx'), 'AccountScreen'),
});
const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('../modules/access/ui/PeopleScreen.tsx'), 'PeopleScreen'),
});
const person = createRoute({
  getParentRoute: () => root,
  path: '/people/$personId',
  component: lazyRouteComponent(() => import('../modules/access/ui/PersonScreen.tsx'), 'PersonScreen'),
});
const organisations = createRoute({
  getParentRoute: () => root,
  path: '/organisations',
  component: lazyRouteComponent(() => import('../modules/access/ui/OrganisationsScreen.tsx'), 'OrganisationsScreen'),
});
const appointments = createRoute({
  getParentRoute: () => root,
  path: '/appointments',
  component: lazyRouteComponent(() => import('../modules/access/ui/AppointmentsScreen.tsx'), 'AppointmentsScreen'),
});
const divisions = createRoute({
  getParentRoute: () => root,
  path: '/divisions',
  component: lazyRouteComponent(() => import('../modules/access/ui/DivisionsScreen.tsx'), 'DivisionsScreen'),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(() => import('../modules/audit/ui/AuditScreen.tsx'), 'AuditScreen'),
});
const auditEvent = createRoute({
  getParentRoute: () => root,
  path: '/audit/$chain/$sequence',
  component: lazyRouteComponent(() => import('../modules/audit/ui/EventScreen.tsx'), 'EventScreen'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    setup,
    account,
    people,
    person,
    organisations,
    appointments,
    divisions,
    audit,
    auditEvent,
    projects,
    project,
    projectAnalysis,
    analysis,
    localAnalysis,
    map,
    imports,
    importOne,
    quality,
  ]),
  parseSearch,
  stringifySearch,
  defaultErrorComponent: ScreenFault,
  defaultPendingComponent: () => <LoadingPanel rows={6} />,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

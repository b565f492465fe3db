import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, type ReactNode } from 'react';
import { mayCall, ROLE_NAMES } from '../../modules/access/index.ts';
import { workKey } from '../api/access.ts';
import type { SessionView } from '../api/endpoints.ts';
import { useI18n } from '../i18n/index.tsx';
import { EmptyPanel, ErrorPanel, LoadingPanel } from '../kit/feedback.tsx';
import { rolesOf, screenAt, screensOf, type Screen } from './screens.ts';
import type { WorkSession } from './use-work-session.ts';
import { Link } from '@tanstack/react-router';

const SignInScreen = lazy(async () => ({
  default: (await import('../../modules/access/ui/SignInScreen.tsx')).SignInScreen,
}));
const NoAppointment = lazy(async () => ({
  default: (await import('../../modules/access/ui/NoAppointment.tsx')).NoAppointment,
}));

/** A place the role may not use: which role, who may, and what to do. */
function NotAllowed(props: { readonly screen: Screen; readonly session: SessionView }) {
  const { t, pick } = useI18n();
  const { screen, session } = props;
  const first = screensOf(session.role)[0];
  return (
    <EmptyPanel
      title={t('gate.notAllowed', { screen: t(screen.key), role: pick(ROLE_NAMES[session.role]) })}
      next={
        <>
          <code className="code-badge">NOT-ALLOWED</code>
          {t('gate.notAllowedNext', {
            roles: rolesOf(screen)
              .map((role) => pick(ROLE_NAMES[role]))
              .join(t('list.comma')),
          })}
        </>
      }
    >
      {first === undefined ? null : <Link to={first.to}>{t('gate.goTo', { screen: t(first.key) })}</Link>}
    </EmptyPanel>
  );
}

function Allowed(props: {
  readonly session: SessionView;
  readonly refresh: () => Promise<void>;
  readonly children: ReactNode;
}) {
  const path = useRouterState({ select: (router) => router.location.pathname });
  const { role } = props.session;
  if (role === 'unappointed' && path !== '/account') return <NoAppointment refresh={props.refresh} />;
  const screen = screenAt(path);
  if (screen !== undefined && !mayCall(role, ...screen.needs))
    return <NotAllowed screen={screen} session={props.session} />;
  return props.children;
}

/**
 * The screen, for whoever may see it; else what has to be done first. The address stays as it is: after signing in one is where
 * one was. A screen left by a session that ended stays behind the sign-in, unsent text and all, for the same actor alone.
 */
export function Gate(props: { readonly work: WorkSession; readonly atWork: SessionView | null }) {
  const { work, atWork } = props;
  const kept = atWork ?? work.worked;
  if (work.session === undefined) {
    return work.error === null ? (
      <LoadingPanel rows={6} />
    ) : (
      <ErrorPanel error={work.error} onRetry={() => void work.refresh()} />
    );
  }
  return (
    <Suspense fallback={<LoadingPanel rows={6} />}>
      {kept === null ? null : (
        <div key={workKey(kept)} className="gate-screen" hidden={atWork === null} inert={atWork === null}>
          <Suspense fallback={<LoadingPanel rows={6} />}>
            <Allowed session={kept} refresh={work.refresh}>
              <Outlet />
            </Allowed>
          </Suspense>
        </div>
      )}
      {atWork === null ? <SignInScreen work={work} session={work.session} /> : null}
    </Suspense>
  );
}

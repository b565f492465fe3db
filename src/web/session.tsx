import { createContext, useContext, type ReactNode } from 'react';
import { mayCall, type Method } from '../modules/access/index.ts';
import type { SessionView } from '../modules/access/views.ts';

const SessionContext = createContext<SessionView | null>(null);

export function SessionProvider(props: { readonly session: SessionView | null; readonly children: ReactNode }) {
  return <SessionContext value={props.session}>{props.children}</SessionContext>;
}

/** Who works here, under which appointment. Screens are only shown to somebody. */
export function useSession(): SessionView {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('a screen outside the session');
  return session;
}

/** Whether whoever works here may call this route of the authorisation matrix: buttons for what one may not do are left out. */
export function useMay(method: Method, path: string): boolean {
  return mayCall(useSession().role, method, path);
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { forgetAnswers, isAtWork, SESSION_KEY, sessionQuery, signOut } from '../api/access.ts';
import { lastAskedAt, onAccessRefused } from '../api/client.ts';
import type { SessionView } from '../api/endpoints.ts';

/** Why somebody who was at work is signed in no more. */
export type EndedBecause = 'idle' | 'expired' | 'elsewhere';

export interface WorkSession {
  /** Undefined until the server has answered for the first time. */
  readonly session: SessionView | undefined;
  readonly error: unknown;
  /** The session that was at work in this window last, and was not left on purpose: its screen is kept for its actor. */
  readonly worked: SessionView | null;
  readonly endedBecause: EndedBecause | null;
  /** Asks again who is here; told to the other windows of this browser. */
  refresh(): Promise<void>;
  leave(): Promise<void>;
}

const CHANNEL = 'tianchou.session';

/** Who works in this window, kept true: after a refusal, when the window comes back, when another window changes it. */
export function useWorkSession(): WorkSession {
  const queries = useQueryClient();
  const query = useQuery(sessionQuery);
  const session = query.data;
  const [worked, setWorked] = useState<SessionView | null>(null);
  const [endedBecause, setEndedBecause] = useState<EndedBecause | null>(null);
  const channel = useRef<BroadcastChannel | null>(null);

  useEffect(() => {
    const ask = (): void => void queries.invalidateQueries({ queryKey: SESSION_KEY });
    const opened = new BroadcastChannel(CHANNEL);
    channel.current = opened;
    opened.addEventListener('message', ask);
    const stop = onAccessRefused(ask);
    return () => {
      stop();
      opened.close();
    };
  }, [queries]);

  useEffect(() => {
    if (session === undefined) return;
    if (isAtWork(session)) {
      setWorked(session);
      setEndedBecause(null);
      return;
    }
    if (worked === null || session.signedIn || session.next === 'second-factor') return;
    const now = Date.now();
    setEndedBecause(
      worked.expiresAt !== null && Date.parse(worked.expiresAt) <= now
        ? 'expired'
        : lastAskedAt() + worked.idleSeconds * 1000 <= now
          ? 'idle'
          : 'elsewhere',
    );
    // `worked` is set here alone.
    // biome-ignore lint: see above.
  }, [session]);

  const refresh = async (): Promise<void> => {
    await queries.refetchQueries({ queryKey: SESSION_KEY });
    // Whatever was refused while nobody was signed in is asked for again.
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
    channel.current?.postMessage('changed');
  };
  return {
    session,
    error: query.error,
    worked,
    endedBecause,
    refresh,
    async leave() {
      await signOut();
      setWorked(null);
      setEndedBecause(null);
      forgetAnswers(queries);
      await refresh();
    },
  };
}

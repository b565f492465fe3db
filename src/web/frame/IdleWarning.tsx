import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { accountQuery, SESSION_KEY } from '../api/access.ts';
import { lastAskedAt } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { useSession } from '../session.tsx';
import { clockText } from './clock-text.ts';

const WARN_SECONDS = 120;

/** Two minutes before a session ends for idling, or for good: says so, and offers to go on. */
export function IdleWarning() {
  const { t } = useI18n();
  const session = useSession();
  const queries = useQueryClient();
  const [left, setLeft] = useState<{ readonly seconds: number; readonly forGood: boolean } | null>(null);

  useEffect(() => {
    if (session.mode === 'demo') return;
    let asked = 0;
    const look = (): void => {
      const now = Date.now();
      const idle = lastAskedAt() + session.idleSeconds * 1000 - now;
      const end = session.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(session.expiresAt) - now;
      const seconds = Math.max(0, Math.ceil(Math.min(idle, end) / 1000));
      setLeft(seconds > WARN_SECONDS ? null : { seconds, forGood: end <= idle });
      // The server decides whether it is over; it is asked without being kept awake.
      if (seconds === 0 && now - asked > 5_000) {
        asked = now;
        void queries.invalidateQueries({ queryKey: SESSION_KEY });
      }
    };
    const timer = setInterval(look, 1000);
    return () => {
      clearInterval(timer);
      setLeft(null);
    };
  }, [session, queries]);

  if (left === null) return null;
  return (
    <div className="idle-warning" role="alert">
      <p>
        {left.forGood ? t('session.endsSoon') : t('session.idleSoon')}{' '}
        <strong className="figures" aria-hidden="true">
          {clockText(left.seconds)}
        </strong>
      </p>
      {left.forGood ? null : (
        <Button type="primary" onClick={() => void queries.fetchQuery({ ...accountQuery, staleTime: 0 })}>
          {t('session.stay')}
        </Button>
      )}
    </div>
  );
}

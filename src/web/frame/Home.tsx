import { Navigate, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/index.tsx';
import { EmptyPanel } from '../kit/feedback.tsx';
import { useSession } from '../session.tsx';
import { takeKeptAddress } from './kept-address.ts';
import { screensOf } from './screens.ts';

/** The bare address: back to where a sign-in elsewhere began, else the first place the role may use. */
export function Home() {
  const { t } = useI18n();
  const router = useRouter();
  const { role } = useSession();
  const [kept] = useState(takeKeptAddress);
  useEffect(() => {
    if (kept !== null) router.history.replace(kept);
  }, [kept, router]);
  if (kept !== null) return null;
  const first = screensOf(role)[0];
  if (first === undefined) return <EmptyPanel title={t('gate.nothing')} next={t('appointment.noneNext')} />;
  return <Navigate to={first.to} replace />;
}

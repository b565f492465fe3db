import { Link } from '@tanstack/react-router';
import { useI18n } from '../i18n/index.tsx';
import { EmptyPanel, ErrorPanel } from '../kit/feedback.tsx';

/** An address that leads nowhere. */
export function NotFound() {
  const { t } = useI18n();
  return (
    <EmptyPanel title={t('fault.notFound')} next={t('fault.notFoundNext')}>
      <Link to="/projects">{t('nav.projects')}</Link>
    </EmptyPanel>
  );
}

/** A screen that failed. The person gets words and a way on, never a stack trace. */
export function ScreenFault(props: { readonly error: unknown; readonly reset: () => void }) {
  return <ErrorPanel error={props.error} onRetry={props.reset} />;
}

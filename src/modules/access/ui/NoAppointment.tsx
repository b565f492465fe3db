import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { actUnder } from '../../../web/api/access.ts';
import { useDivisionName } from '../../../web/frame/division-name.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { EmptyPanel, ErrorPanel } from '../../../web/kit/feedback.tsx';
import { useSession } from '../../../web/session.tsx';
import { ROLE_NAMES } from '../roles.ts';

/** Signed in, and appointed to nothing that holds today: never yet, no longer, or revoked a moment ago. */
export function NoAppointment(props: { readonly refresh: () => Promise<void> }) {
  const { t, pick } = useI18n();
  const session = useSession();
  const divisionName = useDivisionName();
  const change = useMutation({ mutationFn: actUnder, onSuccess: props.refresh });
  const others = session.appointments;
  return (
    <EmptyPanel
      title={t(others.length > 0 ? 'appointment.choose' : 'appointment.none')}
      next={
        <>
          <code className="code-badge">NOT-APPOINTED</code>
          {t(others.length > 0 ? 'appointment.chooseNext' : 'appointment.noneNext')}
        </>
      }
    >
      {others.length === 0 ? null : (
        <ul className="choice-buttons">
          {others.map((choice) => (
            <li key={choice.appointmentId}>
              <Button type="primary" onClick={() => change.mutate(choice.appointmentId)} loading={change.isPending}>
                {pick(ROLE_NAMES[choice.role])} · {divisionName(choice.divisionCode)}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {change.error === null ? null : <ErrorPanel error={change.error} />}
      <p className="choice-links">
        <Button onClick={() => void props.refresh()}>{t('action.retry')}</Button>
        <Link to="/account">{t('user.account')}</Link>
      </p>
    </EmptyPanel>
  );
}

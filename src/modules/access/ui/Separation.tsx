import { useI18n } from '../../../web/i18n/index.tsx';
import { useSession } from '../../../web/session.tsx';

/** Why the buttons of the two other administrators are not here. */
export function Separation() {
  const { t } = useI18n();
  const { role } = useSession();
  if (role !== 'systemAdministrator' && role !== 'securityAdministrator' && role !== 'auditAdministrator') return null;
  return <p className="separation">{t(`separation.${role}`)}</p>;
}

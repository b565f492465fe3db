import type { PersonView } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Moment } from '../../../web/kit/area.tsx';

/** The state of an account in words: disabled, locked until, password due, second factor. */
export function PersonMarks(props: { readonly person: PersonView }) {
  const { t } = useI18n();
  const { person } = props;
  return (
    <span className="marks">
      {person.disabledAt === null ? (
        <span className="mark mark-pass">{t('person.enabled')}</span>
      ) : (
        <span className="mark mark-fail">{t('person.disabled')}</span>
      )}
      {person.lockedUntil === null ? null : (
        <span className="mark mark-fail">
          {t('person.lockedUntil')} <Moment iso={person.lockedUntil} />
        </span>
      )}
      {person.mustChangePassword ? <span className="mark mark-person">{t('person.mustChange')}</span> : null}
      {person.secondFactor ? <span className="mark mark-note">{t('person.secondFactor')}</span> : null}
    </span>
  );
}

import { ROLE_NAMES } from '../../modules/access/index.ts';
import { type MessageKey, useI18n } from '../i18n/index.tsx';
import { useSession } from '../session.tsx';

/** In place of what a role may not do here: which role, and what it may not. */
export function OnlyLook(props: { readonly what: MessageKey & `gate.what.${string}` }) {
  const { t, pick } = useI18n();
  const { role } = useSession();
  return <p className="only-look">{t('gate.onlyLook', { role: pick(ROLE_NAMES[role]), what: t(props.what) })}</p>;
}

/** For those who work without survey data: what is left out here. */
export function NoSurvey() {
  const { t, pick } = useI18n();
  const { role } = useSession();
  return <p className="only-look">{t('gate.noSurvey', { role: pick(ROLE_NAMES[role]) })}</p>;
}

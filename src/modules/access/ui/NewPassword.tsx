import { useI18n, type MessageKey } from '../../../web/i18n/index.tsx';
import { PASSWORD_RULES, passwordRefusal } from '../password-rules.ts';
import { PasswordField } from './PasswordField.tsx';

export interface NewPasswordText {
  readonly password: string;
  readonly again: string;
}

export const NO_PASSWORD: NewPasswordText = { password: '', again: '' };

/** Whether it may be sent: the rules hold and it was typed the same twice. What was used before only the server knows. */
export function isGoodPassword(text: NewPasswordText, username: string): boolean {
  return text.password === text.again && passwordRefusal(text.password, username) === undefined;
}

/** The rules in the order they are looked at; what comes after a broken one is not known yet. */
const STEPS: readonly { readonly key: MessageKey; readonly codes: readonly string[] }[] = [
  { key: 'password.ruleLength', codes: ['PASSWORD-TOO-SHORT', 'PASSWORD-TOO-LONG'] },
  { key: 'password.ruleName', codes: ['PASSWORD-HOLDS-USERNAME'] },
  { key: 'password.ruleCommon', codes: ['PASSWORD-COMMON'] },
];

/** A new password, typed twice, with the rules beside it as they are met. */
export function NewPassword(props: {
  readonly id: string;
  readonly username: string;
  readonly value: NewPasswordText;
  readonly onChange: (value: NewPasswordText) => void;
  readonly autoFocus?: boolean;
  readonly isNew?: boolean;
}) {
  const { t } = useI18n();
  const { id, value } = props;
  const code = passwordRefusal(value.password, props.username)?.code;
  const broken = STEPS.findIndex((step) => code !== undefined && step.codes.includes(code));
  const stateOf = (index: number): 'met' | 'missed' | 'open' => {
    if (value.password === '') return 'open';
    if (broken === -1 || index < broken) return 'met';
    return index === broken ? 'missed' : 'open';
  };
  const same = value.again === '' ? 'open' : value.again === value.password ? 'met' : 'missed';
  const rules = [
    ...STEPS.map((step, index) => ({ text: t(step.key, { ...PASSWORD_RULES }), state: stateOf(index) })),
    { text: t('password.ruleSame'), state: same },
  ] as const;
  return (
    <>
      <PasswordField
        id={`${id}-password`}
        label={t('password.new')}
        value={value.password}
        autoComplete="new-password"
        autoFocus={props.autoFocus ?? false}
        describedBy={`${id}-rules`}
        onChange={(password) => props.onChange({ ...value, password })}
      />
      <PasswordField
        id={`${id}-again`}
        label={t('password.again')}
        value={value.again}
        autoComplete="new-password"
        onChange={(again) => props.onChange({ ...value, again })}
      />
      <ul id={`${id}-rules`} className="password-rules" aria-live="polite">
        {rules.map((rule) => (
          <li key={rule.text} className={`rule-${rule.state}`}>
            <span aria-hidden="true">{rule.state === 'met' ? '✓' : rule.state === 'missed' ? '✗' : '·'}</span>
            {rule.text}
            <span className="visually-hidden">{t(`password.state.${rule.state}`)}</span>
          </li>
        ))}
        {props.isNew === true ? null : (
          <li className="rule-open">
            <span aria-hidden="true">·</span>
            {t('password.ruleBefore', { ...PASSWORD_RULES })}
          </li>
        )}
      </ul>
    </>
  );
}

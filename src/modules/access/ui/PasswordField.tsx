import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons';
import { Input } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../../web/i18n/index.tsx';

/** A password with its label, to be shown and hidden again by keyboard too; named so that password managers know it. */
export function PasswordField(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoComplete: 'current-password' | 'new-password';
  readonly autoFocus?: boolean;
  readonly describedBy?: string;
}) {
  const { t } = useI18n();
  const [shown, setShown] = useState(false);
  return (
    <div className="field">
      <label htmlFor={props.id}>{props.label}</label>
      <Input
        id={props.id}
        name={props.id}
        type={shown ? 'text' : 'password'}
        value={props.value}
        maxLength={200}
        autoComplete={props.autoComplete}
        autoFocus={props.autoFocus ?? false}
        spellCheck={false}
        autoCapitalize="none"
        required
        aria-describedby={props.describedBy}
        onChange={(event) => props.onChange(event.target.value)}
        suffix={
          <button
            type="button"
            className="field-eye"
            aria-pressed={shown}
            aria-label={t('password.show')}
            title={t(shown ? 'password.hide' : 'password.show')}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeInvisibleOutlined /> : <EyeOutlined />}
          </button>
        }
      />
    </div>
  );
}

/** One line of text with its label. */
export function TextField(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly hint?: string;
  readonly inputMode?: 'numeric';
  readonly maxLength?: number;
  readonly wrong?: boolean;
  readonly isOptional?: boolean;
}) {
  return (
    <div className="field">
      <label htmlFor={props.id}>{props.label}</label>
      <Input
        id={props.id}
        name={props.id}
        value={props.value}
        maxLength={props.maxLength ?? 100}
        autoComplete={props.autoComplete ?? 'off'}
        autoFocus={props.autoFocus ?? false}
        autoCapitalize="none"
        spellCheck={false}
        status={props.wrong === true ? 'error' : ''}
        required={props.isOptional !== true}
        {...(props.inputMode === undefined ? {} : { inputMode: props.inputMode })}
        {...(props.hint === undefined ? {} : { 'aria-describedby': `${props.id}-hint` })}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.hint === undefined ? null : (
        <p id={`${props.id}-hint`} className="hint">
          {props.hint}
        </p>
      )}
    </div>
  );
}

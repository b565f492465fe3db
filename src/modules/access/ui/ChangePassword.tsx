import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type FormEvent } from 'react';
import { changePassword } from '../../../web/api/access.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { isGoodPassword, NewPassword, NO_PASSWORD } from './NewPassword.tsx';
import { PasswordField } from './PasswordField.tsx';

/** Another password in place of the present one. */
export function ChangePassword(props: {
  readonly username: string;
  /** Known while somebody signs in; asked for otherwise. */
  readonly current?: string | undefined;
  readonly autoFocus?: boolean;
  readonly onDone: (password: string) => void;
}) {
  const { t } = useI18n();
  const [typed, setTyped] = useState('');
  const [next, setNext] = useState(NO_PASSWORD);
  const current = props.current ?? typed;
  const change = useMutation({
    mutationFn: () => changePassword(current, next.password),
    onSuccess: () => {
      const { password } = next;
      setTyped('');
      setNext(NO_PASSWORD);
      props.onDone(password);
    },
  });
  return (
    <form
      className="stack-form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      {/* Password managers file the new password under this name. */}
      <input type="text" name="username" autoComplete="username" value={props.username} readOnly hidden />
      {props.current === undefined ? (
        <PasswordField
          id="current-password"
          label={t('password.current')}
          value={typed}
          autoComplete="current-password"
          onChange={setTyped}
        />
      ) : null}
      <NewPassword
        id="new"
        username={props.username}
        value={next}
        onChange={setNext}
        autoFocus={props.autoFocus ?? false}
      />
      {change.error === null ? null : <RefusalList refusals={refusalsOf(change.error)} />}
      <Button
        type="primary"
        htmlType="submit"
        loading={change.isPending}
        disabled={current === '' || !isGoodPassword(next, props.username)}
      >
        {t('password.change')}
      </Button>
    </form>
  );
}

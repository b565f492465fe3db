import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type FormEvent } from 'react';
import { setUp } from '../../../web/api/access.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { isReservedUsername, normalUsername, USERNAME_PATTERN } from '../password-rules.ts';
import { ADMINISTRATOR_ROLES, type AdministratorRole, ROLE_NAMES } from '../roles.ts';
import { isGoodPassword, NewPassword, NO_PASSWORD, type NewPasswordText } from './NewPassword.tsx';
import { TextField } from './PasswordField.tsx';

interface Administrator {
  readonly username: string;
  readonly displayName: string;
  readonly password: NewPasswordText;
}

const NOBODY: Administrator = { username: '', displayName: '', password: NO_PASSWORD };

export function isGoodUsername(username: string): boolean {
  const plain = normalUsername(username);
  return USERNAME_PATTERN.test(plain) && !isReservedUsername(plain);
}

/** The first start: the code of the terminal, and three administrators, who are three persons. */
export function SetupForm(props: { readonly onDone: () => void }) {
  const { t, pick } = useI18n();
  const [code, setCode] = useState('');
  const [people, setPeople] = useState<Readonly<Record<AdministratorRole, Administrator>>>({
    systemAdministrator: NOBODY,
    securityAdministrator: NOBODY,
    auditAdministrator: NOBODY,
  });
  const send = useMutation({
    mutationFn: () =>
      setUp({
        code: code.trim(),
        administrators: ADMINISTRATOR_ROLES.map((role) => ({
          role,
          username: people[role].username,
          displayName: people[role].displayName,
          password: people[role].password.password,
        })),
      }),
    onSuccess: props.onDone,
  });
  const names = ADMINISTRATOR_ROLES.map((role) => normalUsername(people[role].username));
  const isTwice = (name: string): boolean => name !== '' && names.filter((one) => one === name).length > 1;
  const isReady =
    code.trim() !== '' &&
    ADMINISTRATOR_ROLES.every((role) => {
      const { username, displayName, password } = people[role];
      return (
        isGoodUsername(username) &&
        !isTwice(normalUsername(username)) &&
        displayName.trim() !== '' &&
        isGoodPassword(password, normalUsername(username))
      );
    });
  return (
    <form
      className="stack-form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <TextField
        id="setup-code"
        label={t('setup.code')}
        value={code}
        onChange={setCode}
        autoFocus
        hint={t('setup.codeHint')}
      />
      <div className="setup-people">
        {ADMINISTRATOR_ROLES.map((role) => {
          const one = people[role];
          const change = (patch: Partial<Administrator>): void =>
            setPeople((before) => ({ ...before, [role]: { ...before[role], ...patch } }));
          const name = normalUsername(one.username);
          return (
            <fieldset key={role}>
              <legend>{pick(ROLE_NAMES[role])}</legend>
              <p className="hint">{t(`setup.duty.${role}`)}</p>
              <TextField
                id={`${role}-username`}
                label={t('signIn.username')}
                value={one.username}
                onChange={(username) => change({ username })}
                maxLength={32}
                wrong={one.username !== '' && (!isGoodUsername(one.username) || isTwice(name))}
                hint={isTwice(name) ? t('setup.twice') : t('person.usernameHint')}
              />
              <TextField
                id={`${role}-name`}
                label={t('person.displayName')}
                value={one.displayName}
                onChange={(displayName) => change({ displayName })}
                maxLength={60}
              />
              <NewPassword
                id={role}
                username={name}
                value={one.password}
                onChange={(password) => change({ password })}
                isNew
              />
            </fieldset>
          );
        })}
      </div>
      {send.error === null ? null : <RefusalList refusals={refusalsOf(send.error)} />}
      <Button type="primary" size="large" htmlType="submit" loading={send.isPending} disabled={!isReady}>
        {t('setup.make')}
      </Button>
    </form>
  );
}

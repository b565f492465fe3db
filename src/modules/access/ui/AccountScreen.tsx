import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState, type FormEvent } from 'react';
import {
  accountQuery,
  endOwnSession,
  ownSessionsQuery,
  removeSecondFactor,
  SESSION_KEY,
} from '../../../web/api/access.ts';
import type { AccountView } from '../../../web/api/endpoints.ts';
import { useDivisionName } from '../../../web/frame/division-name.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Moment } from '../../../web/kit/area.tsx';
import { Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { Fact, Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { ROLE_NAMES } from '../roles.ts';
import { agentText } from './agent-text.ts';
import { ChangePassword } from './ChangePassword.tsx';
import { PasswordField, TextField } from './PasswordField.tsx';
import { SecondFactorEnrolment } from './SecondFactorEnrolment.tsx';

function RemoveFactor(props: { readonly onDone: () => void; readonly onCancel: () => void }) {
  const { t } = useI18n();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const remove = useMutation({
    mutationFn: () => removeSecondFactor(password, code.replace(/\s/g, '')),
    onSuccess: props.onDone,
  });
  return (
    <form
      className="stack-form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        remove.mutate();
      }}
    >
      <PasswordField
        id="remove-password"
        label={t('password.current')}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        autoFocus
      />
      <TextField
        id="remove-code"
        label={t('factor.code')}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        hint={t('factor.codeHint')}
        maxLength={20}
      />
      {remove.error === null ? null : <RefusalList refusals={refusalsOf(remove.error)} />}
      <div className="button-row">
        <Button
          danger
          htmlType="submit"
          loading={remove.isPending}
          disabled={password === '' || code.trim().length < 6}
        >
          {t('factor.remove')}
        </Button>
        <Button onClick={props.onCancel}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

function SecondFactor(props: { readonly account: AccountView }) {
  const { t } = useI18n();
  const { account } = props;
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const done = (text: string) => (): void => {
    setOpen(false);
    void message.success(text);
    void queries.invalidateQueries({ queryKey: accountQuery.queryKey });
    void queries.invalidateQueries({ queryKey: SESSION_KEY });
  };
  if (account.secondFactor === 'on') {
    return (
      <>
        <p className="factor-state">
          <span className="mark mark-pass">{t('factor.on')}</span>{' '}
          {account.backupCodesLeft === null ? null : t('factor.codesLeft', { count: account.backupCodesLeft })}
        </p>
        {open ? (
          <RemoveFactor onDone={done(t('factor.removed'))} onCancel={() => setOpen(false)} />
        ) : (
          <Button onClick={() => setOpen(true)}>{t('factor.remove')}…</Button>
        )}
      </>
    );
  }
  return (
    <>
      <p className="factor-state">
        <span className="mark mark-person">
          {t(account.secondFactor === 'required' ? 'factor.required' : 'factor.off')}
        </span>
      </p>
      <SecondFactorEnrolment username={account.username} onDone={done(t('factor.nowOn'))} />
    </>
  );
}

function Sessions() {
  const { t } = useI18n();
  const queries = useQueryClient();
  const query = useQuery(ownSessionsQuery);
  const end = useMutation({
    mutationFn: endOwnSession,
    onSuccess: () => queries.invalidateQueries({ queryKey: ownSessionsQuery.queryKey }),
  });
  return (
    <Loaded query={query} rows={2}>
      {(sessions) => (
        <>
          <ul className="card-list">
            {sessions.map((session) => (
              <li key={session.sessionId}>
                <div>
                  <strong>{agentText(session.agent) ?? t('sessions.unknownAgent')}</strong>{' '}
                  {session.current ? <span className="mark mark-pass">{t('sessions.this')}</span> : null}
                  <span className="sub">
                    {session.address ?? '—'} · {t('sessions.since')} <Moment iso={session.createdAt} /> ·{' '}
                    {t('sessions.seen')} <Moment iso={session.lastSeenAt} />
                  </span>
                </div>
                {session.current ? null : (
                  <Button size="small" loading={end.isPending} onClick={() => end.mutate(session.sessionId)}>
                    {t('sessions.end')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {end.error === null ? null : <RefusalList refusals={refusalsOf(end.error)} />}
        </>
      )}
    </Loaded>
  );
}

function Appointments(props: { readonly account: AccountView }) {
  const { t, pick } = useI18n();
  const divisionName = useDivisionName();
  if (props.account.appointments.length === 0) return <p className="quiet">{t('appointment.none')}</p>;
  return (
    <ul className="card-list">
      {props.account.appointments.map((one) => (
        <li key={one.appointmentId}>
          <div>
            <strong>{pick(ROLE_NAMES[one.role])}</strong> · {divisionName(one.divisionCode)}
            <span className="sub">{one.organisationName}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** My own account: password, second factor, where I am signed in, what I am appointed to. */
export function AccountScreen() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const query = useQuery(accountQuery);
  return (
    <Loaded query={query}>
      {(account) => (
        <>
          <ScreenHead
            title={t('user.account')}
            facts={
              <>
                <Fact label={t('person.displayName')}>{account.displayName}</Fact>
                <Fact label={t('signIn.username')}>{account.username}</Fact>
                {account.lastSignInAt === null ? null : (
                  <Fact label={t('person.lastSignIn')} minor>
                    <Moment iso={account.lastSignInAt} />
                  </Fact>
                )}
                {account.passwordChangedAt === null ? null : (
                  <Fact label={t('password.changedAt')} minor>
                    <Moment iso={account.passwordChangedAt} />
                  </Fact>
                )}
              </>
            }
          />
          <div className="page account-page">
            <Panel title={t('password.title')}>
              <ChangePassword
                username={account.username}
                onDone={() => {
                  void message.success(t('password.changed'));
                  void queries.invalidateQueries({ queryKey: accountQuery.queryKey });
                }}
              />
            </Panel>
            <Panel title={t('factor.heading')}>
              <SecondFactor account={account} />
            </Panel>
            <div className="stack">
              <Panel title={t('sessions.title')} flush>
                <Sessions />
              </Panel>
              <Panel title={t('nav.appointments')} flush>
                <Appointments account={account} />
              </Panel>
            </div>
          </div>
        </>
      )}
    </Loaded>
  );
}

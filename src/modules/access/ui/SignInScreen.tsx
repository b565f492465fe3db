import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { OIDC_ADDRESS, sendSecondFactor, signIn } from '../../../web/api/access.ts';
import { ApiError } from '../../../web/api/client.ts';
import type { SessionView } from '../../../web/api/endpoints.ts';
import { clockText } from '../../../web/frame/clock-text.ts';
import { Mark } from '../../../web/frame/Mark.tsx';
import type { WorkSession } from '../../../web/frame/use-work-session.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { ChangePassword } from './ChangePassword.tsx';
import { PasswordField, TextField } from './PasswordField.tsx';
import { SecondFactorEnrolment } from './SecondFactorEnrolment.tsx';
import { SetupForm } from './SetupForm.tsx';
import { keepAddress } from '../../../web/frame/kept-address.ts';
import { useCountdown } from './use-countdown.ts';

/** What went wrong, and for a lock how long it still lasts. */
function Trouble(props: { readonly error: unknown; readonly left: number }) {
  const { t } = useI18n();
  if (props.error === null) return null;
  return (
    <>
      <RefusalList refusals={refusalsOf(props.error)} />
      {props.left > 0 ? (
        <p className="wait" role="timer">
          {t('signIn.wait')} <strong className="figures">{clockText(props.left)}</strong>
        </p>
      ) : null}
    </>
  );
}

const waitOf = (error: unknown): number | null => (error instanceof ApiError ? error.retryAfterSeconds : null);

function PasswordForm(props: {
  readonly session: SessionView;
  readonly username: string;
  readonly onSignedIn: (username: string, password: string) => Promise<void>;
}) {
  const { t } = useI18n();
  const [username, setUsername] = useState(props.username);
  const [password, setPassword] = useState('');
  const enter = useMutation({
    mutationFn: () => signIn(username, password),
    onSuccess: () => props.onSignedIn(username, password),
    onError: () => setPassword(''),
  });
  const left = useCountdown(enter.error, waitOf(enter.error));
  const { oidc } = props.session;
  return (
    <form
      className="stack-form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        enter.mutate();
      }}
    >
      <TextField
        id="username"
        label={t('signIn.username')}
        value={username}
        onChange={setUsername}
        autoComplete="username"
        autoFocus={props.username === ''}
      />
      <PasswordField
        id="password"
        label={t('signIn.password')}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        autoFocus={props.username !== ''}
      />
      <Trouble error={enter.error} left={left} />
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        block
        loading={enter.isPending}
        disabled={left > 0 || username.trim() === '' || password === ''}
      >
        {t('signIn.enter')}
      </Button>
      {oidc === null ? null : (
        <Button
          size="large"
          block
          onClick={() => {
            keepAddress();
            location.assign(OIDC_ADDRESS);
          }}
        >
          {t('signIn.oidc', { name: oidc.name })}
        </Button>
      )}
      <p className="hint">{t('signIn.help')}</p>
    </form>
  );
}

function CodeForm(props: { readonly onDone: () => void }) {
  const { t } = useI18n();
  const [code, setCode] = useState('');
  const send = useMutation({
    mutationFn: () => sendSecondFactor(code.replace(/\s/g, '')),
    onSuccess: props.onDone,
    onError: () => setCode(''),
  });
  const left = useCountdown(send.error, waitOf(send.error));
  return (
    <form
      className="stack-form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <TextField
        id="code"
        label={t('factor.code')}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        inputMode="numeric"
        autoFocus
        maxLength={20}
        hint={t('factor.codeHint')}
      />
      <Trouble error={send.error} left={left} />
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        block
        loading={send.isPending}
        disabled={left > 0 || code.trim().length < 6}
      >
        {t('factor.send')}
      </Button>
    </form>
  );
}

/** Everything between opening the product and working in it: first set-up, password, second factor, first change of the password. */
export function SignInScreen(props: { readonly work: WorkSession; readonly session: SessionView }) {
  const { t } = useI18n();
  const { work, session } = props;
  const [typed, setTyped] = useState<{ readonly username: string; readonly password: string } | null>(null);
  const [isSetUp, setSetUp] = useState(false);
  // The code of somebody else's sign-in is asked for: this one begins anew.
  const [isAnew, setAnew] = useState(false);
  const refresh = (): void => void work.refresh();
  const username = session.signedIn ? session.actor : (typed?.username ?? work.worked?.actor ?? '');

  // A password typed in this window is not kept longer than the steps that ask for it again.
  useEffect(() => () => setTyped(null), []);

  const step: readonly [title: string, note: string | null, body: ReactNode] = session.setupNeeded
    ? [
        t('setup.title'),
        t('setup.note'),
        <SetupForm
          key="setup"
          onDone={() => {
            setSetUp(true);
            refresh();
          }}
        />,
      ]
    : session.next === 'second-factor' && !isAnew
      ? [t('factor.title'), t('factor.note'), <CodeForm key="code" onDone={refresh} />]
      : session.signedIn && session.next === 'change-password'
        ? [
            t('password.mustChange'),
            t('password.mustChangeNote'),
            <ChangePassword
              key="change"
              username={username}
              current={typed?.password}
              autoFocus
              onDone={(password) => {
                setTyped({ username, password });
                refresh();
              }}
            />,
          ]
        : session.signedIn && session.next === 'enrol-second-factor'
          ? [
              t('factor.mustEnrol'),
              t('factor.mustEnrolNote'),
              <SecondFactorEnrolment key="enrol" username={username} password={typed?.password} onDone={refresh} />,
            ]
          : [
              t('signIn.title'),
              null,
              <PasswordForm
                key="password"
                session={session}
                username={username}
                onSignedIn={async (name, password) => {
                  setTyped({ username: name, password });
                  setAnew(false);
                  await work.refresh();
                }}
              />,
            ];
  const [title, note, body] = step;
  return (
    <div className={`sign-in${session.setupNeeded ? ' sign-in-wide' : ''}`}>
      <aside className="sign-in-side" aria-hidden="true">
        <Mark />
        <strong>{t('product.name')}</strong>
        <span>{t('product.sub')}</span>
      </aside>
      <section className="sign-in-body">
        <h1>{title}</h1>
        {work.endedBecause !== null && !session.signedIn ? (
          <p className="sign-in-reason" role="status">
            {t(`session.ended.${work.endedBecause}`)}
          </p>
        ) : null}
        {isSetUp && !session.setupNeeded ? (
          <p className="sign-in-reason" role="status">
            {t('setup.done')}
          </p>
        ) : null}
        {note === null ? null : <p className="sign-in-note">{note}</p>}
        {body}
        {session.signedIn || (session.next === 'second-factor' && !isAnew) ? (
          <Button
            type="link"
            className="sign-in-leave"
            onClick={() => {
              if (session.signedIn) void work.leave();
              else setAnew(true);
            }}
          >
            {t('signIn.other')}
          </Button>
        ) : null}
      </section>
    </div>
  );
}

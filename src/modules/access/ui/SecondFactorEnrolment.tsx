import { CopyOutlined, PrinterOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Checkbox, QRCode } from 'antd';
import { useState, type FormEvent } from 'react';
import { confirmSecondFactor, startSecondFactor } from '../../../web/api/access.ts';
import type { SecondFactorEnrolment as Enrolment } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { useScheme } from '../../../web/frame/scheme.tsx';
import { tokenValue } from '../../../web/theme.ts';
import { PasswordField, TextField } from './PasswordField.tsx';

/** A secret is read off in groups of four. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}

function BackupCodes(props: { readonly codes: readonly string[]; readonly username: string }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  return (
    <div className="backup-codes">
      <p>{t('factor.codesNote')}</p>
      <ol className="figures">
        {props.codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <p className="print-only">
        {t('product.name')} · {props.username}
      </p>
      <div className="button-row no-print">
        <Button
          icon={<CopyOutlined />}
          onClick={() => {
            navigator.clipboard.writeText(props.codes.join('\n')).then(
              () => void message.success(t('action.copied')),
              () => void message.error(t('action.notCopied')),
            );
          }}
        >
          {t('action.copy')}
        </Button>
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('action.print')}
        </Button>
      </div>
    </div>
  );
}

/** An authenticator enrolled in three steps: the password once more, the picture or the secret, a code to prove it; backup codes once. */
export function SecondFactorEnrolment(props: {
  readonly username: string;
  /** Known while somebody signs in; asked for otherwise. */
  readonly password?: string | undefined;
  readonly onDone: () => void;
}) {
  const { t } = useI18n();
  useScheme();
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState('');
  const [kept, setKept] = useState(false);
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const start = useMutation({ mutationFn: startSecondFactor, onSuccess: setEnrolment });
  const confirm = useMutation({ mutationFn: confirmSecondFactor, onSuccess: props.onDone });
  const error = start.error ?? confirm.error;
  if (enrolment === null) {
    return (
      <form
        className="stack-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          start.mutate(props.password ?? typed);
        }}
      >
        <p className="hint">{t('factor.why')}</p>
        {props.password === undefined ? (
          <PasswordField
            id="factor-password"
            label={t('password.current')}
            value={typed}
            autoComplete="current-password"
            onChange={setTyped}
          />
        ) : null}
        {error === null ? null : <RefusalList refusals={refusalsOf(error)} />}
        <Button type="primary" htmlType="submit" loading={start.isPending}>
          {t('factor.start')}
        </Button>
      </form>
    );
  }
  return (
    <form
      className="stack-form enrolment"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        confirm.mutate(code.replace(/\s/g, ''));
      }}
    >
      <section className="no-print">
        <h3>{t('factor.step1')}</h3>
        <p className="hint">{t('factor.step1Note')}</p>
        <div className="enrolment-code">
          <QRCode
            value={enrolment.uri}
            type="svg"
            size={176}
            bordered
            color={tokenValue('--qr-ink')}
            bgColor={tokenValue('--qr-ground')}
            aria-label={t('factor.picture')}
          />
          <div>
            <p className="hint">{t('factor.secret')}</p>
            <code className="secret">{grouped(enrolment.secret)}</code>
          </div>
        </div>
      </section>
      <section>
        <h3>{t('factor.step2')}</h3>
        <BackupCodes codes={enrolment.backupCodes} username={props.username} />
        <Checkbox className="no-print" checked={kept} onChange={(event) => setKept(event.target.checked)}>
          {t('factor.kept')}
        </Checkbox>
      </section>
      <section className="no-print">
        <h3>{t('factor.step3')}</h3>
        <TextField
          id="factor-code"
          label={t('factor.code')}
          value={code}
          onChange={setCode}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={12}
        />
      </section>
      {error === null ? null : <RefusalList refusals={refusalsOf(error)} />}
      <Button
        className="no-print"
        type="primary"
        htmlType="submit"
        loading={confirm.isPending}
        disabled={!kept || code.trim().length < 6}
      >
        {t('factor.confirm')}
      </Button>
    </form>
  );
}

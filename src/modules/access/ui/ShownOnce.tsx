import { CopyOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import type { PersonWithPassword } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';

/** An initial password, to be handed on now: it cannot be shown again. */
export function ShownOnce(props: { readonly made: PersonWithPassword; readonly onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { person, initialPassword } = props.made;
  return (
    <section className="shown-once" role="status">
      <h2>{t('person.passwordOnce', { name: person.displayName, username: person.username })}</h2>
      <p>
        <code className="secret">{initialPassword}</code>
      </p>
      <p className="hint">{t('person.passwordOnceNote')}</p>
      <div className="button-row">
        <Button
          icon={<CopyOutlined />}
          onClick={() => {
            navigator.clipboard.writeText(initialPassword).then(
              () => void message.success(t('action.copied')),
              () => void message.error(t('action.notCopied')),
            );
          }}
        >
          {t('action.copy')}
        </Button>
        <Button onClick={props.onClose}>{t('person.passwordTaken')}</Button>
      </div>
    </section>
  );
}

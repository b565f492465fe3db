import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Select } from 'antd';
import { useState } from 'react';
import { divisionPrefix } from '../../kernel/index.ts';
import { ADMINISTRATOR_ROLES, BUSINESS_ROLES, ROLE_NAMES, type Role } from '../../modules/access/index.ts';
import { divisionsQuery, SESSION_KEY, switchDemoRole } from '../api/access.ts';
import { useI18n } from '../i18n/index.tsx';
import { refusalsOf } from '../kit/feedback.tsx';
import { useSession } from '../session.tsx';

/** Demo mode: nobody signs in, so the role is chosen here, where everybody sees it. */
export function DemoSwitch() {
  const { t, pick } = useI18n();
  const session = useSession();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [opened, setOpened] = useState(false);
  const { data: divisions } = useQuery({ ...divisionsQuery, enabled: opened || session.divisionCode !== '' });
  // A province or city comes as the beginning of its code.
  const division = divisions?.find(({ code }) => divisionPrefix(code) === session.divisionCode)?.code;
  const change = useMutation({
    mutationFn: (next: { readonly role: Role; readonly divisionCode: string }) =>
      switchDemoRole(next.role, next.divisionCode),
    onSuccess: () => queries.refetchQueries({ queryKey: SESSION_KEY }),
    onError: (error) => void message.error(refusalsOf(error).map((refusal) => pick(refusal.message))[0]),
  });
  const named = (role: Role) => ({ value: role, label: pick(ROLE_NAMES[role]) });
  return (
    <div className="demo-switch" role="group" aria-label={t('demo.switch')}>
      <strong className="notice" title={t('notice.demoMore')}>
        {t('demo.mode')}
      </strong>
      <label>
        <span>{t('demo.role')}</span>
        <Select<Role>
          size="small"
          className="demo-role"
          value={session.role}
          loading={change.isPending}
          popupMatchSelectWidth={false}
          options={[
            { label: t('demo.business'), options: BUSINESS_ROLES.map(named) },
            { label: t('demo.administrators'), options: ADMINISTRATOR_ROLES.map(named) },
          ]}
          onChange={(role) => change.mutate({ role, divisionCode: division ?? session.divisionCode })}
        />
      </label>
      <label>
        <span>{t('demo.division')}</span>
        <Select
          size="small"
          className="demo-division"
          value={division ?? session.divisionCode}
          popupMatchSelectWidth={false}
          showSearch={{ optionFilterProp: 'label' }}
          options={[
            { value: '', label: t('division.country') },
            ...(divisions ?? []).map((each) => ({ value: each.code, label: `${pick(each.name)} ${each.code}` })),
          ]}
          onOpenChange={(open) => open && setOpened(true)}
          onChange={(divisionCode) => change.mutate({ role: session.role, divisionCode })}
        />
      </label>
    </div>
  );
}

import { DownOutlined, UserOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { App, Dropdown, type MenuProps } from 'antd';
import { useState } from 'react';
import { ROLE_NAMES } from '../../modules/access/index.ts';
import { actUnder } from '../api/access.ts';
import { useI18n } from '../i18n/index.tsx';
import { refusalsOf } from '../kit/feedback.tsx';
import { useSession } from '../session.tsx';
import { useDivisionName } from './division-name.ts';

/** Who I am and for whom I act; other appointments of mine, my account, the way out. */
export function UserMenu(props: {
  readonly refresh: () => Promise<void>;
  readonly leave: () => Promise<void>;
  readonly schemeLabel: string;
  readonly onScheme: () => void;
}) {
  const { t, pick } = useI18n();
  const session = useSession();
  const navigate = useNavigate();
  const { message } = App.useApp();
  // The tree of divisions is asked for when somebody looks, not with every page.
  const [opened, setOpened] = useState(false);
  const divisionName = useDivisionName(opened);
  const tell = (error: unknown): void => void message.error(refusalsOf(error).map((one) => pick(one.message))[0]);
  const change = useMutation({ mutationFn: actUnder, onSuccess: props.refresh, onError: tell });
  const leave = useMutation({
    mutationFn: props.leave,
    onSuccess: () => navigate({ to: '/' }),
    onError: tell,
  });
  const role = pick(ROLE_NAMES[session.role]);
  const choices = session.appointments.length < 2 ? [] : session.appointments;
  const items: NonNullable<MenuProps['items']> = [
    {
      key: 'who',
      type: 'group',
      label: (
        <span className="user-who">
          <strong>{session.displayName}</strong> <code>{session.actor}</code>
          <span className="sub">
            {role}
            {session.role === 'unappointed' ? '' : ` · ${divisionName(session.divisionCode)}`}
          </span>
          {session.organisation === null ? null : <span className="sub">{session.organisation.name}</span>}
        </span>
      ),
    },
    ...(choices.length === 0
      ? []
      : [
          {
            key: 'appointments',
            type: 'group' as const,
            label: t('user.actAs'),
            children: choices.map((choice) => ({
              key: `act:${choice.appointmentId}`,
              disabled: choice.appointmentId === session.appointmentId,
              label: (
                <>
                  {choice.appointmentId === session.appointmentId ? '✓ ' : ''}
                  {pick(ROLE_NAMES[choice.role])} · {divisionName(choice.divisionCode)}
                  <span className="sub">{choice.organisationName}</span>
                </>
              ),
            })),
          },
        ]),
    { type: 'divider' },
    { key: 'account', label: t('user.account') },
    { key: 'scheme', label: props.schemeLabel, className: 'user-scheme' },
    { key: 'leave', label: t('user.leave') },
  ];
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      onOpenChange={(open) => open && setOpened(true)}
      menu={{
        items,
        onClick: ({ key }) => {
          if (key === 'account') void navigate({ to: '/account' });
          else if (key === 'scheme') props.onScheme();
          else if (key === 'leave') leave.mutate();
          else if (key.startsWith('act:')) change.mutate(key.slice('act:'.length));
        },
      }}
    >
      <button
        type="button"
        className="band-button user-button"
        aria-label={t('user.menu', { name: session.displayName })}
      >
        <UserOutlined aria-hidden="true" />
        <span className="user-name">{session.displayName}</span>
        <span className="user-role">{role}</span>
        <DownOutlined aria-hidden="true" />
      </button>
    </Dropdown>
  );
}

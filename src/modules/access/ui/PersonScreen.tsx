import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { App, Button, Popconfirm } from 'antd';
import { useState } from 'react';
import {
  actOnPerson,
  appointmentsQuery,
  type PersonAction,
  personQuery,
  resetPassword,
} from '../../../web/api/access.ts';
import type { PersonView, PersonWithPassword } from '../../../web/api/endpoints.ts';
import { type MessageKey, useI18n } from '../../../web/i18n/index.tsx';
import { Count, Moment } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { Fact, Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { AppointmentForm } from './AppointmentForm.tsx';
import { AppointmentTable } from './AppointmentTable.tsx';
import { PersonMarks } from './PersonMarks.tsx';
import { Separation } from './Separation.tsx';
import { ShownOnce } from './ShownOnce.tsx';

type Act = PersonAction | 'reset-password';

/** What can be done to the account now, by whoever looks. Each says first what will happen. */
function Actions(props: { readonly person: PersonView; readonly onPassword: (made: PersonWithPassword) => void }) {
  const { t } = useI18n();
  const { person } = props;
  const queries = useQueryClient();
  const { message } = App.useApp();
  const may: Readonly<Record<Act, boolean>> = {
    disable: useMay('POST', '/api/people/:personId/disable') && person.disabledAt === null,
    enable: useMay('POST', '/api/people/:personId/enable') && person.disabledAt !== null,
    'reset-password': useMay('POST', '/api/people/:personId/reset-password'),
    'reset-second-factor': useMay('POST', '/api/people/:personId/reset-second-factor') && person.secondFactor,
    'end-sessions': useMay('POST', '/api/people/:personId/end-sessions') && person.sessions > 0,
    unlock: useMay('POST', '/api/people/:personId/unlock') && person.lockedUntil !== null,
  };
  const act = useMutation({
    mutationFn: async (action: Act) => {
      if (action === 'reset-password') props.onPassword(await resetPassword(person.personId));
      else await actOnPerson(person.personId, action);
      return action;
    },
    onSuccess: async (action) => {
      await queries.invalidateQueries({ queryKey: ['people'] });
      void message.success(t(`person.done.${action}` as MessageKey));
    },
  });
  const offered = (Object.keys(may) as Act[]).filter((action) => may[action]);
  if (offered.length === 0) return null;
  return (
    <Panel title={t('list.actions')}>
      <div className="button-row">
        {offered.map((action) => (
          <Popconfirm
            key={action}
            title={t(`person.sure.${action}` as MessageKey, { name: person.displayName })}
            okText={t(`person.act.${action}` as MessageKey)}
            okButtonProps={{ danger: action === 'disable' }}
            onConfirm={() => act.mutate(action)}
          >
            <Button danger={action === 'disable'} loading={act.isPending && act.variables === action}>
              {t(`person.act.${action}` as MessageKey)}
            </Button>
          </Popconfirm>
        ))}
      </div>
      {act.error === null ? null : <RefusalList refusals={refusalsOf(act.error)} />}
    </Panel>
  );
}

function Rights(props: { readonly personId: string }) {
  const { t } = useI18n();
  const [state, change] = useUrlState();
  const { message } = App.useApp();
  const mayGrant = useMay('POST', '/api/appointments');
  const query = useQuery(appointmentsQuery({ personId: props.personId }));
  const isNew = mayGrant && state.tab === 'new';
  const close = (): void => change({ tab: undefined }, { replace: true });
  return (
    <Panel
      title={t('nav.appointments')}
      flush
      extra={
        mayGrant && !isNew ? (
          <Button size="small" type="primary" onClick={() => change({ tab: 'new' })}>
            {t('appointment.new')}
          </Button>
        ) : null
      }
    >
      {isNew ? (
        <div className="pad panel-form">
          <AppointmentForm
            personId={props.personId}
            onDone={() => {
              void message.success(t('appointment.granted'));
              close();
            }}
            onCancel={close}
          />
        </div>
      ) : null}
      <Loaded query={query} rows={2}>
        {(appointments) =>
          appointments.length === 0 ? (
            <p className="quiet">{t(mayGrant ? 'appointment.nothingYet' : 'appointment.nothingYetOther')}</p>
          ) : (
            <AppointmentTable appointments={appointments} withPerson={false} />
          )
        }
      </Loaded>
    </Panel>
  );
}

/** One person: the account, what was done about it, the appointments. */
export function PersonScreen() {
  const { t } = useI18n();
  const { personId } = useParams({ strict: false }) as { personId: string };
  const query = useQuery(personQuery(personId));
  const [made, setMade] = useState<PersonWithPassword | null>(null);
  return (
    <Loaded query={query}>
      {(person) =>
        person === null ? (
          <EmptyPanel title={t('person.missing')} next={t('person.missingNext')}>
            <Link to="/people">{t('nav.people')}</Link>
          </EmptyPanel>
        ) : (
          <>
            <ScreenHead
              trail={<Link to="/people">{t('nav.people')}</Link>}
              title={
                <>
                  {person.displayName} <code className="title-code">{person.username}</code>
                </>
              }
              facts={
                <>
                  <Fact label={t('person.state')}>
                    <PersonMarks person={person} />
                  </Fact>
                  <Fact label={t('person.organisation')}>{person.organisationName ?? '—'}</Fact>
                  <Fact label={t('person.lastSignIn')}>
                    {person.lastSignInAt === null ? t('person.never') : <Moment iso={person.lastSignInAt} />}
                  </Fact>
                  <Fact label={t('sessions.open')}>
                    <Count value={person.sessions} />
                  </Fact>
                  <Fact label={t('list.created')} minor>
                    <Moment iso={person.createdAt} />
                  </Fact>
                </>
              }
            />
            <div className="page">
              <Separation />
              {made === null ? null : <ShownOnce made={made} onClose={() => setMade(null)} />}
              <Actions person={person} onPassword={setMade} />
              <Rights personId={person.personId} />
            </div>
          </>
        )
      }
    </Loaded>
  );
}

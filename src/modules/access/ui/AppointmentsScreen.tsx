import { useQuery } from '@tanstack/react-query';
import { App, Button, Segmented, Select } from 'antd';
import { appointmentsQuery, divisionsQuery, organisationsQuery } from '../../../web/api/access.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { EmptyPanel, Loaded } from '../../../web/kit/feedback.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { AppointmentForm } from './AppointmentForm.tsx';
import { AppointmentTable } from './AppointmentTable.tsx';
import { Separation } from './Separation.tsx';

/** Who may do what where: every appointment there is and was. The security administrator grants and revokes them. */
export function AppointmentsScreen() {
  const { t, pick } = useI18n();
  const [state, change] = useUrlState();
  const { message } = App.useApp();
  const mayGrant = useMay('POST', '/api/appointments');
  const query = useQuery(appointmentsQuery({ organisationId: state.organisation, divisionCode: state.division }));
  const { data: organisations } = useQuery(organisationsQuery(true));
  const { data: divisions } = useQuery(divisionsQuery);
  const isAll = state.show === 'all';
  const isNew = mayGrant && state.tab === 'new';
  const close = (): void => change({ tab: undefined }, { replace: true });
  return (
    <>
      <ScreenHead
        title={t('nav.appointments')}
        facts={<Separation />}
        actions={
          mayGrant ? (
            <Button type="primary" aria-expanded={isNew} onClick={() => change({ tab: isNew ? undefined : 'new' })}>
              {t('appointment.new')}
            </Button>
          ) : undefined
        }
      />
      <div className="page">
        {isNew ? (
          <Panel title={t('appointment.new')}>
            <AppointmentForm
              onDone={() => {
                void message.success(t('appointment.granted'));
                close();
              }}
              onCancel={close}
            />
          </Panel>
        ) : null}
        <Panel flush>
          <div className="list-filters">
            <Segmented
              aria-label={t('appointment.which')}
              value={isAll ? 'all' : 'standing'}
              options={[
                { value: 'standing', label: t('appointment.standing') },
                { value: 'all', label: t('appointment.all') },
              ]}
              onChange={(next) => change({ show: next === 'all' ? 'all' : undefined })}
            />
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t('person.organisation')}
              placeholder={t('person.organisation')}
              value={state.organisation}
              onChange={(organisation: string | undefined) => change({ organisation })}
              options={(organisations ?? []).map((each) => ({ value: each.organisationId, label: each.name }))}
            />
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t('appointment.division')}
              placeholder={t('appointment.division')}
              value={state.division}
              onChange={(division: string | undefined) => change({ division })}
              options={(divisions ?? []).map((each) => ({
                value: each.code,
                label: `${pick(each.name)} ${each.code}`,
              }))}
            />
          </div>
          <Loaded query={query}>
            {(all) => {
              const shown = isAll ? all : all.filter((one) => one.state === 'valid' || one.state === 'future');
              return shown.length === 0 ? (
                <EmptyPanel title={t('appointment.noneHere')} next={t('appointment.noneHereNext')} />
              ) : (
                <AppointmentTable appointments={shown} withPerson />
              );
            }}
          </Loaded>
        </Panel>
      </div>
    </>
  );
}

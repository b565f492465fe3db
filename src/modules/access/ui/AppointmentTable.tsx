import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm } from 'antd';
import { revokeAppointment } from '../../../web/api/access.ts';
import type { AppointmentView } from '../../../web/api/endpoints.ts';
import { useDivisionName } from '../../../web/frame/division-name.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Moment } from '../../../web/kit/area.tsx';
import { RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { useMay } from '../../../web/session.tsx';

/** Marks of the kit by the state of an appointment. */
const TONES = { valid: 'pass', future: 'note', expired: 'unknown', revoked: 'fail' } as const;

/** Who holds what, where, how long; and who took it away. */
export function AppointmentTable(props: {
  readonly appointments: readonly AppointmentView[];
  readonly withPerson: boolean;
}) {
  const { t, pick } = useI18n();
  const queries = useQueryClient();
  const divisionName = useDivisionName();
  const mayRevoke = useMay('POST', '/api/appointments/:appointmentId/revoke');
  const mayPeople = useMay('GET', '/api/people/:personId');
  const revoke = useMutation({
    mutationFn: revokeAppointment,
    onSettled: () =>
      Promise.all(
        ['appointments', 'people', 'organisations'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      ),
  });
  return (
    <>
      {revoke.error === null ? null : <RefusalList refusals={refusalsOf(revoke.error)} />}
      <div className="table-scroll">
        <table className="grid-table card-table">
          <thead>
            <tr>
              {props.withPerson ? <th scope="col">{t('appointment.person')}</th> : null}
              <th scope="col">{t('appointment.role')}</th>
              <th scope="col">{t('person.organisation')}</th>
              <th scope="col">{t('appointment.division')}</th>
              <th scope="col">{t('appointment.term')}</th>
              <th scope="col">{t('person.state')}</th>
              {mayRevoke ? (
                <th scope="col" className="row-buttons">
                  {t('list.actions')}
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {props.appointments.map((one) => (
              <tr key={one.appointmentId}>
                {props.withPerson ? (
                  <td data-label={t('appointment.person')}>
                    {mayPeople ? (
                      <Link to="/people/$personId" params={{ personId: one.personId }} className="row-title">
                        {one.displayName}
                      </Link>
                    ) : (
                      <strong className="row-title">{one.displayName}</strong>
                    )}
                    <code>{one.username}</code>
                  </td>
                ) : null}
                <td data-label={t('appointment.role')}>{pick(one.roleName)}</td>
                <td data-label={t('person.organisation')}>{one.organisationName ?? '—'}</td>
                <td data-label={t('appointment.division')}>
                  {divisionName(one.divisionCode)} <code className="muted">{one.divisionCode}</code>
                </td>
                <td data-label={t('appointment.term')} className="figures">
                  <span>
                    <span className="nowrap">{one.validFrom}</span> –{' '}
                    <span className="nowrap">{one.validUntil ?? t('appointment.open')}</span>
                  </span>
                  <span className="sub">{t('appointment.grantedBy', { name: one.grantedBy })}</span>
                </td>
                <td data-label={t('person.state')}>
                  <span className={`mark mark-${TONES[one.state]}`}>{t(`appointment.state.${one.state}`)}</span>
                  {one.revokedAt === null ? null : (
                    <span className="sub">
                      {one.revokedBy} <Moment iso={one.revokedAt} />
                    </span>
                  )}
                </td>
                {mayRevoke ? (
                  <td className="row-buttons">
                    {one.state === 'valid' || one.state === 'future' ? (
                      <Popconfirm
                        title={t('appointment.revokeSure', { name: one.displayName, role: pick(one.roleName) })}
                        okText={t('appointment.revoke')}
                        okButtonProps={{ danger: true }}
                        onConfirm={() => revoke.mutate(one.appointmentId)}
                      >
                        <Button size="small" danger>
                          {t('appointment.revoke')}
                        </Button>
                      </Popconfirm>
                    ) : null}
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

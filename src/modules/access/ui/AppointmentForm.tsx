import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState, type FormEvent } from 'react';
import { appoint, divisionsQuery, organisationsQuery, peopleQuery } from '../../../web/api/access.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { legalDate } from '../appointments.ts';
import { ADMINISTRATOR_ROLES, type AppointableRole, ROLE_NAMES } from '../roles.ts';

/** What an administrator, who needs no organisation, is chosen under. */
const NO_ORGANISATION = '-';
const FOUND = 20;

/** Appoints a person: organisation, a duty it has, a division, a term. */
export function AppointmentForm(props: {
  /** Given where the form stands on a person's page. */
  readonly personId?: string | undefined;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const { t, pick } = useI18n();
  const queries = useQueryClient();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<string | undefined>(props.personId);
  const [place, setPlace] = useState<string | undefined>(undefined);
  const [role, setRole] = useState<AppointableRole | undefined>(undefined);
  const [division, setDivision] = useState<string | undefined>(undefined);
  const [from, setFrom] = useState(() => legalDate(new Date().toISOString()));
  const [until, setUntil] = useState('');
  const { data: people } = useQuery({ ...peopleQuery(search, 0, FOUND), enabled: props.personId === undefined });
  const { data: organisations } = useQuery(organisationsQuery(false));
  const { data: divisions } = useQuery(divisionsQuery);
  const organisation = organisations?.find((each) => each.organisationId === place);
  const roles: readonly AppointableRole[] =
    place === NO_ORGANISATION ? ADMINISTRATOR_ROLES : (organisation?.roles ?? []);
  const grant = useMutation({
    mutationFn: () =>
      appoint({
        personId: chosen ?? '',
        organisationId: place === NO_ORGANISATION ? null : (place ?? null),
        role: role!,
        divisionCode: division ?? '',
        validFrom: from,
        validUntil: until === '' ? null : until,
      }),
    onSuccess: async () => {
      await Promise.all(
        ['appointments', 'people', 'organisations'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
      props.onDone();
    },
  });
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        grant.mutate();
      }}
    >
      <div className="field-row">
        {props.personId === undefined ? (
          <div className="field">
            <label htmlFor="appoint-person">{t('appointment.person')}</label>
            <Select
              id="appoint-person"
              autoFocus
              showSearch={{ filterOption: false, onSearch: setSearch }}
              placeholder={t('person.search')}
              value={chosen}
              onChange={setChosen}
              options={(people?.people ?? []).map((each) => ({
                value: each.personId,
                label: `${each.displayName} ${each.username}`,
              }))}
            />
          </div>
        ) : null}
        <div className="field">
          <label htmlFor="appoint-organisation">{t('person.organisation')}</label>
          <Select
            id="appoint-organisation"
            autoFocus={props.personId !== undefined}
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('appointment.chooseOrganisation')}
            value={place}
            onChange={(next) => {
              const found = organisations?.find((each) => each.organisationId === next);
              setPlace(next);
              setRole(found?.roles.length === 1 ? found.roles[0] : undefined);
              setDivision(found?.divisionCode ?? '');
            }}
            options={[
              ...(organisations ?? []).map((each) => ({
                value: each.organisationId,
                label: `${each.name} · ${pick(each.kindName)}`,
              })),
              { value: NO_ORGANISATION, label: t('appointment.administratorPlace') },
            ]}
          />
        </div>
        <div className="field">
          <label htmlFor="appoint-role">{t('appointment.role')}</label>
          <Select
            id="appoint-role"
            disabled={roles.length === 0}
            placeholder={t(roles.length === 0 ? 'appointment.roleAfter' : 'appointment.chooseRole')}
            value={role}
            onChange={setRole}
            options={roles.map((each) => ({ value: each, label: pick(ROLE_NAMES[each]) }))}
          />
        </div>
        <div className="field">
          <label htmlFor="appoint-division">{t('appointment.division')}</label>
          <Select
            id="appoint-division"
            showSearch={{ optionFilterProp: 'label' }}
            value={division}
            placeholder={t('appointment.chooseDivision')}
            onChange={setDivision}
            options={[
              { value: '', label: t('division.country') },
              ...(divisions ?? []).map((each) => ({ value: each.code, label: `${pick(each.name)} ${each.code}` })),
            ]}
          />
        </div>
        <div className="field">
          <label htmlFor="appoint-from">{t('appointment.from')}</label>
          <Input
            id="appoint-from"
            type="date"
            required
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="appoint-until">{t('appointment.until')}</label>
          <Input
            id="appoint-until"
            type="date"
            value={until}
            min={from}
            aria-describedby="appoint-until-hint"
            onChange={(event) => setUntil(event.target.value)}
          />
          <p id="appoint-until-hint" className="hint">
            {t('appointment.untilHint')}
          </p>
        </div>
      </div>
      {grant.error === null ? null : <RefusalList refusals={refusalsOf(grant.error)} />}
      <div className="button-row">
        <Button
          type="primary"
          htmlType="submit"
          loading={grant.isPending}
          disabled={
            chosen === undefined || place === undefined || role === undefined || division === undefined || from === ''
          }
        >
          {t('appointment.grant')}
        </Button>
        <Button onClick={props.onCancel}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

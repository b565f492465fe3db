import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm, Segmented, Select } from 'antd';
import { useState, type FormEvent } from 'react';
import { closeOrganisation, createOrganisation, divisionsQuery, organisationsQuery } from '../../../web/api/access.ts';
import { useDivisionName } from '../../../web/frame/division-name.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Count } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { ORGANISATION_KINDS, type OrganisationKind, rolesOfKind } from '../organisations.ts';
import { ROLE_NAMES } from '../roles.ts';
import { TextField } from './PasswordField.tsx';
import { Separation } from './Separation.tsx';

const KINDS = Object.keys(ORGANISATION_KINDS) as OrganisationKind[];

function NewOrganisation(props: { readonly onDone: () => void }) {
  const { t, pick } = useI18n();
  const queries = useQueryClient();
  const { data: divisions } = useQuery(divisionsQuery);
  const [name, setName] = useState('');
  const [kind, setKind] = useState<OrganisationKind | undefined>(undefined);
  const [division, setDivision] = useState<string | undefined>(undefined);
  const make = useMutation({
    mutationFn: () => createOrganisation({ name, kind: kind!, divisionCode: division! }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['organisations'] });
      props.onDone();
    },
  });
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <div className="field-row">
        <TextField id="organisation-name" label={t('organisation.name')} value={name} onChange={setName} autoFocus />
        <div className="field">
          <label htmlFor="organisation-kind">{t('organisation.kind')}</label>
          <Select
            id="organisation-kind"
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('organisation.chooseKind')}
            value={kind}
            onChange={setKind}
            options={KINDS.map((each) => ({ value: each, label: pick(ORGANISATION_KINDS[each].name) }))}
          />
          {kind === undefined ? null : (
            <p className="hint">
              {t('organisation.roles', {
                roles: rolesOfKind(kind)
                  .map((role) => pick(ROLE_NAMES[role]))
                  .join(t('list.comma')),
              })}
            </p>
          )}
        </div>
        <div className="field">
          <label htmlFor="organisation-division">{t('appointment.division')}</label>
          <Select
            id="organisation-division"
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('appointment.chooseDivision')}
            value={division}
            onChange={setDivision}
            options={(divisions ?? []).map((each) => ({ value: each.code, label: `${pick(each.name)} ${each.code}` }))}
          />
        </div>
      </div>
      {make.error === null ? null : <RefusalList refusals={refusalsOf(make.error)} />}
      <div className="button-row">
        <Button
          type="primary"
          htmlType="submit"
          loading={make.isPending}
          disabled={name.trim() === '' || kind === undefined || division === undefined}
        >
          {t('organisation.make')}
        </Button>
        <Button onClick={props.onDone}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

/** Every body whose people work here, and the duties they can hold. */
export function OrganisationsScreen() {
  const { t, pick } = useI18n();
  const [state, change] = useUrlState();
  const queries = useQueryClient();
  const divisionName = useDivisionName();
  const mayCreate = useMay('POST', '/api/organisations');
  const mayClose = useMay('POST', '/api/organisations/:organisationId/close');
  const isAll = state.show === 'all';
  const query = useQuery(organisationsQuery(isAll));
  const close = useMutation({
    mutationFn: closeOrganisation,
    onSettled: () =>
      Promise.all(['organisations', 'appointments'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const isNew = mayCreate && state.tab === 'new';
  return (
    <>
      <ScreenHead
        title={t('nav.organisations')}
        facts={<Separation />}
        actions={
          mayCreate ? (
            <Button type="primary" aria-expanded={isNew} onClick={() => change({ tab: isNew ? undefined : 'new' })}>
              {t('organisation.new')}
            </Button>
          ) : undefined
        }
      />
      <div className="page">
        {isNew ? (
          <Panel title={t('organisation.new')}>
            <NewOrganisation onDone={() => change({ tab: undefined }, { replace: true })} />
          </Panel>
        ) : null}
        <Panel flush>
          <div className="list-filters">
            <Segmented
              aria-label={t('organisation.which')}
              value={isAll ? 'all' : 'open'}
              options={[
                { value: 'open', label: t('organisation.open') },
                { value: 'all', label: t('organisation.all') },
              ]}
              onChange={(next) => change({ show: next === 'all' ? 'all' : undefined })}
            />
          </div>
          {close.error === null ? null : <RefusalList refusals={refusalsOf(close.error)} />}
          <Loaded query={query}>
            {(organisations) =>
              organisations.length === 0 ? (
                <EmptyPanel
                  title={t('organisation.none')}
                  next={t(mayCreate ? 'organisation.noneNext' : 'organisation.noneNextOther')}
                />
              ) : (
                <div className="table-scroll">
                  <table className="grid-table card-table">
                    <thead>
                      <tr>
                        <th scope="col">{t('organisation.name')}</th>
                        <th scope="col">{t('organisation.kind')}</th>
                        <th scope="col">{t('appointment.division')}</th>
                        <th scope="col" className="number">
                          {t('organisation.appointments')}
                        </th>
                        <th scope="col">{t('person.state')}</th>
                        {mayClose ? (
                          <th scope="col" className="row-buttons">
                            {t('list.actions')}
                          </th>
                        ) : null}
                      </tr>
                    </thead>
                    <tbody>
                      {organisations.map((one) => (
                        <tr key={one.organisationId}>
                          <td data-label={t('organisation.name')}>
                            <strong>{one.name}</strong>
                          </td>
                          <td data-label={t('organisation.kind')}>{pick(one.kindName)}</td>
                          <td data-label={t('appointment.division')}>
                            {divisionName(one.divisionCode)} <code className="muted">{one.divisionCode}</code>
                          </td>
                          <td data-label={t('organisation.appointments')} className="number">
                            <Link to="/appointments" search={{ organisation: one.organisationId } as never}>
                              <Count value={one.appointments} />
                            </Link>
                          </td>
                          <td data-label={t('person.state')}>
                            {one.closedAt === null ? (
                              <span className="mark mark-pass">{t('organisation.isOpen')}</span>
                            ) : (
                              <span className="mark">{t('organisation.isClosed')}</span>
                            )}
                          </td>
                          {mayClose ? (
                            <td className="row-buttons">
                              {one.closedAt === null ? (
                                <Popconfirm
                                  title={t('organisation.closeSure', { name: one.name, count: one.appointments })}
                                  okText={t('organisation.close')}
                                  okButtonProps={{ danger: true }}
                                  onConfirm={() => close.mutate(one.organisationId)}
                                >
                                  <Button size="small" danger>
                                    {t('organisation.close')}
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
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  );
}

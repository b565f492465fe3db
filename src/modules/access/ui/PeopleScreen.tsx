import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input, Pagination, Segmented, Select } from 'antd';
import { useState, type FormEvent } from 'react';
import { createPerson, organisationsQuery, peopleQuery, stalePeopleQuery } from '../../../web/api/access.ts';
import type { PeopleView, PersonView, PersonWithPassword } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Count, Moment } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { TextField } from './PasswordField.tsx';
import { PersonMarks } from './PersonMarks.tsx';
import { Separation } from './Separation.tsx';
import { isGoodUsername } from './SetupForm.tsx';
import { ShownOnce } from './ShownOnce.tsx';

const PAGE_SIZE = 50;
const STALE_DAYS = [30, 90, 180, 365] as const;

function NewPerson(props: { readonly onMade: (made: PersonWithPassword) => void; readonly onCancel: () => void }) {
  const { t } = useI18n();
  const queries = useQueryClient();
  const { data: organisations } = useQuery(organisationsQuery(false));
  const [username, setUsername] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [organisationId, setOrganisationId] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () => createPerson({ username, displayName, organisationId }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['people'] });
      props.onMade(made);
    },
  });
  const wrong = username !== '' && !isGoodUsername(username);
  return (
    <Panel title={t('person.new')}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <div className="field-row">
          <TextField
            id="person-username"
            label={t('signIn.username')}
            value={username}
            onChange={setUsername}
            maxLength={32}
            autoFocus
            wrong={wrong}
            hint={t('person.usernameHint')}
          />
          <TextField
            id="person-name"
            label={t('person.displayName')}
            value={displayName}
            onChange={setDisplayName}
            maxLength={60}
          />
          <div className="field">
            <label htmlFor="person-organisation">{t('person.organisation')}</label>
            <Select
              id="person-organisation"
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={t('person.noOrganisation')}
              value={organisationId}
              onChange={(next: string | undefined) => setOrganisationId(next ?? null)}
              options={(organisations ?? []).map((each) => ({ value: each.organisationId, label: each.name }))}
            />
          </div>
        </div>
        {make.error === null ? null : <RefusalList refusals={refusalsOf(make.error)} />}
        <div className="button-row">
          <Button
            type="primary"
            htmlType="submit"
            loading={make.isPending}
            disabled={username === '' || wrong || displayName.trim() === ''}
          >
            {t('person.make')}
          </Button>
          <Button onClick={props.onCancel}>{t('action.cancel')}</Button>
        </div>
      </form>
    </Panel>
  );
}

function PersonRow(props: { readonly person: PersonView }) {
  const { t } = useI18n();
  const { person } = props;
  return (
    <tr>
      <td data-label={t('person.displayName')}>
        <Link to="/people/$personId" params={{ personId: person.personId }} className="row-title">
          {person.displayName}
        </Link>
        <code>{person.username}</code>
      </td>
      <td data-label={t('person.organisation')}>{person.organisationName ?? '—'}</td>
      <td data-label={t('person.state')}>
        <PersonMarks person={person} />
      </td>
      <td data-label={t('person.lastSignIn')} className="nowrap">
        {person.lastSignInAt === null ? (
          <span className="muted">{t('person.never')}</span>
        ) : (
          <Moment iso={person.lastSignInAt} />
        )}
      </td>
      <td data-label={t('sessions.short')} className="number">
        <Count value={person.sessions} />
      </td>
    </tr>
  );
}

function PeopleTable(props: { readonly people: PeopleView }) {
  const { t } = useI18n();
  return (
    <div className="table-scroll">
      <table className="grid-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('person.displayName')}</th>
            <th scope="col">{t('person.organisation')}</th>
            <th scope="col">{t('person.state')}</th>
            <th scope="col">{t('person.lastSignIn')}</th>
            <th scope="col" className="number">
              {t('sessions.short')}
            </th>
          </tr>
        </thead>
        <tbody>
          {props.people.people.map((person) => (
            <PersonRow key={person.personId} person={person} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Who has an account. The system administrator makes them; the security administrator looks for those nobody uses. */
export function PeopleScreen() {
  const { t } = useI18n();
  const [state, change] = useUrlState();
  const mayCreate = useMay('POST', '/api/people');
  const mayStale = useMay('GET', '/api/people/stale');
  const [made, setMade] = useState<PersonWithPassword | null>(null);
  const page = Math.max(1, Number(state.page ?? 1) || 1);
  const isStale = mayStale && state.show?.startsWith('stale') === true;
  const days = STALE_DAYS.find((each) => state.show === `stale-${each}`) ?? 90;
  const all = useQuery({ ...peopleQuery(state.q ?? '', (page - 1) * PAGE_SIZE, PAGE_SIZE), enabled: !isStale });
  const stale = useQuery({ ...stalePeopleQuery(days), enabled: isStale });
  const isNew = mayCreate && state.tab === 'new';
  const close = (): void => change({ tab: undefined }, { replace: true });
  return (
    <>
      <ScreenHead
        title={t('nav.people')}
        facts={<Separation />}
        actions={
          mayCreate ? (
            <Button type="primary" aria-expanded={isNew} onClick={() => change({ tab: isNew ? undefined : 'new' })}>
              {t('person.new')}
            </Button>
          ) : undefined
        }
      />
      <div className="page">
        {made === null ? null : <ShownOnce made={made} onClose={() => setMade(null)} />}
        {isNew ? (
          <NewPerson
            onMade={(next) => {
              setMade(next);
              close();
            }}
            onCancel={close}
          />
        ) : null}
        <Panel flush>
          <div className="list-filters">
            {mayStale ? (
              <Segmented
                aria-label={t('person.which')}
                value={isStale ? 'stale' : 'all'}
                options={[
                  { value: 'all', label: t('person.all') },
                  { value: 'stale', label: t('person.stale') },
                ]}
                onChange={(next) => change({ show: next === 'stale' ? `stale-${days}` : undefined, page: undefined })}
              />
            ) : null}
            {isStale ? (
              <Select
                aria-label={t('person.staleDays')}
                value={days}
                options={STALE_DAYS.map((each) => ({ value: each, label: t('person.staleFor', { days: each }) }))}
                onChange={(next) => change({ show: `stale-${next}` }, { replace: true })}
              />
            ) : (
              <Input.Search
                className="list-search"
                allowClear
                aria-label={t('person.search')}
                placeholder={t('person.search')}
                defaultValue={state.q ?? ''}
                onChange={(event) => change({ q: event.target.value || undefined, page: undefined }, { replace: true })}
              />
            )}
          </div>
          <Loaded query={isStale ? stale : all}>
            {(people) =>
              people.people.length === 0 ? (
                <EmptyPanel
                  title={t(isStale ? 'person.noneStale' : 'person.none')}
                  next={t(isStale ? 'person.noneStaleNext' : 'person.noneNext')}
                />
              ) : (
                <>
                  <PeopleTable people={people} />
                  <div className="list-pages">
                    <span className="muted">{t('list.total', { total: people.total })}</span>
                    {isStale || people.total <= PAGE_SIZE ? null : (
                      <Pagination
                        size="small"
                        current={page}
                        pageSize={PAGE_SIZE}
                        total={people.total}
                        showSizeChanger={false}
                        onChange={(next) => change({ page: next === 1 ? undefined : String(next) })}
                      />
                    )}
                  </div>
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  );
}

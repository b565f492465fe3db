import { DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { AutoComplete, Button, Input, Select, Tabs } from 'antd';
import { useEffect, useState } from 'react';
import { auditEventsQuery, auditExport } from '../../../web/api/audit.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { EmptyPanel, Loaded } from '../../../web/kit/feedback.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { useMay, useSession } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { OPERATION_NAMES } from '../operation-names.ts';
import { ChainPanel } from './ChainPanel.tsx';
import { EventTable } from './EventTable.tsx';
import { HeadsPanel } from './HeadsPanel.tsx';
import { useChainName } from './words.tsx';

const PAGE_SIZE = 50;
const TYPING_MILLISECONDS = 400;

/** A text filter: it goes to the address when the typing pauses. */
function FilterText(props: {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
  readonly options?: { value: string; label: string }[];
}) {
  const [text, setText] = useState(props.value ?? '');
  const { value, onChange } = props;
  useEffect(() => setText(value ?? ''), [value]);
  useEffect(() => {
    if (text === (value ?? '')) return;
    const timer = setTimeout(() => onChange(text.trim() || undefined), TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
    // Only the typing starts the clock.
    // biome-ignore lint: see above.
  }, [text]);
  return (
    <label>
      <span>{props.label}</span>
      {props.options === undefined ? (
        <Input allowClear value={text} onChange={(event) => setText(event.target.value)} />
      ) : (
        <AutoComplete
          allowClear
          value={text}
          onChange={(next: string | undefined) => setText(next ?? '')}
          options={props.options}
          showSearch={{
            filterOption: (typed, option) =>
              `${option?.value} ${option?.label}`.toLowerCase().includes(typed.toLowerCase()),
          }}
          popupMatchSelectWidth={false}
        />
      )}
    </label>
  );
}

function Filters() {
  const { t, pick } = useI18n();
  const [state, change] = useUrlState();
  const set = (patch: Parameters<typeof change>[0]): void => change({ ...patch, before: undefined });
  const isFiltered = [state.from, state.to, state.actor, state.operation, state.object, state.result].some(
    (value) => value !== undefined,
  );
  return (
    <div className="form-row audit-filters" role="search" aria-label={t('audit.filter')}>
      <label>
        <span>{t('audit.from')}</span>
        <Input
          type="date"
          value={state.from ?? ''}
          onChange={(event) => set({ from: event.target.value || undefined })}
        />
      </label>
      <label>
        <span>{t('audit.to')}</span>
        <Input type="date" value={state.to ?? ''} onChange={(event) => set({ to: event.target.value || undefined })} />
      </label>
      <FilterText label={t('audit.actor')} value={state.actor} onChange={(actor) => set({ actor })} />
      <FilterText
        label={t('audit.operation')}
        value={state.operation}
        onChange={(operation) => set({ operation })}
        options={Object.entries(OPERATION_NAMES).map(([value, name]) => ({ value, label: `${pick(name)} ${value}` }))}
      />
      <FilterText label={t('audit.objectId')} value={state.object} onChange={(object) => set({ object })} />
      <label>
        <span>{t('audit.result')}</span>
        <Select
          value={state.result ?? ''}
          onChange={(result) => set({ result: result || undefined })}
          options={[
            { value: '', label: t('audit.anyResult') },
            { value: 'done', label: t('audit.done') },
            { value: 'refused', label: t('audit.refused') },
            ...(state.result === undefined || ['done', 'refused'].includes(state.result)
              ? []
              : [{ value: state.result, label: state.result }]),
          ]}
        />
      </label>
      {isFiltered ? (
        <Button
          className="filter-reset"
          onClick={() =>
            set({
              from: undefined,
              to: undefined,
              actor: undefined,
              operation: undefined,
              object: undefined,
              result: undefined,
            })
          }
        >
          {t('action.reset')}
        </Button>
      ) : null}
    </div>
  );
}

function Events() {
  const { t } = useI18n();
  const [state, change] = useUrlState();
  const chainName = useChainName();
  const query = useQuery(
    auditEventsQuery({
      chain: state.chain,
      from: state.from,
      to: state.to,
      actor: state.actor,
      operation: state.operation,
      objectKind: state.kind,
      objectId: state.object,
      result: state.result,
      before: state.before,
      limit: PAGE_SIZE,
    }),
  );
  return (
    <>
      <Filters />
      {state.object === undefined ? null : (
        <p className="filter-note">
          {t('audit.historyOf')} <code>{state.object}</code>
        </p>
      )}
      {state.chain === undefined ? null : (
        <p className="filter-note">
          {t('audit.onlyChain', { chain: chainName(state.chain) })}{' '}
          <Button type="link" size="small" onClick={() => change({ chain: undefined, before: undefined })}>
            {t('audit.allChains')}
          </Button>
        </p>
      )}
      <Loaded query={query}>
        {(page) =>
          page.events.length === 0 ? (
            <EmptyPanel title={t('audit.none')} next={t('audit.noneNext')} />
          ) : (
            <>
              <EventTable events={page.events} />
              <div className="list-pages">
                {state.before === undefined ? (
                  <span className="muted">{t('audit.newestShown', { count: page.events.length })}</span>
                ) : (
                  <Link to="." search={((before: object) => ({ ...before, before: undefined })) as never}>
                    {t('audit.newest')}
                  </Link>
                )}
                {page.next === null ? (
                  <span className="muted">{t('audit.noOlder')}</span>
                ) : (
                  <Link to="." search={((before: object) => ({ ...before, before: page.next })) as never}>
                    {t('audit.older')}
                  </Link>
                )}
              </div>
            </>
          )
        }
      </Loaded>
    </>
  );
}

/** The audit as its readers see it: the chains and whether they hold, every event, the signed heads. */
export function AuditScreen() {
  const { t } = useI18n();
  const [state, change] = useUrlState();
  const { role } = useSession();
  const mayExport = useMay('GET', '/api/audit/export');
  return (
    <>
      <ScreenHead
        title={t('nav.audit')}
        facts={
          <p className="separation">
            {t(
              role === 'auditAdministrator'
                ? 'separation.auditAdministrator'
                : role === 'securityAdministrator'
                  ? 'audit.securityNote'
                  : 'audit.auditorNote',
            )}
          </p>
        }
        actions={
          mayExport ? (
            <Button
              icon={<DownloadOutlined />}
              href={auditExport({ chain: state.chain, from: state.from, to: state.to })}
              download
              title={t('audit.exportNote')}
            >
              {t('audit.export')}
            </Button>
          ) : undefined
        }
      />
      <div className="page">
        <Panel title={t('audit.chains')} flush>
          <ChainPanel chosen={state.chain} onChoose={(chain) => change({ chain, before: undefined })} />
        </Panel>
        <Panel flush>
          <Tabs
            className="side-tabs"
            activeKey={state.tab ?? 'events'}
            onChange={(tab) => change({ tab: tab === 'events' ? undefined : tab }, { replace: true })}
            items={[
              { key: 'events', label: t('audit.events'), children: <Events /> },
              { key: 'heads', label: t('audit.heads'), children: <HeadsPanel chain={state.chain} /> },
            ]}
          />
        </Panel>
      </div>
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { auditEventQuery } from '../../../web/api/audit.ts';
import { useDivisionName } from '../../../web/frame/division-name.ts';
import { type MessageKey, useI18n } from '../../../web/i18n/index.tsx';
import { EmptyPanel, Loaded } from '../../../web/kit/feedback.tsx';
import { Fact, Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import type { AuditEventDetail } from '../views.ts';
import { ExactMoment, ObjectName, OperationName, ResultMark, RoleName, useChainName } from './words.tsx';

function Hash(props: { readonly value: string | null }) {
  return props.value === null ? <span className="muted">—</span> : <code className="full-hash">{props.value}</code>;
}

function Rows(props: { readonly rows: readonly (readonly [MessageKey, ReactNode])[] }) {
  const { t } = useI18n();
  return (
    <dl className="attributes event-attributes">
      {props.rows.map(([key, value]) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function EventBody(props: { readonly detail: AuditEventDetail }) {
  const { t } = useI18n();
  const divisionName = useDivisionName();
  const { event, hashedText, holds, coveredBy } = props.detail;
  return (
    <div className="page event-page">
      <Panel title={t('audit.what')}>
        <Rows
          rows={[
            ['audit.at', <ExactMoment key="at" iso={event.at} />],
            [
              'audit.actor',
              <>
                <strong>{event.actor === '' ? t('audit.public') : event.actor}</strong> · <RoleName role={event.role} />
              </>,
            ],
            ['appointment.division', divisionName(event.divisionCode)],
            ['audit.address', event.address ?? '—'],
            ['audit.operation', <OperationName key="operation" operation={event.operation} />],
            [
              'audit.object',
              <>
                <ObjectName kind={event.objectKind} />{' '}
                <Link to="/audit" search={{ object: event.objectId } as never}>
                  <code>{event.objectId}</code>
                </Link>
              </>,
            ],
            ['audit.result', <ResultMark key="result" result={event.result} />],
          ]}
        />
        <h3 className="side-heading">{t('audit.detail')}</h3>
        <pre className="json">{JSON.stringify(event.detail, null, 2)}</pre>
      </Panel>
      <Panel title={t('audit.proof')}>
        <p className={holds ? 'outcome outcome-pass' : 'outcome outcome-fail'}>
          {t(holds ? 'audit.eventHolds' : 'audit.eventFails')}{' '}
          {coveredBy === null
            ? t('audit.eventUncovered')
            : t('audit.eventCovered', { sequence: coveredBy.sequence, key: coveredBy.keyId })}
        </p>
        <Rows
          rows={[
            ['audit.previousHash', <Hash key="previous" value={event.previousHash} />],
            ['audit.hash', <Hash key="hash" value={event.hash} />],
            ['audit.beforeHash', <Hash key="before" value={event.beforeHash} />],
            ['audit.afterHash', <Hash key="after" value={event.afterHash} />],
          ]}
        />
        <details className="hashed-text">
          <summary>{t('audit.hashedText')}</summary>
          <pre className="json">{hashedText}</pre>
        </details>
      </Panel>
    </div>
  );
}

/** One event, with what proves it; the events before and after it in its chain are one step away. */
export function EventScreen() {
  const { t } = useI18n();
  const { chain, sequence } = useParams({ strict: false }) as { chain: string; sequence: string };
  const chainName = useChainName();
  const query = useQuery(auditEventQuery(chain, sequence));
  const number = Number(sequence);
  const step = (to: number, label: MessageKey) => (
    <Link to="/audit/$chain/$sequence" params={{ chain, sequence: String(to) }}>
      <Button tabIndex={-1}>{t(label)}</Button>
    </Link>
  );
  return (
    <>
      <ScreenHead
        trail={
          <>
            <Link to="/audit">{t('nav.audit')}</Link> /{' '}
            <Link to="/audit" search={{ chain } as never}>
              {chainName(chain)}
            </Link>
          </>
        }
        title={t('audit.eventNo', { chain: chainName(chain), sequence })}
        facts={
          query.data === undefined || query.data === null ? undefined : (
            <Fact label={t('audit.operation')}>
              <OperationName operation={query.data.event.operation} />
            </Fact>
          )
        }
        actions={
          <>
            {number > 1 ? step(number - 1, 'audit.earlier') : null}
            {step(number + 1, 'audit.later')}
          </>
        }
      />
      <Loaded query={query}>
        {(detail) =>
          detail === null ? (
            <EmptyPanel title={t('audit.noEvent')} next={t('audit.noEventNext')}>
              <Link to="/audit" search={{ chain } as never}>
                {t('nav.audit')}
              </Link>
            </EmptyPanel>
          ) : (
            <EventBody detail={detail} />
          )
        }
      </Loaded>
    </>
  );
}

import { Link } from '@tanstack/react-router';
import { useI18n } from '../../../web/i18n/index.tsx';
import type { AuditEventView } from '../views.ts';
import { ExactMoment, ObjectName, OperationName, ResultMark, RoleName, useChainName } from './words.tsx';

/** Events, newest first: when, who, what, on what, with what result. */
export function EventTable(props: { readonly events: readonly AuditEventView[] }) {
  const { t } = useI18n();
  const chainName = useChainName();
  return (
    <div className="table-scroll">
      <table className="grid-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('audit.at')}</th>
            <th scope="col">{t('audit.actor')}</th>
            <th scope="col">{t('audit.operation')}</th>
            <th scope="col">{t('audit.object')}</th>
            <th scope="col">{t('audit.result')}</th>
            <th scope="col">{t('audit.address')}</th>
            <th scope="col">{t('audit.place')}</th>
          </tr>
        </thead>
        <tbody>
          {props.events.map((event) => (
            <tr key={`${event.chain}-${event.sequence}`}>
              <td data-label={t('audit.at')}>
                <ExactMoment iso={event.at} />
              </td>
              <td data-label={t('audit.actor')}>
                <strong>{event.actor === '' ? t('audit.public') : event.actor}</strong>
                <span className="sub">
                  <RoleName role={event.role} />
                </span>
              </td>
              <td data-label={t('audit.operation')}>
                <OperationName operation={event.operation} />
              </td>
              <td data-label={t('audit.object')} className="object-cell">
                <ObjectName kind={event.objectKind} />
                {event.objectId === '-' || event.objectId === '*' ? null : (
                  <Link
                    to="/audit"
                    className="sub"
                    search={{ object: event.objectId } as never}
                    title={t('audit.history')}
                  >
                    <code>{event.objectId}</code>
                  </Link>
                )}
              </td>
              <td data-label={t('audit.result')}>
                <ResultMark result={event.result} />
              </td>
              <td data-label={t('audit.address')} className="nowrap">
                {event.address ?? <span className="muted">—</span>}
              </td>
              <td data-label={t('audit.place')} className="nowrap">
                <Link
                  to="/audit/$chain/$sequence"
                  params={{ chain: event.chain, sequence: String(event.sequence) }}
                  aria-label={t('audit.eventNo', { chain: chainName(event.chain), sequence: event.sequence })}
                >
                  {chainName(event.chain)} #{event.sequence}
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { queryOptions } from '@tanstack/react-query';
import type { AuditEventDetail, AuditPage, ChainView, HeadsView, VerificationView } from '../../modules/audit/views.ts';
import { getJson, getJsonOrNull, sendJson, withQuery } from './client.ts';

/** As the server takes it; a field left out does not limit. */
export interface AuditFilter {
  readonly chain?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly actor?: string | undefined;
  readonly operation?: string | undefined;
  readonly objectKind?: string | undefined;
  readonly objectId?: string | undefined;
  readonly result?: string | undefined;
  readonly before?: string | undefined;
  readonly limit?: number;
}

export const auditChainsQuery = queryOptions({
  queryKey: ['audit', 'chains'],
  queryFn: ({ signal }) => getJson<ChainView[]>('/api/audit/chains', signal),
});

export const auditEventsQuery = (filter: AuditFilter) =>
  queryOptions({
    queryKey: ['audit', 'events', filter],
    queryFn: ({ signal }) => getJson<AuditPage>(withQuery('/api/audit/events', { ...filter }), signal),
    placeholderData: (previous) => previous,
  });

export const auditEventQuery = (chain: string, sequence: string) =>
  queryOptions({
    queryKey: ['audit', 'event', chain, sequence],
    queryFn: ({ signal }) =>
      getJsonOrNull<AuditEventDetail>(
        `/api/audit/events/${encodeURIComponent(chain)}/${encodeURIComponent(sequence)}`,
        signal,
      ),
  });

export const auditHeadsQuery = (chain: string | undefined) =>
  queryOptions({
    queryKey: ['audit', 'heads', chain],
    queryFn: ({ signal }) => getJson<HeadsView>(withQuery('/api/audit/heads', { chain }), signal),
  });

export const verifyChain = (chain: string) => sendJson<VerificationView>('POST', '/api/audit/verify', { chain });

export const auditExport = (filter: Pick<AuditFilter, 'chain' | 'from' | 'to'>) =>
  withQuery('/api/audit/export', { ...filter });

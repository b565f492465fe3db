import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link } from '@tanstack/react-router';
import { auditChainsQuery, verifyChain } from '../../../web/api/audit.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Count } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { useMay } from '../../../web/session.tsx';
import type { ChainView, VerificationView } from '../views.ts';
import { ExactMoment, useChainName } from './words.tsx';

/** What a check of a chain found, in a sentence; the first bad event can be opened. */
function Outcome(props: { readonly found: VerificationView }) {
  const { t, pick } = useI18n();
  const { found } = props;
  if (found.firstBad === null) {
    return (
      <p className="outcome outcome-pass" role="status">
        <strong>{t('audit.holds', { events: found.events, heads: found.heads })}</strong>{' '}
        {found.coveredTo === 0 ? t('audit.notCovered') : t('audit.covered', { sequence: found.coveredTo })}
        <code className="sub">{found.lastHash}</code>
      </p>
    );
  }
  const bad = found.firstBad;
  return (
    <p className="outcome outcome-fail" role="alert">
      <code className="code-badge">{bad.code}</code>
      <strong>{t('audit.broken', { sequence: bad.sequence })}</strong> {pick(bad.message)}{' '}
      <Link to="/audit/$chain/$sequence" params={{ chain: bad.chain, sequence: String(bad.sequence) }}>
        {t('audit.openEvent')}
      </Link>
    </p>
  );
}

function ChainCard(props: { readonly chain: ChainView; readonly chosen: boolean; readonly onChoose: () => void }) {
  const { t } = useI18n();
  const { chain, chosen } = props;
  const chainName = useChainName();
  const mayVerify = useMay('POST', '/api/audit/verify');
  const verify = useMutation({ mutationFn: () => verifyChain(chain.chain) });
  return (
    <li className={chosen ? 'chain chosen' : 'chain'}>
      <button type="button" className="chain-name" aria-pressed={chosen} onClick={props.onChoose}>
        <strong>{chainName(chain.chain)}</strong> <code>{chain.chain}</code>
      </button>
      <dl>
        <div>
          <dt>{t('audit.events')}</dt>
          <dd>
            <Count value={chain.events} />
          </dd>
        </div>
        <div>
          <dt>{t('audit.last')}</dt>
          <dd>
            <ExactMoment iso={chain.lastAt} />
          </dd>
        </div>
        <div>
          <dt>{t('audit.lastHash')}</dt>
          <dd>
            <code title={chain.lastHash}>{chain.lastHash.slice(0, 16)}</code>
          </dd>
        </div>
        <div>
          <dt>{t('audit.head')}</dt>
          <dd>
            {chain.head === null ? (
              <span className="muted">{t('audit.noHead')}</span>
            ) : (
              <>
                #{chain.head.sequence} · <ExactMoment iso={chain.head.at} />
              </>
            )}
          </dd>
        </div>
      </dl>
      {mayVerify ? (
        <Button size="small" loading={verify.isPending} onClick={() => verify.mutate()}>
          {t('audit.verify')}
        </Button>
      ) : null}
      {verify.error === null ? null : <RefusalList refusals={refusalsOf(verify.error)} />}
      {verify.data === undefined || verify.isPending ? null : <Outcome found={verify.data} />}
    </li>
  );
}

/** The chains one may read, each with its length, its last event and its newest signed head; each can be checked. */
export function ChainPanel(props: {
  readonly chosen: string | undefined;
  readonly onChoose: (chain: string | undefined) => void;
}) {
  const { t } = useI18n();
  const query = useQuery(auditChainsQuery);
  return (
    <Loaded query={query} rows={3}>
      {(chains) =>
        chains.length === 0 ? (
          <EmptyPanel title={t('audit.noChain')} next={t('audit.noChainNext')} />
        ) : (
          <ul className="chains">
            {chains.map((chain) => (
              <ChainCard
                key={chain.chain}
                chain={chain}
                chosen={chain.chain === props.chosen}
                onChoose={() => props.onChoose(chain.chain === props.chosen ? undefined : chain.chain)}
              />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

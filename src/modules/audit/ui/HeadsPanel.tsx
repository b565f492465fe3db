import { PrinterOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { auditHeadsQuery } from '../../../web/api/audit.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { EmptyPanel, Loaded } from '../../../web/kit/feedback.tsx';
import { ExactMoment, useChainName } from './words.tsx';

/** The signed heads, to be printed and kept elsewhere: who cuts a chain later is found by them. */
export function HeadsPanel(props: { readonly chain: string | undefined }) {
  const { t } = useI18n();
  const chainName = useChainName();
  const query = useQuery(auditHeadsQuery(props.chain));
  return (
    <Loaded query={query}>
      {({ heads, keys }) =>
        heads.length === 0 ? (
          <EmptyPanel title={t('audit.noHeads')} next={t('audit.noHeadsNext')} />
        ) : (
          <div className="print-sheet">
            <div className="list-filters no-print">
              <p className="hint">{t('audit.headsNote')}</p>
              <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
                {t('action.print')}
              </Button>
            </div>
            <h2 className="print-only">{t('audit.headsTitle')}</h2>
            <div className="table-scroll">
              <table className="grid-table card-table heads">
                <thead>
                  <tr>
                    <th scope="col">{t('audit.day')}</th>
                    <th scope="col">{t('audit.chains')}</th>
                    <th scope="col">{t('audit.sequence')}</th>
                    <th scope="col">{t('audit.hash')}</th>
                    <th scope="col">{t('audit.signed')}</th>
                    <th scope="col">{t('audit.signature')}</th>
                  </tr>
                </thead>
                <tbody>
                  {heads.map((head) => (
                    <tr key={`${head.chain}-${head.sequence}-${head.at}`}>
                      <td data-label={t('audit.day')} className="nowrap figures">
                        {head.day}
                      </td>
                      <td data-label={t('audit.chains')}>
                        {chainName(head.chain)} <code className="muted">{head.chain}</code>
                      </td>
                      <td data-label={t('audit.sequence')} className="figures">
                        #{head.sequence}
                      </td>
                      <td data-label={t('audit.hash')} className="hash">
                        <code>{head.hash}</code>
                      </td>
                      <td data-label={t('audit.signed')}>
                        <ExactMoment iso={head.at} />
                        <code className="sub">{head.keyId}</code>
                      </td>
                      <td data-label={t('audit.signature')}>
                        {head.signatureHolds ? (
                          <span className="mark mark-pass">{t('audit.signatureHolds')}</span>
                        ) : (
                          <span className="mark mark-fail">{t('audit.signatureFails')}</span>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {keys.map((key) => (
              <details key={key.keyId} className="public-key">
                <summary>
                  {t('audit.publicKey')} <code>{key.keyId}</code>
                </summary>
                <pre>{key.publicKey}</pre>
              </details>
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

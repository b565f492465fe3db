import { Button } from 'antd';
import type { CellAddress, CellView, FeatureDetail, ParcelInRunView } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Area } from '../../../web/kit/area.tsx';
import { Loaded } from '../../../web/kit/feedback.tsx';
import { LandClassText } from '../../../web/kit/land-class.tsx';
import { pressed } from '../../../web/kit/problems.tsx';
import type { BalanceTable } from '../../balance/index.ts';
import type { Finding } from '../../compliance/index.ts';
import { VerdictMark } from '../../compliance/ui/FindingList.tsx';

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  refetch(): unknown;
}

/** Rows drawn in the list; the map shows them all, the spreadsheet has them all. */
const LISTED = 200;

function CellParcels(props: {
  readonly cell: CellView;
  readonly selected: number | undefined;
  readonly onParcel: (no: number) => void;
}) {
  const { t } = useI18n();
  const { cell } = props;
  const hasPlots = cell.parcels.some((share) => share.plotId !== null);
  if (cell.total === 0) return <p className="quiet">{t('trace.empty')}</p>;
  return (
    <>
      <table className="grid-table">
        <thead>
          <tr>
            <th scope="col">{t('trace.parcel')}</th>
            <th scope="col" className="number">
              {t('trace.share')}
            </th>
            <th scope="col">{t('trace.class')}</th>
            <th scope="col">{t('trace.village')}</th>
            {hasPlots ? <th scope="col">{t('trace.plot')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {cell.parcels.slice(0, LISTED).map((share, index) => {
            const no = share.featureNo;
            const choose = (): void => {
              if (no !== null) props.onParcel(no);
            };
            return (
              <tr
                key={`${no}-${share.plotId}-${index}`}
                {...(no === null ? {} : { tabIndex: 0, onClick: choose, onKeyDown: pressed(choose) })}
                aria-selected={no !== null && props.selected === no}
                className={no !== null && props.selected === no ? 'chosen' : ''}
              >
                <td className="nowrap">{no === null ? t('trace.uncovered') : (share.id ?? `#${no}`)}</td>
                <td className="number">
                  <Area dm2={share.areaDm2} bare />
                </td>
                <td>
                  <LandClassText code={share.classCode} />
                </td>
                <td className="nowrap">{share.villageName ?? '—'}</td>
                {hasPlots ? <td>{share.plotId ?? '—'}</td> : null}
              </tr>
            );
          })}
        </tbody>
      </table>
      {cell.total > LISTED ? <p className="quiet">{t('trace.listed', { shown: LISTED, total: cell.total })}</p> : null}
    </>
  );
}

function WhereUsed(props: {
  /** Null: the run does not reach the parcel. */
  readonly used: ParcelInRunView | null;
  readonly tables: readonly BalanceTable[];
  readonly findings: readonly Finding[];
  readonly onCell: (address: CellAddress) => void;
  readonly onFinding: (checkId: string) => void;
}) {
  const { t, pick } = useI18n();
  const { used } = props;
  if (used === null || (used.findings.length === 0 && used.cells.length === 0)) {
    return <p className="quiet">{t('trace.unused')}</p>;
  }
  const named = props.findings.filter((finding) => used.findings.includes(finding.checkId));
  return (
    <div className="where-used">
      <ul>
        {named.map((finding) => (
          <li key={finding.checkId}>
            <button type="button" className="link-row" onClick={() => props.onFinding(finding.checkId)}>
              <VerdictMark verdict={finding.verdict} /> {pick(finding.title)}
            </button>
          </li>
        ))}
        {used.cells.map((cell) => {
          const table = props.tables.find((each) => each.id === cell.table);
          const row = table?.rows.find((each) => each.id === cell.row);
          const column = table?.columns.find((each) => each.id === cell.column);
          return (
            <li key={`${cell.table} ${cell.row} ${cell.column}`}>
              <button
                type="button"
                className="link-row"
                onClick={() => props.onCell({ table: cell.table, row: cell.row, column: cell.column })}
              >
                <span>
                  {table === undefined ? cell.table : pick(table.title)}
                  <span className="sub">
                    {row === undefined ? cell.row : pick(row.label)} ×{' '}
                    {column === undefined ? cell.column : column.head.map(pick).join(' / ')}
                  </span>
                </span>
                <Area dm2={cell.areaDm2} />
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Under the map: which parcels a figure is made of, and where a parcel is used. Nothing chosen: how to begin. */
export function TracePanel(props: {
  readonly cellAddress: CellAddress | undefined;
  readonly cell: Asked<CellView> | undefined;
  readonly used: Asked<ParcelInRunView | null> | undefined;
  readonly selected: number | undefined;
  readonly detail: FeatureDetail | undefined;
  readonly tables: readonly BalanceTable[];
  readonly findings: readonly Finding[];
  readonly onCell: (address: CellAddress) => void;
  readonly onFinding: (checkId: string) => void;
  readonly onParcel: (no: number | undefined) => void;
  readonly onCloseCell: () => void;
}) {
  const { t, pick } = useI18n();
  if (props.cell === undefined && props.used === undefined) return <p className="trace-hint">{t('trace.hint')}</p>;
  const table = props.tables.find((each) => each.id === props.cellAddress?.table);
  const row = table?.rows.find((each) => each.id === props.cellAddress?.row);
  const column = table?.columns.find((each) => each.id === props.cellAddress?.column);
  return (
    <div className="trace">
      {props.cell === undefined ? null : (
        <section className="trace-part" aria-label={t('trace.behind')}>
          <h3>
            <span>
              {t('trace.behind')}
              <span className="sub">
                {row === undefined ? '' : pick(row.label)} ×{' '}
                {column === undefined ? '' : column.head.map(pick).join(' / ')}
                {props.cell.data === undefined ? null : (
                  <>
                    {' '}
                    · {t('trace.count', { count: props.cell.data.total })} · <Area dm2={props.cell.data.areaDm2} />
                  </>
                )}
              </span>
            </span>
            <Button size="small" type="text" aria-label={t('trace.close')} onClick={props.onCloseCell}>
              {t('action.close')}
            </Button>
          </h3>
          <Loaded query={props.cell} rows={2}>
            {(cell) => <CellParcels cell={cell} selected={props.selected} onParcel={props.onParcel} />}
          </Loaded>
        </section>
      )}
      {props.used === undefined ? null : (
        <section className="trace-part" aria-label={t('trace.used')}>
          <h3>
            <span>
              {t('trace.used')}
              <span className="sub">
                #{props.selected} {props.detail?.id}{' '}
                <LandClassText code={String(props.detail?.attributes['DLBM'] ?? '') || null} />
              </span>
            </span>
            <Button size="small" type="text" onClick={() => props.onParcel(undefined)}>
              {t('action.close')}
            </Button>
          </h3>
          <Loaded query={props.used} rows={2}>
            {(used) => (
              <WhereUsed
                used={used}
                tables={props.tables}
                findings={props.findings}
                onCell={props.onCell}
                onFinding={(checkId) => props.onFinding(checkId)}
              />
            )}
          </Loaded>
        </section>
      )}
    </div>
  );
}

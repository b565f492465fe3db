import { Select } from 'antd';
import { useI18n } from '../../../web/i18n/index.tsx';
import type { BalanceTable } from '../table.ts';
import { BalanceTableView } from './BalanceTableView.tsx';

/** One of several balance tables, and the list to choose another from; says so where there is none. */
export function TableChooser(props: {
  readonly tables: readonly BalanceTable[];
  readonly shown: BalanceTable | undefined;
  /** The cell asked about, wherever it is. */
  readonly cell: { readonly table: string; readonly row: string; readonly column: string } | undefined;
  /** Cells a selected parcel has a share of. */
  readonly marked: ReadonlySet<string>;
  readonly onTable: (table: string) => void;
  readonly onCell: (cell: { table: string; row: string; column: string }) => void;
}) {
  const { t, pick } = useI18n();
  const { tables, shown, cell } = props;
  if (shown === undefined) return <p className="quiet">{t('table.none')}</p>;
  return (
    <div className="tables">
      <Select
        className="table-select"
        aria-label={t('table.which.table')}
        value={shown.id}
        options={tables.map((table, index) => ({ value: table.id, label: `${index + 1}. ${pick(table.title)}` }))}
        onChange={props.onTable}
      />
      <BalanceTableView
        table={shown}
        chosen={cell?.table === shown.id ? { row: cell.row, column: cell.column } : undefined}
        marked={props.marked}
        onChoose={(row, column) => props.onCell({ table: shown.id, row, column })}
      />
    </div>
  );
}

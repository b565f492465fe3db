import { useI18n } from '../../../web/i18n/index.tsx';
import { AREA_UNIT_KEYS, formatArea, groupDigits, useAreaUnit, type AreaUnit } from '../../../web/units.tsx';
import { formatRatio } from '../cell-text.ts';
import type { BalanceTable, Cell, Column } from '../table.ts';
import { headLines } from './head-lines.ts';

function CellText(props: { readonly cell: Cell; readonly unit: AreaUnit }) {
  const { t, pick, locale } = useI18n();
  const { cell } = props;
  if (cell === null) return null;
  switch (cell.kind) {
    case 'area':
      return cell.dm2 === 0 ? <span className="zero">0</span> : formatArea(cell.dm2, props.unit);
    case 'count':
      return cell.value.toLocaleString(locale);
    case 'ratio':
      return groupDigits(formatRatio(cell.numerator, cell.denominator, cell.decimals, cell.percent));
    case 'text':
      return pick(cell.text);
    case 'unknown':
      return (
        <span className="unknown-cell" title={pick(cell.reason)}>
          {t('table.unknown')}
        </span>
      );
  }
}

const isNumeric = (column: Column): boolean => column.kind !== 'text';

/**
 * A balance table as offices print it: merged heads, totals bold, the unit above the right corner, and the proof that it
 * closes. A cell with an area is a button: it asks which parcels it is made of.
 */
export function BalanceTableView(props: {
  readonly table: BalanceTable;
  readonly chosen: { readonly row: string; readonly column: string } | undefined;
  /** Cells a selected parcel has a share of. */
  readonly marked: ReadonlySet<string>;
  readonly onChoose: (row: string, column: string) => void;
}) {
  const { t, pick } = useI18n();
  const unit = useAreaUnit();
  const { table, chosen } = props;
  const lines = headLines(table.columns, pick);
  // Most tables name their rows in a text column of their own; the others are headed by the row's label.
  const namesRows = table.columns[0]?.kind === 'text';
  return (
    <figure className="balance">
      <figcaption>
        <strong>{pick(table.title)}</strong>
        <span className="balance-proof">
          {table.residualDm2 === null ? null : table.residualDm2 === 0 ? (
            <span className="mark mark-pass">{t('table.closes')}</span>
          ) : (
            <span className="mark mark-fail">{t('table.residual', { area: formatArea(table.residualDm2, 'm2') })}</span>
          )}
          {t('table.unit', { unit: t(AREA_UNIT_KEYS[unit]) })}
        </span>
      </figcaption>
      <div className="table-scroll">
        <table className="balance-table">
          <thead>
            {lines.map((line, index) => (
              // The lines of a head have no identity but their place.
              <tr key={`line-${index}`}>
                {index === 0 && !namesRows ? (
                  <th scope="col" rowSpan={lines.length} className="stub">
                    {t('table.item')}
                  </th>
                ) : null}
                {line.map((head) => (
                  <th
                    key={head.key}
                    scope={head.columns > 1 ? 'colgroup' : 'col'}
                    colSpan={head.columns}
                    rowSpan={head.rows}
                  >
                    {head.text}
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <tbody>
            {table.rows.map((row, r) => (
              <tr key={row.id} className={`balance-${row.role} level-${row.level}`}>
                {namesRows ? null : (
                  <th scope="row" className="stub">
                    {pick(row.label)}
                  </th>
                )}
                {table.columns.map((column, c) => {
                  const cell = table.cells[r]?.[c] ?? null;
                  if (c === 0 && namesRows) {
                    return (
                      <th key={column.id} scope="row" className="stub">
                        <CellText cell={cell} unit={unit} />
                      </th>
                    );
                  }
                  const isChosen = chosen?.row === row.id && chosen.column === column.id;
                  const classes = [
                    isNumeric(column) ? 'number' : '',
                    cell !== null && cell.kind === 'area' && cell.dm2 !== 0 ? 'opens' : '',
                    isChosen ? 'chosen' : '',
                    props.marked.has(`${row.id} ${column.id}`) ? 'marked' : '',
                  ].join(' ');
                  return (
                    <td key={column.id} className={classes}>
                      {cell !== null && cell.kind === 'area' && cell.dm2 !== 0 ? (
                        <button
                          type="button"
                          className="cell-button"
                          aria-pressed={isChosen}
                          title={`${formatArea(cell.dm2, 'm2')} ${t('unit.m2')} · ${t('table.which')}`}
                          onClick={() => props.onChoose(row.id, column.id)}
                        >
                          <CellText cell={cell} unit={unit} />
                        </button>
                      ) : (
                        <CellText cell={cell} unit={unit} />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.notes.length === 0 ? null : (
        <ul className="balance-notes">
          {table.notes.map((note) => (
            <li key={note.zh}>{pick(note)}</li>
          ))}
        </ul>
      )}
    </figure>
  );
}

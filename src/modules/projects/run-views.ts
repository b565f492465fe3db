import type { AreaDm2 } from '../../kernel/index.ts';
import type { CellAddress, CellView, ParcelInRunView, ParcelShare } from '../analysis/views.ts';
import { cellShares, cellsOfParcel, type StoredBalance } from '../balance/index.ts';
import type { Findings } from '../compliance/index.ts';

/** The parcels behind a cell, a page of them; undefined where there is no such cell. Boxes are the caller's to add. */
export function cellView(
  balance: StoredBalance,
  address: CellAddress,
  offset: number,
  limit: number,
): CellView | undefined {
  const traced = balance.tables.find(({ table }) => table.id === address.table);
  const shares = traced === undefined ? undefined : cellShares(traced, address.row, address.column);
  if (traced === undefined || shares === undefined) return undefined;
  const row = traced.table.rows.findIndex(({ id }) => id === address.row);
  const column = traced.table.columns.findIndex(({ id }) => id === address.column);
  const cell = traced.table.cells[row]![column]!;
  const parcels = shares.slice(offset, offset + limit).map(
    ({ parcel, plot, areaDm2 }): ParcelShare => ({
      featureNo: parcel < 0 ? null : balance.parcels.featureNos[parcel]!,
      id: parcel < 0 ? null : balance.parcels.bsm[parcel]!,
      plotId: plot < 0 ? null : balance.plotIds[plot]!,
      classCode: parcel < 0 ? null : balance.parcels.classCodes[parcel]!,
      villageName: parcel < 0 ? null : balance.parcels.villageNames[parcel]!,
      areaDm2,
      box: null,
    }),
  );
  const areaDm2: AreaDm2 | null = cell !== null && cell.kind === 'area' ? cell.dm2 : null;
  return { ...address, areaDm2, total: shares.length, offset, parcels };
}

/** Where a survey parcel is used in a run: cells of tables, findings that name it. Undefined where the run did not reach it. */
export function parcelInRun(
  balance: StoredBalance,
  findings: Findings,
  featureNo: number,
): ParcelInRunView | undefined {
  const parcel = balance.parcels.featureNos.indexOf(featureNo);
  if (parcel < 0) return undefined;
  return {
    featureNo,
    id: balance.parcels.bsm[parcel]!,
    cells: balance.tables.flatMap((traced) =>
      cellsOfParcel(traced, parcel).map((cell) => ({ table: traced.table.id, ...cell })),
    ),
    findings: findings.findings
      .filter((finding) => finding.parcels.includes(featureNo))
      .map((finding) => finding.checkId),
  };
}

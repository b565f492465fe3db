import type { AttributeColumn, AttributeValue } from '../kernel/index.ts';
import { isFarmland, landClassOf } from '../kernel/index.ts';
import type { DemoCells } from './cells.ts';
import { dissolve } from './dissolve.ts';
import { isStateOwned } from './land-use.ts';
import { slopeClassOf } from './random-field.ts';
import { DEMO_COUNTY } from './villages.ts';
import type { CellZones, DemoLayer } from './zones.ts';

/** Share of field ridges (田坎系数) by slope level and terrace; none on level 1. */
const RIDGE_SHARE: Readonly<Record<string, number>> = {
  '2TT': 0.0512,
  '2PD': 0.0306,
  '3TT': 0.0894,
  '3PD': 0.0601,
  '4TT': 0.1287,
  '4PD': 0.0935,
  '5TT': 0.1705,
  '5PD': 0.1342,
};

/** What the generator knows of each parcel, in whole dm²; the truth is summed from this. */
export interface ParcelRecords {
  readonly areaDm2: readonly number[];
  readonly ridgeDm2: readonly number[];
  readonly slope: readonly number[];
  readonly terrace: readonly string[];
  readonly grade: readonly number[];
  readonly stateOwned: readonly boolean[];
}

export function parcelRecords(cells: DemoCells, zones: CellZones): ParcelRecords {
  const sums = new Float64Array(cells.parcelCount);
  cells.parcelOf.forEach((parcel, cell) => {
    if (parcel >= 0) sums[parcel]! += cells.areas[cell]!;
  });
  const areaDm2 = Array.from(sums, (sum) => Math.round(sum * 100));
  const slope = cells.parcelClass.map((code, i) =>
    isFarmland(code)
      ? slopeClassOf(cells.landscape, cells.east[cells.parcelCell[i]!]!, cells.north[cells.parcelCell[i]!]!)
      : 0,
  );
  const terrace = cells.parcelClass.map((code, i) =>
    isFarmland(code) && slope[i]! > 1 ? (code === '0101' || i % 3 === 0 ? 'TT' : 'PD') : '',
  );
  const ridgeDm2 = areaDm2.map((area, i) =>
    Math.round((area * Math.round((RIDGE_SHARE[`${slope[i]}${terrace[i]}`] ?? 0) * 10_000)) / 10_000),
  );
  return {
    areaDm2,
    ridgeDm2,
    slope,
    terrace,
    grade: cells.parcelClass.map((code, i) => (isFarmland(code) ? zones.grade[cells.parcelCell[i]!]! : 0)),
    stateOwned: cells.parcelClass.map(isStateOwned),
  };
}

/** The survey layer DLTB with all its fields. */
export function parcelLayer(cells: DemoCells, records: ParcelRecords): DemoLayer {
  const numberInVillage = new Map<number, number>();
  const parcelNumbers = Array.from(cells.parcelVillage, (village) => {
    const number = (numberInVillage.get(village) ?? 0) + 1;
    numberInVillage.set(village, number);
    return String(number).padStart(4, '0');
  });
  const village = Array.from(cells.parcelVillage, (v) => cells.villages[v]!);
  const column = (name: string, value: (parcel: number) => AttributeValue): AttributeColumn => ({
    name,
    values: Array.from({ length: cells.parcelCount }, (_, parcel) => value(parcel)),
  });
  const share = (p: number): number => RIDGE_SHARE[`${records.slope[p]}${records.terrace[p]}`] ?? 0;
  const columns = [
    column('BSM', (p) => `${DEMO_COUNTY.code}${String(p + 1).padStart(12, '0')}`),
    column('YSDM', () => '2001010100'),
    column('TBYBH', () => null),
    column('TBBH', (p) => parcelNumbers[p]!),
    column('DLBM', (p) => cells.parcelClass[p]!),
    column('DLMC', (p) => landClassOf(cells.parcelClass[p]!)!.name.zh),
    column('QSXZ', (p) => (records.stateOwned[p] ? '10' : '30')),
    column('QSDWDM', (p) =>
      records.stateOwned[p] ? `${DEMO_COUNTY.code}0000000000000` : `${village[p]!.code}0000000`,
    ),
    column('QSDWMC', (p) =>
      records.stateOwned[p] ? DEMO_COUNTY.name : `${village[p]!.townshipName}${village[p]!.name}`,
    ),
    column('ZLDWDM', (p) => `${village[p]!.code}0000000`),
    column('ZLDWMC', (p) => `${village[p]!.townshipName}${village[p]!.name}`),
    column('TBMJ', (p) => records.areaDm2[p]! / 100),
    column('KCDLBM', (p) => (share(p) > 0 ? '1203' : null)),
    column('KCXS', (p) => share(p)),
    column('KCMJ', (p) => records.ridgeDm2[p]! / 100),
    column('TBDLMJ', (p) => (records.areaDm2[p]! - records.ridgeDm2[p]!) / 100),
    column('GDLX', (p) => records.terrace[p] || null),
    column('GDPDJB', (p) => (records.slope[p]! > 0 ? String(records.slope[p]) : null)),
    column('XZDWKD', (p) => cells.parcelWidthMetres[p]! || null),
    column('TBXHDM', () => null),
    column('TBXHMC', () => null),
    column('ZZSXDM', (p) => (isFarmland(cells.parcelClass[p]!) ? (p % 11 === 0 ? 'FLS' : 'LS') : null)),
    column('ZZSXMC', (p) =>
      isFarmland(cells.parcelClass[p]!) ? (p % 11 === 0 ? '种植非粮食作物' : '种植粮食作物') : null,
    ),
    column('GDDB', (p) => records.grade[p] || null),
    column('FRDBS', () => '0'),
    column('CZCSXM', (p) =>
      ['0701', '05H1', '08H1', '0810'].includes(cells.parcelClass[p]!)
        ? '202'
        : cells.parcelClass[p] === '0702'
          ? '203'
          : null,
    ),
    column('SJNF', () => 2025),
    column('MSSM', () => '00'),
    column('HDMC', () => null),
    column('BZ', () => null),
  ];
  return { dissolved: dissolve(cells.tessellation, cells.parcelOf, cells.parcelCount), columns };
}

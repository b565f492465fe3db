import { batchesOf, type Dissolved } from '../../../src/demo/dissolve.ts';
import { officialAreas, runZone } from '../../../src/geometry/index.ts';
import { type AttributeColumn, type AttributeValue, isFarmland, landClassOf } from '../../../src/kernel/index.ts';
import type { FieldType } from '../../../src/modules/intake/index.ts';
import { COUNTY_ZONE } from './cells.ts';
import type { CountyParcels } from './parcels.ts';
import type { ZonePolygons } from './zones.ts';

/** An attribute of a whole layer and the type of its field. */
export interface Column extends AttributeColumn {
  readonly type: FieldType;
}

/** No division of this country begins with 99. */
const COUNTY_CODE = '990101';
const COUNTY_NAME = '田畴基准县';
/** Share of field ridges by slope class 1–5. */
const RIDGE_SHARES = [0, 0, 0.0512, 0.0894, 0.1287, 0.1705];

function columnMaker(count: number) {
  return (name: string, type: FieldType, value: (i: number) => AttributeValue): Column => ({
    name,
    type,
    values: Array.from({ length: count }, (_, i) => value(i)),
  });
}

/** Official areas, m² with two decimals, as the field TBMJ has them. */
function squareMetresOf(dissolved: Dissolved): Float64Array {
  const areas = new Float64Array(dissolved.groupRings.length - 1);
  let at = 0;
  for (const batch of batchesOf(dissolved, [])) {
    for (const { areaDm2 } of officialAreas({ ...batch, epsg: 4490 }, runZone(COUNTY_ZONE)))
      areas[at++] = areaDm2 / 100;
  }
  return areas;
}

const identifier = (layer: number, i: number): string => `${COUNTY_CODE}${layer}${String(i + 1).padStart(11, '0')}`;
const villageCode = (village: number): string =>
  `${COUNTY_CODE}${String(100 + Math.floor(village / 12)).padStart(3, '0')}${String(200 + (village % 12))}0000000`;
const villageName = (village: number): string => `第${Math.floor(village / 12) + 1}镇第${(village % 12) + 1}村`;

/** All thirty fields of DLTB, filled as surveys fill them; areas are the official ones. */
export function parcelColumns(parcels: CountyParcels, dissolved: Dissolved): Column[] {
  const { classes, villages } = parcels;
  const column = columnMaker(classes.length);
  const areas = squareMetresOf(dissolved);
  const numbers: string[] = [];
  let first = 0;
  for (let i = 0; i < classes.length; i++) {
    if (villages[i] !== villages[first]) first = i;
    numbers.push(String(i - first + 1).padStart(4, '0'));
  }
  const codes = Array.from(villages, villageCode);
  const names = Array.from(villages, villageName);
  const farmed = classes.map(isFarmland);
  const slope = (i: number): number => (farmed[i] ? 1 + ((villages[i]! + (i % 7 === 0 ? 1 : 0)) % 5) : 0);
  const ridge = (i: number): number => RIDGE_SHARES[slope(i)]!;
  const ridgeArea = (i: number): number => Math.round(areas[i]! * 100 * ridge(i)) / 100;
  const state = (i: number): boolean => classes[i] === '1101' || classes[i] === '1006';
  return [
    column('BSM', 'text', (i) => identifier(1, i)),
    column('YSDM', 'text', () => '2001010100'),
    column('TBYBH', 'text', () => null),
    column('TBBH', 'text', (i) => numbers[i]!),
    column('DLBM', 'text', (i) => classes[i]!),
    column('DLMC', 'text', (i) => landClassOf(classes[i]!)!.name.zh),
    column('QSXZ', 'text', (i) => (state(i) ? '10' : '30')),
    column('QSDWDM', 'text', (i) => (state(i) ? `${COUNTY_CODE}0000000000000` : codes[i]!)),
    column('QSDWMC', 'text', (i) => (state(i) ? COUNTY_NAME : names[i]!)),
    column('ZLDWDM', 'text', (i) => codes[i]!),
    column('ZLDWMC', 'text', (i) => names[i]!),
    column('TBMJ', 'real', (i) => areas[i]!),
    column('KCDLBM', 'text', (i) => (ridge(i) > 0 ? '1203' : null)),
    column('KCXS', 'real', (i) => ridge(i)),
    column('KCMJ', 'real', (i) => ridgeArea(i)),
    column('TBDLMJ', 'real', (i) => Math.round((areas[i]! - ridgeArea(i)) * 100) / 100),
    column('GDLX', 'text', (i) => (slope(i) > 1 ? (i % 3 === 0 ? 'TT' : 'PD') : null)),
    column('GDPDJB', 'text', (i) => (slope(i) > 0 ? String(slope(i)) : null)),
    column('XZDWKD', 'real', (i) => (state(i) ? 6.5 : null)),
    column('TBXHDM', 'text', () => null),
    column('TBXHMC', 'text', () => null),
    column('ZZSXDM', 'text', (i) => (farmed[i] ? (i % 11 === 0 ? 'FLS' : 'LS') : null)),
    column('ZZSXMC', 'text', (i) => (farmed[i] ? (i % 11 === 0 ? '种植非粮食作物' : '种植粮食作物') : null)),
    column('GDDB', 'integer', (i) => (farmed[i] ? 5 + (villages[i]! % 6) : null)),
    column('FRDBS', 'text', () => '0'),
    column('CZCSXM', 'text', (i) => (classes[i] === '0702' ? '203' : null)),
    column('SJNF', 'integer', () => 2025),
    column('MSSM', 'text', () => '00'),
    column('HDMC', 'text', () => null),
    column('BZ', 'text', () => null),
  ];
}

/** @param parcelOfBlock a parcel each block lies in */
export function farmlandColumns(parcelOfBlock: Int32Array, parcels: CountyParcels, dissolved: Dissolved): Column[] {
  const column = columnMaker(parcelOfBlock.length);
  const areas = squareMetresOf(dissolved);
  const village = (i: number): number => parcels.villages[parcelOfBlock[i]!]!;
  const farmed = (i: number): string => {
    const code = parcels.classes[parcelOfBlock[i]!]!;
    return isFarmland(code) ? code : '0103';
  };
  return [
    column('BSM', 'text', (i) => identifier(2, i)),
    column('YSDM', 'text', () => '2005010300'),
    column('XZQDM', 'text', (i) => villageCode(village(i)).slice(0, 12)),
    column('XZQMC', 'text', (i) => villageName(village(i))),
    column('YJJBNTTBBH', 'text', (i) => String(i + 1).padStart(8, '0')),
    column('DLBM', 'text', farmed),
    column('DLMC', 'text', (i) => landClassOf(farmed(i))!.name.zh),
    column('QSXZ', 'text', () => '30'),
    column('PDJB', 'text', (i) => String(1 + (village(i) % 5))),
    column('TBMJ', 'real', (i) => areas[i]!),
    column('JBNTMJ', 'real', (i) => areas[i]!),
    column('GDDB', 'integer', (i) => 5 + (village(i) % 6)),
  ];
}

export function redLineColumns({ labels, dissolved }: ZonePolygons): Column[] {
  const column = columnMaker(labels.length);
  const areas = squareMetresOf(dissolved);
  return [
    column('BSM', 'text', (i) => identifier(3, i)),
    column('YSDM', 'text', () => '2003020100'),
    column('HXBM', 'text', (i) => String(i + 1).padStart(4, '0')),
    column('HXMC', 'text', (i) => `第${i + 1}片生态保护红线`),
    column('HXLX', 'text', (i) => (i % 3 === 0 ? '水源涵养' : '生物多样性维护')),
    column('QYMJ', 'real', (i) => areas[i]!),
  ];
}

export function slopeColumns({ labels }: ZonePolygons): Column[] {
  const column = columnMaker(labels.length);
  return [
    column('BSM', 'text', (i) => identifier(4, i)),
    column('YSDM', 'text', () => '2001020200'),
    column('PDJB', 'text', (i) => String(labels[i]! % 10)),
  ];
}

export function growthBoundaryColumns({ labels, dissolved }: ZonePolygons): Column[] {
  const column = columnMaker(labels.length);
  const areas = squareMetresOf(dissolved);
  return [
    column('BSM', 'text', (i) => identifier(5, i)),
    column('YSDM', 'text', () => '2003020300'),
    column('XZQDM', 'text', () => COUNTY_CODE),
    column('XZQMC', 'text', () => COUNTY_NAME),
    column('FQLX', 'text', (i) => (i % 4 === 0 ? '城镇弹性发展区' : '城镇集中建设区')),
    column('MJ', 'real', (i) => areas[i]!),
    column('GHSX', 'text', () => '2035'),
  ];
}

export function projectColumns({ labels }: ZonePolygons): Column[] {
  const column = columnMaker(labels.length);
  return [column('XMMC', 'text', (i) => `土地整治项目${i + 1}`), column('XZQDM', 'text', () => COUNTY_CODE)];
}

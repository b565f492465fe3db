import { seededRandom, type AttributeValue, type FeatureBatch } from '../src/kernel/index.ts';
import type { SourceField } from '../src/modules/intake/index.ts';
import { coverageLayer } from '../tests/support/coverage-layer.ts';

/**
 * A layer like the parcels (地类图斑, DLTB) of a county's survey for benchmarks: crooked parcels that share their borders,
 * some 40 vertices each, in degrees with all the digits a projection leaves, and the columns such layers have. Made
 * block by block, so that memory stays small.
 */
const TEXT = (name: string, length: number): SourceField => ({ name, type: 'text', length });
const REAL = (name: string): SourceField => ({ name, type: 'real' });

export const SURVEY_FIELDS: readonly SourceField[] = [
  TEXT('BSM', 18),
  TEXT('YSDM', 10),
  TEXT('TBYBH', 18),
  TEXT('TBBH', 8),
  TEXT('DLBM', 5),
  TEXT('DLMC', 60),
  TEXT('QSXZ', 2),
  TEXT('QSDWDM', 19),
  TEXT('QSDWMC', 60),
  TEXT('ZLDWDM', 19),
  TEXT('ZLDWMC', 60),
  REAL('TBMJ'),
  TEXT('KCDLBM', 5),
  REAL('KCXS'),
  REAL('KCMJ'),
  REAL('TBDLMJ'),
  TEXT('GDLX', 2),
  TEXT('GDPDJB', 2),
  REAL('XZDWKD'),
  TEXT('TBXHDM', 6),
  { name: 'GDDB', type: 'integer' },
  TEXT('FRDBS', 1),
  { name: 'SJNF', type: 'integer' },
  TEXT('BZ', 100),
];

const CLASSES = [
  ['0101', '水田'],
  ['0103', '旱地'],
  ['0201', '果园'],
  ['0301', '乔木林地'],
  ['0404', '其他草地'],
  ['0702', '农村宅基地'],
  ['1006', '农村道路'],
  ['1104', '坑塘水面'],
] as const;
const BLOCK = 5_000;
const SIDE = 100 * Math.sqrt(BLOCK);

export function* surveyBatches(features: number, bends = 6, seed = 7): Generator<FeatureBatch> {
  const random = seededRandom(seed);
  const blocks = Math.ceil(features / BLOCK);
  const across = Math.ceil(Math.sqrt(blocks));
  let first = 0;
  for (let block = 0; block < blocks; block++) {
    const cells = Math.min(BLOCK, features - first);
    const layer = coverageLayer(random, { epsg: 4524, east: 0, north: 0, side: SIDE, cells, bends });
    const east = (block % across) * SIDE;
    const north = Math.floor(block / across) * SIDE;
    const coords = new Float64Array(layer.coords.length);
    for (let i = 0; i < coords.length; i += 2) {
      coords[i] = 108 + (east + layer.coords[i]!) / 103_000;
      coords[i + 1] = 22 + (north + layer.coords[i + 1]!) / 110_750;
    }
    const count = layer.featureNos.length;
    const columns = SURVEY_FIELDS.map(({ name }): { name: string; values: AttributeValue[] } => ({ name, values: [] }));
    for (let i = 0; i < count; i++) {
      const no = first + i;
      const [code, className] = CLASSES[random.integer(0, CLASSES.length - 1)]!;
      const village = `450702${String(100 + (Math.floor(no / 2000) % 40))}${String(200 + (Math.floor(no / 200) % 10))}0000000`;
      const villageName = `稻香镇第${Math.floor(no / 200) % 400}村`;
      const area = Math.round(random.next() * 2e6) / 100;
      const isArable = code.startsWith('01');
      const factor = isArable && random.next() < 0.5 ? Math.round(random.next() * 1e3) / 1e4 : null;
      const values: AttributeValue[] = [
        `450702${String(no).padStart(12, '0')}`,
        '2001010100',
        `450702${String(no + 7).padStart(12, '0')}`,
        String(1 + (no % 9000)),
        code,
        className,
        no % 11 === 0 ? '20' : '30',
        village,
        villageName,
        village,
        villageName,
        area,
        factor === null ? null : '1203',
        factor,
        factor === null ? 0 : Math.round(area * factor * 100) / 100,
        factor === null ? area : Math.round(area * (1 - factor) * 100) / 100,
        isArable ? 'PD' : null,
        isArable ? String(1 + (no % 5)) : null,
        code === '1006' ? 4.5 : null,
        null,
        isArable ? 1 + (no % 15) : null,
        '0',
        2024,
        no % 50 === 0 ? '外业核实' : null,
      ];
      values.forEach((value, c) => columns[c]!.values.push(value));
    }
    yield {
      featureNos: Uint32Array.from({ length: count }, (_, i) => first + i),
      coords,
      ringStarts: layer.ringStarts,
      ringRoles: layer.ringRoles,
      featureRings: layer.featureRings,
      columns,
      problems: [],
    };
    first += count;
  }
}

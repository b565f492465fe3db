import { describe, expect, it } from 'vitest';
import { officialAreas } from '../../geometry/index.ts';
import { dm2FromSquareMetres, landClassOf } from '../../kernel/index.ts';
import type { AttributeValue, PolygonLayer } from '../../kernel/index.ts';
import { assess } from './assess.ts';
import type { QualityInput } from './rule.ts';
import { CHECKED_FIELDS } from './rules/missing-field.ts';
import { QUALITY_RULES } from './rules/index.ts';

type Ring = readonly (readonly [number, number])[];
interface Parcel {
  rings: Ring[];
  attributes: Record<string, AttributeValue>;
}

const EAST = 36_560_000;
const NORTH = 2_428_000;
const VILLAGE = '450799101201';

const block = (x: number, y: number, size = 60): Ring => [
  [EAST + x, NORTH + y],
  [EAST + x + size, NORTH + y],
  [EAST + x + size, NORTH + y + size],
  [EAST + x, NORTH + y + size],
];

/** Official area of one ring, in m² with two decimals as files carry it. */
function areaOf(rings: readonly Ring[]): number {
  return (
    officialAreas(layerOf([{ rings: [...rings], attributes: {} }]), { zone: 36, centralMeridianDegrees: 108 })[0]!
      .areaDm2 / 100
  );
}

function layerOf(parcels: readonly Parcel[]): PolygonLayer {
  const coords: number[] = [];
  const ringStarts = [0];
  const ringRoles: number[] = [];
  const featureRings = [0];
  for (const { rings } of parcels) {
    rings.forEach((ring, i) => {
      for (const [x, y] of ring) coords.push(x, y);
      ringStarts.push(coords.length / 2);
      ringRoles.push(i === 0 ? 0 : 1);
    });
    featureRings.push(ringRoles.length);
  }
  const names = [...new Set(parcels.flatMap(({ attributes }) => Object.keys(attributes)))];
  return {
    epsg: 4524,
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: Uint8Array.from(ringRoles),
    featureRings: Uint32Array.from(featureRings),
    featureNos: Uint32Array.from(parcels.map((_, i) => i)),
    columns: names.map((name) => ({ name, values: parcels.map(({ attributes }) => attributes[name] ?? null) })),
  };
}

/** Attributes of a clean parcel of a class; areas as its shape has them. */
function attributesOf(n: number, code: string, level: number, rings: readonly Ring[]): Record<string, AttributeValue> {
  const farmland = code.startsWith('01');
  const area = areaOf(rings);
  const coefficient = farmland && level > 1 ? 0.125 : 0;
  const deducted = dm2FromSquareMetres(area * coefficient) / 100;
  return {
    BSM: `45079921010000${String(n).padStart(4, '0')}`,
    TBBH: String(n),
    DLBM: code,
    DLMC: landClassOf(code)!.name.zh,
    QSXZ: '30',
    ZLDWDM: `${VILLAGE}0000000`,
    TBMJ: area,
    KCDLBM: coefficient > 0 ? '1203' : null,
    KCXS: coefficient,
    KCMJ: deducted,
    TBDLMJ: (dm2FromSquareMetres(area) - dm2FromSquareMetres(deducted)) / 100,
    GDLX: farmland && level > 1 ? 'TT' : null,
    GDPDJB: farmland ? String(level) : null,
    TBXHDM: null,
    ZZSXDM: farmland ? 'LS' : null,
    GDDB: farmland ? 8 : null,
    CZCSXM: code === '0702' ? '203' : null,
  };
}

/** Nine parcels in a square: clean, with every kind of land the rules tell apart. */
function cleanParcels(): Parcel[] {
  const kinds: [string, number][] = [
    ['0101', 1],
    ['0102', 2],
    ['0103', 4],
    ['0201K', 0],
    ['0301', 0],
    ['0702', 0],
    ['1006', 0],
    ['1107A', 0],
    ['1206', 0],
  ];
  return kinds.map(([code, level], i) => {
    const rings = [block((i % 3) * 60, Math.floor(i / 3) * 60)];
    return { rings, attributes: attributesOf(i, code, level, rings) };
  });
}

const BOUNDARY: Parcel = { rings: [block(0, 0, 180)], attributes: {} };

function inputOf(parcels: readonly Parcel[]): QualityInput {
  return { layer: layerOf(parcels), countyCode: '450799', villageCodes: [VILLAGE], boundary: layerOf([BOUNDARY]) };
}

/** Sets attributes of parcel n. */
const set =
  (n: number, changes: Record<string, AttributeValue>) =>
  (parcels: Parcel[]): void => {
    Object.assign(parcels[n]!.attributes, changes);
  };
/** Gives parcel n another shape and the areas that go with it. */
const reshape =
  (n: number, ...rings: Ring[]) =>
  (parcels: Parcel[]): void => {
    const { attributes } = parcels[n]!;
    parcels[n]!.rings = rings;
    Object.assign(attributes, { TBMJ: areaOf(rings), TBDLMJ: areaOf(rings), KCMJ: 0, KCXS: 0, KCDLBM: null });
  };
/** Parcel 4 is the middle one, at (60, 60). Its ring, moved points in place of corners. */
const middle = (...extra: [number, number][]): Ring => extra.map(([x, y]) => [EAST + 60 + x, NORTH + 60 + y] as const);

/** One planted error a rule, at least: the rule, the feature it must name, what was done. */
const PLANTED: readonly [
  rule: string,
  feature: number | null,
  change: (parcels: Parcel[]) => void,
  also?: readonly string[],
][] = [
  ['schema.missing-field', null, (parcels) => parcels.forEach(({ attributes }) => delete attributes['GDDB'])],
  ['attribute.identifier', 2, set(2, { BSM: '4507992101' })],
  ['attribute.identifier', 2, set(2, { BSM: null })],
  ['attribute.identifier-duplicate', 3, set(3, { BSM: '450799210100000001' })],
  ['attribute.parcel-number', 4, set(4, { TBBH: '2' })],
  ['attribute.parcel-number', 4, set(4, { TBBH: '' })],
  ['attribute.class-unknown', 4, set(4, { DLBM: '031' })],
  ['attribute.class-suffix', 4, set(4, { DLBM: '0302A' })],
  ['attribute.class-name', 4, set(4, { DLMC: '竹林地' })],
  ['attribute.village-code', 1, set(1, { ZLDWDM: '45079910120' })],
  ['attribute.village-county', 1, set(1, { ZLDWDM: '330481101201' }), ['attribute.village-unknown']],
  ['attribute.village-unknown', 1, set(1, { ZLDWDM: '4507991012990000000' })],
  ['attribute.ownership', 5, set(5, { QSXZ: '99' })],
  ['attribute.ownership', 5, set(5, { QSXZ: null })],
  ['attribute.slope-level', 0, set(0, { GDPDJB: null })],
  ['attribute.slope-level', 4, set(4, { GDPDJB: '3' })],
  ['attribute.terrace', 1, set(1, { GDLX: null })],
  ['attribute.terrace', 0, set(0, { GDLX: 'PD' })],
  ['attribute.deduction-class', 1, set(1, { KCDLBM: '1202' })],
  ['attribute.deduction-class', 4, set(4, { KCDLBM: '1203' })],
  ['attribute.deduction-level-one', 1, set(1, { GDPDJB: '1', GDLX: null })],
  [
    'attribute.deduction-product',
    1,
    (parcels) => {
      const { attributes } = parcels[1]!;
      set(1, {
        KCMJ: Number(attributes['KCMJ']) + 1,
        TBDLMJ: Math.round(Number(attributes['TBDLMJ']) * 100 - 100) / 100,
      })(parcels);
    },
  ],
  ['attribute.deduction-product', 1, set(1, { KCXS: 12.5 })],
  [
    'attribute.net-area',
    1,
    (parcels) => set(1, { TBDLMJ: Math.round(Number(parcels[1]!.attributes['TBDLMJ']) * 100 + 1) / 100 })(parcels),
  ],
  ['attribute.grade', 1, set(1, { GDDB: 16 })],
  ['attribute.grade-missing', 1, set(1, { GDDB: null })],
  ['attribute.settlement', 5, set(5, { CZCSXM: '209' })],
  ['attribute.planting', 1, set(1, { ZZSXDM: 'XX' })],
  ['attribute.refinement', 1, set(1, { TBXHDM: 'XX' })],
  ['attribute.draft-code', 1, set(1, { GDLX: 'FD' })],
  [
    'geometry.missing',
    4,
    (parcels) => {
      parcels[4]!.rings = [];
    },
    ['topology.gap'],
  ],
  [
    'geometry.not-finite',
    4,
    (parcels) => {
      parcels[4]!.rings = [middle([0, 0], [60, 0], [Number.NaN, 60], [0, 60])];
    },
  ],
  ['geometry.too-few-points', 4, reshape(4, middle([0, 0], [60, 60])), ['topology.gap']],
  ['geometry.zero-area', 4, reshape(4, middle([0, 0], [30, 30], [60, 60]))],
  ['geometry.spike', 4, reshape(4, middle([0, 0], [60, 0], [60, 60], [30, 60], [30, 50], [30, 60], [0, 60]))],
  ['geometry.self-crossing', 4, reshape(4, middle([0, 0], [60, 60], [60, 0], [0, 60]))],
  [
    'geometry.self-overlap',
    4,
    reshape(
      4,
      middle(
        [0, 0],
        [60, 0],
        [60, 60],
        [0, 60],
        [0, 30],
        [20, 30],
        [20, 40],
        [40, 40],
        [40, 20],
        [20, 20],
        [20, 30],
        [0, 30],
      ),
    ),
  ],
  [
    'geometry.doubly-wound',
    4,
    reshape(4, middle([0, 0], [60, 0], [60, 60], [0, 60], [0, 0], [60, 0], [60, 60], [0, 60])),
  ],
  ['geometry.rings-cross', 4, reshape(4, block(60, 60), middle([30, 30], [80, 30], [80, 50]))],
  ['geometry.rings-overlap', 4, reshape(4, block(60, 60), middle([60, 10], [60, 30], [30, 20]))],
  ['geometry.hole-outside', 4, reshape(4, block(60, 60), middle([100, 10], [100, 30], [80, 20]))],
  [
    'geometry.hole-inside-hole',
    4,
    reshape(
      4,
      block(60, 60),
      middle([10, 10], [50, 10], [50, 50], [10, 50]),
      middle([20, 20], [40, 20], [40, 40], [20, 40]),
    ),
  ],
  [
    'geometry.self-touch',
    4,
    reshape(4, middle([0, 0], [60, 0], [60, 60], [30, 60], [40, 50], [30, 40], [20, 50], [30, 60], [0, 60])),
    ['topology.gap'],
  ],
  [
    'geometry.interior-disconnected',
    4,
    reshape(4, block(60, 60), middle([30, 0], [40, 30], [30, 60], [20, 30])),
    ['topology.gap'],
  ],
  ['geometry.repeated-point', 4, reshape(4, middle([0, 0], [60, 0], [60, 0], [60, 60], [0, 60]))],
  [
    'geometry.below-minimum-area',
    9,
    (parcels) => {
      // A pond of 100 m² in a hole of the middle parcel.
      const pond = block(80, 80, 10);
      reshape(4, block(60, 60), pond)(parcels);
      parcels.push({ rings: [pond], attributes: attributesOf(9, '1104', 0, [pond]) });
    },
  ],
  ['topology.overlap', 4, reshape(4, middle([0, 0], [62, 0], [62, 60], [0, 60]))],
  ['topology.gap', 5, reshape(4, middle([0, 0], [58, 0], [58, 60], [0, 60]))],
  [
    'topology.outside-boundary',
    5,
    reshape(
      5,
      block(120, 60).map(([x, y]): [number, number] => [x > EAST + 130 ? x + 3 : x, y]),
    ),
    ['attribute.deduction-product'],
  ],
  [
    'area.official',
    4,
    (parcels) =>
      set(4, {
        TBMJ: Number(parcels[4]!.attributes['TBMJ']) + 0.06,
        TBDLMJ: Number(parcels[4]!.attributes['TBMJ']) + 0.06,
      })(parcels),
  ],
];

describe('assess', () => {
  it('finds nothing wrong with a clean layer, and checks every rule', () => {
    const report = assess(inputOf(cleanParcels()));
    expect(report.problems).toEqual([]);
    expect(report.rules.map(({ rule }) => rule)).toEqual(QUALITY_RULES.map(({ id }) => id));
    expect(report.rules.filter(({ state }) => state !== 'checked')).toEqual([]);
    expect(report).toMatchObject({ features: 9, errors: 0, warnings: 0, notes: 0, cancelled: false });
  });

  it.each(PLANTED)('finds %s at feature %s', (rule, feature, change, also = []) => {
    const parcels = cleanParcels();
    change(parcels);
    const { problems } = assess(inputOf(parcels));
    const found = problems.filter((problem) => problem.rule === rule);
    expect(found.map((problem) => problem.featureNo)).toContain(feature);
    // Nothing else may be said of the layer, but for what the change brings with it.
    expect(
      [...new Set(problems.map((problem) => problem.rule))].filter((id) => id !== rule && !also.includes(id)),
    ).toEqual([]);
    for (const problem of found) {
      expect(problem.severity).toBe(QUALITY_RULES.find(({ id }) => id === rule)!.severity);
      expect(problem.message.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(problem.message.en).not.toMatch(/[\u4e00-\u9fff]{5}/);
      expect(problem.remedy).toBeDefined();
    }
  });

  it('has a planted error for every rule', () => {
    const outerInside = ['geometry.outer-inside-outer'];
    expect(
      QUALITY_RULES.map(({ id }) => id).filter(
        (id) => !PLANTED.some(([rule]) => rule === id) && !outerInside.includes(id),
      ),
    ).toEqual([]);
  });

  it('finds an outer ring inside another of the same feature', () => {
    const parcels = cleanParcels();
    reshape(4, block(60, 60), middle([10, 10], [50, 10], [50, 50]))(parcels);
    const input = inputOf(parcels);
    const ringRoles = input.layer.ringRoles.map(() => 0);
    const { problems } = assess({ ...input, layer: { ...input.layer, ringRoles } });
    expect(problems.map(({ rule, featureNo }) => [rule, featureNo])).toContainEqual(['geometry.outer-inside-outer', 4]);
  });

  it('says where: overlaps, gaps and areas outside carry a point in the file’s own coordinates', () => {
    const parcels = cleanParcels();
    reshape(4, middle([0, 0], [62, 0], [62, 60], [0, 60]))(parcels);
    const [x, y] = assess(inputOf(parcels)).problems[0]!.at!;
    expect(x).toBeGreaterThan(EAST + 120);
    expect(x).toBeLessThan(EAST + 122);
    expect(y).toBeGreaterThan(NORTH + 60);
    expect(y).toBeLessThan(NORTH + 120);
  });

  it('does not pass what it cannot check', () => {
    const parcels = cleanParcels();
    for (const { attributes } of parcels) for (const field of ['GDPDJB', 'BSM']) delete attributes[field];
    const report = assess({ layer: layerOf(parcels) });
    const states = new Map(
      report.rules.map(({ rule, state, missing }) => [rule, { state, missing: missing.map(({ en }) => en) }]),
    );
    expect(states.get('attribute.slope-level')).toEqual({ state: 'notChecked', missing: ['field GDPDJB is missing'] });
    expect(states.get('attribute.identifier-duplicate')?.state).toBe('notChecked');
    expect(states.get('attribute.village-county')).toEqual({ state: 'notChecked', missing: ['county code not given'] });
    expect(states.get('topology.outside-boundary')).toEqual({ state: 'notChecked', missing: ['boundary not given'] });
    expect(report.problems.map(({ rule, field }) => [rule, field])).toEqual([
      ['schema.missing-field', 'BSM'],
      ['schema.missing-field', 'GDPDJB'],
    ]);
  });

  it('asks layers that are no survey parcels for sound shapes only', () => {
    const report = assess({
      layer: layerOf([
        { rings: [block(0, 0)], attributes: { name: 'A' } },
        { rings: [block(10, 0)], attributes: { name: 'B' } },
      ]),
    });
    expect(report.problems.map(({ rule, featureNo }) => [rule, featureNo])).toEqual([
      ['topology.overlap', 0],
      ['topology.overlap', 1],
    ]);
    expect(report.rules.find(({ rule }) => rule === 'attribute.class-unknown')?.state).toBe('doesNotApply');
  });

  it('counts all problems and keeps the first', () => {
    const parcels = cleanParcels();
    for (const { attributes } of parcels) attributes['QSXZ'] = '';
    const report = assess(inputOf(parcels), { keepPerRule: 4 });
    expect(report.rules.find(({ rule }) => rule === 'attribute.ownership')).toMatchObject({ count: 9, kept: 4 });
    expect(report.problems).toHaveLength(4);
    expect(report.errors).toBe(9);
  });

  it('reports the same bytes twice, progress that rises, and stops when asked', () => {
    const parcels = cleanParcels();
    set(4, { DLMC: '竹林地' })(parcels);
    const fractions: number[] = [];
    const first = assess(inputOf(parcels), { onProgress: (fraction) => fractions.push(fraction) });
    expect(JSON.stringify(assess(inputOf(parcels)))).toBe(JSON.stringify(first));
    expect(fractions.at(-1)).toBe(1);
    let asked = 0;
    const stopped = assess(inputOf(parcels), { isCancelled: () => ++asked > 8 });
    expect(stopped.cancelled).toBe(true);
    expect(stopped.rules.length).toBeLessThan(first.rules.length);
  });
});

describe('the rules', () => {
  it('have ids of their own, both languages, and name the fields they read', () => {
    const ids = QUALITY_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, citation } of QUALITY_RULES) {
      expect(id).toMatch(/^(schema|attribute|geometry|topology|area)\.[a-z-]+$/);
      for (const text of [title, citation]) {
        expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
        expect(text.en).toMatch(/[a-z]/);
      }
    }
    const read = new Set(QUALITY_RULES.flatMap(({ fields }) => fields));
    expect([...read].filter((field) => !CHECKED_FIELDS.includes(field))).toEqual([]);
    expect(CHECKED_FIELDS.filter((field) => !read.has(field))).toEqual([]);
  });
});

import { crookedRings, HOSTILE_TEXTS, roundRing, text, type Seed } from '../bytes.ts';
import { forgeZip, plainEntries, zipSeeds } from '../zip-forge.ts';
import { pairs } from './flatgeobuf.seeds.ts';

const EAST = 40_500_000;
const NORTH = 2_500_000;
type Properties = Readonly<Record<string, unknown>>;

const rectangle = (west: number, south: number, east: number, north: number): number[][] => [
  [EAST + west, NORTH + south],
  [EAST + east, NORTH + south],
  [EAST + east, NORTH + north],
  [EAST + west, NORTH + north],
  [EAST + west, NORTH + south],
];
const feature = (ring: number[][], properties: Properties): object => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Polygon', coordinates: [ring] },
});
const layer = (...features: readonly object[]): string =>
  JSON.stringify({
    type: 'FeatureCollection',
    crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4528' } },
    features,
  });

const PROJECT: Properties = {
  name: '算例项目',
  type: 'comprehensive',
  divisionCode: '450701001',
  contents: 'village,farmland',
  countyConstructionBeforeM2: 1_000_000,
  countyConstructionAfterM2: 990_000,
};
const PLOT: Properties = {
  plotId: 'P1',
  family: 'farmland',
  kind: 'new',
  classAfter: '0103',
  gradeAfter: 9,
  terraceAfter: '',
  illegalOccupation: 0,
  subProject: '甲',
};
const CHANGE: Properties = { plotId: 'B1', direction: 'out', class: '0103', grade: 9 };
const BOUNDARY = rectangle(50, 0, 300, 200);
const project = (properties: Properties = PROJECT, ring = BOUNDARY): string => layer(feature(ring, properties));
const plots = (...changes: readonly Properties[]): string =>
  layer(
    ...changes.map((change, i) =>
      feature(rectangle(60 + 20 * i, 10, 75 + 20 * i, 100), { ...PLOT, plotId: `P${i + 1}`, ...change }),
    ),
  );

const GOOD: Readonly<Record<string, string>> = {
  'project.geojson': project(),
  'plots.geojson': plots({}, { kind: 'reclaimed' }),
  'basicFarmlandChange.geojson': layer(feature(rectangle(60, 10, 75, 100), CHANGE)),
  'alternatives.geojson': layer(feature(rectangle(100, 110, 140, 150), { name: '方案二' })),
};
const packed = (parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array =>
  forgeZip(
    plainEntries(
      Object.fromEntries(
        Object.entries(parts).map(([name, part]) => [name, typeof part === 'string' ? text(part) : part]),
      ),
    ),
  );

const ODD_VALUES: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1e308,
  true,
  [],
  {},
  ['x'],
  '一',
  'x'.repeat(10_000),
  '=1+1',
  2 ** 53,
  0.1,
  '2024-13-45',
];

export function planSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const add = (name: string, parts: () => Readonly<Record<string, string | Uint8Array>>, heavy?: boolean): void => {
    seeds.push({ name, file: 'plan.zip', bytes: () => packed(parts()), ...(heavy === true ? { heavy } : {}) });
  };
  add('a whole plan', () => GOOD);
  add('a boundary alone', () => ({ 'project.geojson': project() }));
  add('plots alone', () => ({ 'project.geojson': project(), 'plots.geojson': GOOD['plots.geojson']! }));
  add('ten plots', () => ({ ...GOOD, 'plots.geojson': plots(...Array.from({ length: 10 }, () => ({}))) }));
  add('changes alone', () => ({
    'project.geojson': project(),
    'basicFarmlandChange.geojson': GOOD['basicFarmlandChange.geojson']!,
  }));
  add('a boundary under another name', () => ({ '边界.geojson': project() }));
  add('no boundary', () => ({ 'plots.geojson': GOOD['plots.geojson']! }));
  add('names in capitals', () =>
    Object.fromEntries(Object.entries(GOOD).map(([name, part]) => [name.toUpperCase(), part])),
  );
  add('a layer twice', () => ({ ...GOOD, '成果/project.geojson': project() }));
  add('a layer nobody knows', () => ({ ...GOOD, 'other.geojson': project() }));
  add('a layer in another format', () => ({ ...GOOD, 'plots.geojson': new Uint8Array(50), 'plots.csv': 'X,Y\n1,2\n' }));
  for (const name of Object.keys(GOOD)) {
    add(`${name} missing`, () => Object.fromEntries(Object.entries(GOOD).filter(([one]) => one !== name)));
    for (const [what, part] of [
      ['empty', ''],
      ['no JSON', 'hello'],
      ['no features', layer()],
      ['a null geometry', layer({ type: 'Feature', properties: PLOT, geometry: null })],
      ['points', layer({ type: 'Feature', properties: PLOT, geometry: { type: 'Point', coordinates: [EAST, NORTH] } })],
      ['halved', GOOD[name]!.slice(0, GOOD[name]!.length >> 1)],
      ['deep', '['.repeat(50_000)],
      ['in another CRS', GOOD[name]!.replace('4528', '4525')],
      ['in Web Mercator', GOOD[name]!.replace('4528', '3857')],
      ['in degrees', GOOD[name]!.replace('4528', '4490')],
      ['UTF-16', '\ufeff'],
      ['features of nulls', layer(null as never)],
    ] as const)
      add(`${name}: ${what}`, () => ({ ...GOOD, [name]: part }));
    for (const [what, ring] of crookedRings(EAST + 60, NORTH + 10))
      add(`${name}: ${what}`, () => ({
        ...GOOD,
        [name]: layer(
          feature(pairs(ring), name.startsWith('project') ? PROJECT : name.startsWith('plots') ? PLOT : CHANGE),
        ),
      }));
  }
  for (const key of Object.keys(PROJECT))
    for (const value of ODD_VALUES.slice(0, 8))
      add(`project: ${key} is ${JSON.stringify(value).slice(0, 30)}`, () => ({
        ...GOOD,
        'project.geojson': project({ ...PROJECT, [key]: value }),
      }));
  for (const key of Object.keys(PLOT))
    for (const value of ODD_VALUES)
      add(`plots: ${key} is ${JSON.stringify(value).slice(0, 30)}`, () => ({
        ...GOOD,
        'plots.geojson': plots({ [key]: value }, {}),
      }));
  HOSTILE_TEXTS.forEach((value, i) => {
    add(`hostile text ${i + 1}`, () => ({
      ...GOOD,
      'project.geojson': project({ ...PROJECT, name: value, [value]: value }),
      'plots.geojson': plots({ plotId: value, subProject: value }),
    }));
  });
  add('plots outside the project', () => ({
    ...GOOD,
    'plots.geojson': layer(feature(rectangle(5_000, 0, 5_100, 100), PLOT)),
  }));
  add('plots over each other', () => ({
    ...GOOD,
    'plots.geojson': layer(feature(rectangle(60, 10, 90, 40), PLOT), feature(rectangle(70, 20, 99, 50), PLOT)),
  }));
  add('two projects', () => ({
    ...GOOD,
    'project.geojson': layer(feature(BOUNDARY, PROJECT), feature(BOUNDARY, PROJECT)),
  }));
  add(
    'three thousand plots',
    () => ({ ...GOOD, 'plots.geojson': plots(...Array.from({ length: 3_000 }, () => ({}))) }),
    true,
  );
  add(
    'a boundary of a million points',
    () => ({ 'project.geojson': project(PROJECT, pairs(roundRing(EAST + 5_000, NORTH + 5_000, 5_000, 1_000_000))) }),
    true,
  );
  seeds.push({ name: 'a bare GeoJSON', file: 'plan.geojson', bytes: () => text(project()) });
  const inner = Object.fromEntries(Object.entries(GOOD).map(([name, part]) => [name, text(part)]));
  return [...seeds, ...zipSeeds(inner, 'plan.zip')];
}

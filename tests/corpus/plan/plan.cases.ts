import { expect } from 'vitest';
import { strToU8, zipSync } from 'fflate';
import { boundaryText } from '../../cli/boundary-text.ts';
import { CORNER_EAST, CORNER_NORTH } from '../../support/rectangles.ts';
import {
  BOUNDARY,
  CHANGE,
  feature,
  file,
  geojson,
  PLACE,
  planOf,
  plots,
  PLOT,
  project,
  PROJECT,
  rectangle,
  zip,
  type PlanCase,
} from './plan-kit.ts';

const changes = (...features: object[]): Promise<string> =>
  zip({ 'project.geojson': project(), 'basicFarmlandChange.geojson': geojson(features) });
const without = (properties: Readonly<Record<string, unknown>>, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

export const PLAN_CASES: readonly PlanCase[] = [
  // Layers that are missing, empty, of another kind or under another name.
  { name: 'nothing wrong', make: () => planOf(plots({})), expect: {} },
  {
    name: 'two layers, none of them the project',
    make: () => zip({ 'plots.geojson': plots({}), 'roads.geojson': geojson([feature(PLACE, { n: 1 })]) }),
    expect: { refused: ['INTAKE_SEVERAL_LAYERS'] },
  },
  {
    name: 'no plots at all',
    make: () => zip({ 'project.geojson': project() }),
    expect: { check: ({ plan, bare }) => expect([plan.plots, bare]).toEqual([null, false]) },
  },
  {
    name: 'project layer empty',
    make: () => zip({ 'project.geojson': geojson([]), 'plots.geojson': plots({}) }),
    expect: { refused: ['PLAN_WITHOUT_BOUNDARY'] },
  },
  {
    name: 'project feature without geometry',
    make: () => zip({ 'project.geojson': geojson([feature(null, PROJECT)]), 'plots.geojson': plots({}) }),
    expect: { refused: ['PLAN_WITHOUT_BOUNDARY'] },
  },
  { name: 'plots layer empty', make: () => planOf(geojson([])), expect: {} },
  {
    name: 'project drawn as a line',
    make: () =>
      zip({ 'project.geojson': geojson([feature(BOUNDARY, PROJECT, 'LineString')]), 'plots.geojson': plots({}) }),
    expect: { refused: ['PLAN_WITHOUT_BOUNDARY'] },
  },
  {
    name: 'plots drawn as lines',
    make: () => planOf(geojson([feature(PLACE, PLOT, 'LineString')])),
    expect: { says: ['geometry.missing plots.geometry', 'geometry.not-polygon'] },
  },
  {
    name: 'alternatives drawn as lines',
    make: () => planOf(plots({}), { 'alternatives.geojson': geojson([feature(PLACE, { name: '一' }, 'LineString')]) }),
    expect: { says: ['geometry.not-polygon'] },
  },
  {
    name: 'Chinese names of layers, in a folder',
    make: () => zip({ '方案/项目区.geojson': project(), '方案/地块.geojson': plots({}) }),
    expect: { check: ({ plan }) => expect(plan.plots?.attributes).toHaveLength(1) },
  },
  {
    name: 'names of layers in capitals',
    make: () => zip({ 'PROJECT.GEOJSON': project(), 'Plots.geojson': plots({}) }),
    expect: { check: ({ plan }) => expect(plan.plots?.attributes).toHaveLength(1) },
  },
  {
    name: 'rubbish of a Macintosh in the zip',
    make: () => planOf(plots({}), { '__MACOSX/._project.geojson': '\u0000\u0005\u0016\u0007', '.DS_Store': 'Bud1' }),
    expect: { check: ({ plan }) => expect(plan.plots?.attributes).toHaveLength(1) },
  },
  {
    name: 'plots that are no JSON',
    make: () => planOf('{"type":"FeatureCollection","features":['),
    expect: { refused: ['INTAKE_TRUNCATED'] },
  },
  { name: 'an empty zip', make: () => file('plan.zip', zipSync({})), expect: { refused: ['INTAKE_ZIP_EMPTY'] } },
  {
    name: 'a spreadsheet by the name of a zip',
    make: () => file('plan.zip', strToU8('no zip at all')),
    expect: { refused: ['INTAKE_NOT_A_ZIP'] },
  },

  // Bare boundaries.
  {
    name: 'bare boundary TXT',
    make: () =>
      file(
        'boundary.txt',
        boundaryText(
          [{ number: '1', name: '项目', ring: BOUNDARY.map(([x, y]) => [CORNER_NORTH + y, CORNER_EAST + x]) }],
          { zone: 40 },
        ),
      ),
    expect: { check: ({ plan, bare }) => expect([bare, plan.name, plan.plots]).toEqual([true, '项目', null]) },
  },
  {
    name: 'bare boundary without a CRS, eastings without zone',
    make: () =>
      file(
        'boundary.geojson',
        geojson(
          [
            {
              type: 'Feature',
              properties: {},
              geometry: {
                type: 'Polygon',
                coordinates: [
                  [
                    [500050, 3353000],
                    [500300, 3353000],
                    [500300, 3353200],
                    [500050, 3353000],
                  ],
                ],
              },
            },
          ],
          null,
        ),
      ),
    expect: { refused: ['INTAKE_CRS_ZONE_NEEDED'] },
  },
  {
    name: 'bare boundary in Xi’an 80',
    make: () => file('boundary.geojson', geojson([feature(BOUNDARY, {})], 2364)),
    expect: { refused: ['INTAKE_DATUM_PARAMETERS_NEEDED'] },
  },

  // The boundary.
  {
    name: 'a boundary that crosses itself',
    make: () =>
      zip({
        'project.geojson': geojson([
          feature(
            [
              [50, 0],
              [300, 200],
              [300, 0],
              [50, 200],
            ],
            PROJECT,
          ),
        ]),
      }),
    expect: { runRefused: ['ANALYSIS_INVALID_RING'] },
  },
  {
    name: 'a project in two parts, the second without attributes',
    make: () =>
      zip({
        'project.geojson': geojson([
          feature(rectangle(50, 0, 100, 200), PROJECT),
          feature(rectangle(150, 0, 300, 200), {}),
        ]),
      }),
    expect: { check: ({ plan }) => expect(plan.name).toBe('算例项目') },
  },
  {
    name: 'two parts of a project on one another',
    make: () =>
      zip({
        'project.geojson': geojson([
          feature(rectangle(50, 0, 200, 200), PROJECT),
          feature(rectangle(150, 0, 300, 200), {}),
        ]),
      }),
    expect: { runRefused: ['ANALYSIS_PROJECT_OVERLAP'] },
  },
  {
    name: 'a project elsewhere',
    make: () => zip({ 'project.geojson': geojson([feature(rectangle(5000, 0, 5200, 200), PROJECT)]) }),
    expect: { runRefused: ['ANALYSIS_NO_PARCELS'] },
  },
  {
    name: 'a project that reaches beyond the parcels',
    make: () => zip({ 'project.geojson': geojson([feature(rectangle(50, 0, 400, 200), PROJECT)]) }),
    expect: { runSays: ['analysis.project-coverage'] },
  },

  // Attributes of the project.
  {
    name: 'no attributes but the boundary',
    make: () => zip({ 'project.geojson': project({}) }),
    expect: {
      check: ({ plan }) =>
        expect([plan.name, plan.type, plan.contents, plan.countyConstructionBeforeDm2]).toEqual([
          null,
          null,
          null,
          null,
        ]),
    },
  },
  {
    name: 'a type nobody knows',
    make: () => zip({ 'project.geojson': project({ ...PROJECT, type: '土地整理' }) }),
    expect: { says: ['plan.value project.type'], check: ({ plan }) => expect(plan.type).toBeNull() },
  },
  {
    name: 'a division code of seven digits',
    make: () => zip({ 'project.geojson': project({ ...PROJECT, divisionCode: '4507010' }) }),
    expect: {
      says: ['plan.division-code project.divisionCode'],
      check: ({ plan }) => expect(plan.divisionCode).toBeNull(),
    },
  },
  {
    name: 'construction land with its unit as text, in hectares',
    make: () => zip({ 'project.geojson': project({ ...PROJECT, countyConstructionBeforeM2: '100公顷' }) }),
    expect: {
      says: ['plan.value project.countyConstructionBeforeM2'],
      check: ({ plan }) => expect(plan.countyConstructionBeforeDm2).toBeNull(),
    },
  },
  {
    name: 'construction land below nothing',
    make: () => zip({ 'project.geojson': project({ ...PROJECT, countyConstructionAfterM2: -1 }) }),
    expect: { says: ['plan.value project.countyConstructionAfterM2'] },
  },
  {
    name: 'construction land as text, full-width digits',
    make: () => zip({ 'project.geojson': project({ ...PROJECT, countyConstructionBeforeM2: '１０００' }) }),
    expect: { check: ({ plan }) => expect(plan.countyConstructionBeforeDm2).toBe(100_000) },
  },
  {
    name: 'contents in Chinese, by Chinese commas',
    make: () => zip({ 'project.geojson': project({ ...PROJECT, contents: '村庄整治、农用地整治；水利' }) }),
    expect: { check: ({ plan }) => expect(plan.contents).toEqual(['village', 'farmland', '水利']) },
  },

  // Attributes of plots.
  {
    name: 'Chinese names of fields and Chinese words',
    make: () =>
      planOf(
        geojson([
          feature(PLACE, {
            地块编号: 'P1',
            子项目大类: '农用地整治',
            地块性质: '新增耕地',
            整治后地类: '0103',
            整治后等别: '9',
            违法占用: '否',
          }),
        ]),
      ),
    expect: {
      check: ({ plan }) =>
        expect(plan.plots?.attributes[0]).toMatchObject({
          plotId: 'P1',
          family: 'farmland',
          kind: 'new',
          classAfter: '0103',
          gradeAfter: 9,
          illegalOccupation: false,
        }),
    },
  },
  {
    name: 'one plotId twice',
    make: () => planOf(plots({}, { plotId: 'P1' })),
    expect: { says: ['plan.plot-id plots.plotId'], runRefused: ['ANALYSIS_DUPLICATE_PLOT'] },
  },
  {
    name: 'plots without the field plotId',
    make: () => planOf(geojson([feature(PLACE, without(PLOT, 'plotId'))])),
    expect: {
      says: ['plan.plot-id plots.plotId'],
      check: ({ plan }) => expect(plan.plots?.attributes[0]?.plotId).toBe('#0'),
    },
  },
  {
    name: 'a kind nobody knows',
    make: () => planOf(plots({ kind: '其他' })),
    expect: { says: ['plan.value plots.kind'] },
  },
  {
    name: 'a family nobody knows',
    make: () => planOf(plots({ family: 'roads' })),
    expect: { says: ['plan.value plots.family'] },
  },
  {
    name: 'a class nobody knows',
    make: () => planOf(plots({ classAfter: '9999' })),
    expect: { says: ['plan.class plots.classAfter'] },
  },
  {
    name: 'a class of the second survey',
    make: () => planOf(plots({ classAfter: '013' })),
    expect: {
      says: ['plan.class plots.classAfter'],
      check: ({ plan }) => expect(plan.plots?.attributes[0]?.classAfter).toBe('0103'),
    },
  },
  {
    name: 'a number that is 0103 without its zero, or 103 of the second survey',
    make: () => planOf(plots({ classAfter: 103 })),
    expect: {
      says: ['plan.class plots.classAfter'],
      check: ({ plan }) => expect(plan.plots?.attributes[0]?.classAfter).toBeNull(),
    },
  },
  {
    name: 'grade 16',
    make: () => planOf(plots({ gradeAfter: 16 })),
    expect: {
      says: ['plan.grade plots.gradeAfter'],
      check: ({ plan }) => expect(plan.plots?.attributes[0]?.gradeAfter).toBeNull(),
    },
  },
  {
    name: 'grade 0 for none',
    make: () => planOf(plots({ gradeAfter: 0 })),
    expect: { check: ({ plan }) => expect(plan.plots?.attributes[0]?.gradeAfter).toBeNull() },
  },
  {
    name: 'grade 6.5',
    make: () => planOf(plots({ gradeAfter: 6.5 })),
    expect: { says: ['plan.value plots.gradeAfter'] },
  },
  {
    name: 'grade as text',
    make: () => planOf(plots({ gradeAfter: ' 9 ' })),
    expect: { check: ({ plan }) => expect(plan.plots?.attributes[0]?.gradeAfter).toBe(9) },
  },
  {
    name: 'a terrace nobody knows',
    make: () => planOf(plots({ terraceAfter: 'FD' })),
    expect: { says: ['plan.value plots.terraceAfter'] },
  },
  {
    name: 'illegal occupation: perhaps',
    make: () => planOf(plots({ illegalOccupation: 2 })),
    expect: {
      says: ['plan.value plots.illegalOccupation'],
      check: ({ plan }) => expect(plan.plots?.attributes[0]?.illegalOccupation).toBeNull(),
    },
  },

  // Shapes of plots.
  {
    name: 'a plot without geometry',
    make: () => planOf(geojson([feature(PLACE, PLOT), feature(null, { ...PLOT, plotId: 'P2' })])),
    expect: { says: ['geometry.missing', 'geometry.missing plots.geometry'] },
  },
  {
    name: 'plots on one another',
    make: () =>
      planOf(geojson([feature(PLACE, PLOT), feature(rectangle(240, 0, 290, 100), { ...PLOT, plotId: 'P2' })])),
    expect: { runRefused: ['ANALYSIS_PLOTS_OVERLAP'] },
  },
  {
    name: 'a plot that crosses itself',
    make: () =>
      planOf(
        geojson([
          feature(
            [
              [200, 0],
              [250, 100],
              [250, 0],
              [200, 100],
            ],
            PLOT,
          ),
        ]),
      ),
    expect: { runRefused: ['ANALYSIS_INVALID_RING'] },
  },
  {
    name: 'a plot outside the project',
    make: () => planOf(geojson([feature(rectangle(0, 0, 40, 100), PLOT)])),
    expect: { outsideDm2: 400_000 },
  },
  {
    name: 'a plot half outside the project',
    make: () => planOf(geojson([feature(rectangle(20, 0, 80, 100), PLOT)])),
    expect: { outsideDm2: 300_000 },
  },
  {
    name: 'plots in the zone without its number, the project with it',
    make: () =>
      planOf(
        geojson(
          [
            {
              type: 'Feature',
              properties: PLOT,
              geometry: {
                type: 'Polygon',
                coordinates: [
                  [
                    [500200, 3353000],
                    [500250, 3353000],
                    [500250, 3353100],
                    [500200, 3353100],
                    [500200, 3353000],
                  ],
                ],
              },
            },
          ],
          4549,
        ),
      ),
    expect: { check: ({ plan }) => expect([plan.boundary.epsg, plan.plots?.layer.epsg]).toEqual([4528, 4549]) },
  },
  {
    name: 'plots in Web Mercator',
    make: () => planOf(geojson([feature(PLACE, PLOT)], 3857)),
    expect: { refused: ['INTAKE_CRS_WEB_MERCATOR'] },
  },

  // Changes of basic farmland.
  {
    name: 'a change in a direction nobody knows',
    make: () => changes(feature(PLACE, { ...CHANGE, direction: '不变' })),
    expect: { says: ['plan.value basicFarmlandChange.direction'] },
  },
  {
    name: 'a change by Chinese words',
    make: () => changes(feature(PLACE, { 地块编号: 'B1', 调整方向: '补划', 地类: '0101', 等别: 6 })),
    expect: {
      check: ({ plan }) =>
        expect(plan.basicFarmlandChange?.attributes[0]).toEqual({
          plotId: 'B1',
          direction: 'in',
          classCode: '0101',
          grade: 6,
        }),
    },
  },
  {
    name: 'a change twice',
    make: () => changes(feature(PLACE, CHANGE), feature(rectangle(260, 0, 280, 100), CHANGE)),
    expect: { says: ['plan.plot-id basicFarmlandChange.plotId'] },
  },
];

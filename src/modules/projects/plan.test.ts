import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttributeValue, PolygonLayer } from '../../kernel/index.ts';
import { PLAN_FIELDS, PLAN_LAYERS, planJsonSchema } from './plan-fields.ts';
import { readPlan, type ReadPlan } from './plan.reader.ts';
import { writePlan, writePlanTemplate } from './plan-template.writer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tianchou-plan-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const EAST = 36_560_000;
const NORTH = 2_428_000;
function squares(columns: Record<string, AttributeValue[]>, size: number, epsg = 4524): PolygonLayer {
  const count = Object.values(columns)[0]!.length;
  const coords: number[] = [];
  for (let i = 0; i < count; i++) {
    const x = EAST + 200 * i + (epsg === 4545 ? -36_000_000 : 0);
    coords.push(x, NORTH, x + size, NORTH, x + size, NORTH + size, x, NORTH + size);
  }
  const steps = (step: number): Uint32Array => Uint32Array.from({ length: count + 1 }, (_, i) => i * step);
  return {
    epsg,
    featureNos: steps(1).subarray(0, count),
    coords: Float64Array.from(coords),
    ringStarts: steps(4),
    ringRoles: new Uint8Array(count),
    featureRings: steps(1),
    columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
  };
}
const PROJECT = {
  name: ['示范项目'],
  type: ['comprehensive'],
  divisionCode: ['450702'],
  contents: ['village,farmland,culture'],
  countyConstructionBeforeM2: [1234567.89],
  countyConstructionAfterM2: [1234000],
};
const PLOTS = {
  plotId: ['P1', 'P2', 'P3'],
  family: ['farmland', 'construction', 'ecology'],
  subProjectType: ['垦造水田', '农村宅基地复垦', null],
  kind: ['new', 'clear', 'none'],
  classAfter: ['0101', '0103', null],
  gradeAfter: [6, 9, null],
  terraceAfter: ['', 'TT', null],
  illegalOccupation: [0, 1, null],
  subProject: ['甲', '乙', null],
};
const CHANGE = { plotId: ['B1', 'B2'], direction: ['out', 'in'], class: ['0103', '0101'], grade: [9, 6] };

async function read(path: string, options = {}): Promise<ReadPlan> {
  const result = await readPlan(path, options);
  if (!result.ok) throw new Error(result.error.map((refusal) => `${refusal.code} ${refusal.message.en}`).join());
  return result.value;
}
const rulesOf = (plan: ReadPlan): string[] =>
  plan.problems
    .filter((found) => found.severity !== 'note')
    .map((found) => `${found.rule} ${found.featureNo} ${found.field}`);

describe('plan', () => {
  it('reads every field of a GeoPackage, each layer in its own CRS', async () => {
    const path = join(folder, 'plan.gpkg');
    await writePlan(path, {
      project: squares(PROJECT, 1000),
      plots: squares(PLOTS, 100, 4545),
      basicFarmlandChange: squares(CHANGE, 100),
      alternatives: squares({ name: ['一', '二'] }, 50),
    });
    const found = await read(path);
    expect(rulesOf(found)).toEqual([]);
    expect(found.bare).toBe(false);
    expect(found.plan).toMatchObject({
      name: '示范项目',
      type: 'comprehensive',
      divisionCode: '450702',
      contents: ['village', 'farmland', 'culture'],
      countyConstructionBeforeDm2: 123456789,
      countyConstructionAfterDm2: 123400000,
      alternatives: 2,
    });
    expect(found.plan.boundary.epsg).toBe(4524);
    expect(found.plan.plots!.layer.epsg).toBe(4545);
    expect(found.plan.plots!.attributes).toEqual([
      {
        plotId: 'P1',
        family: 'farmland',
        subProjectType: '垦造水田',
        kind: 'new',
        classAfter: '0101',
        gradeAfter: 6,
        terraceAfter: '',
        illegalOccupation: false,
        subProject: '甲',
      },
      {
        plotId: 'P2',
        family: 'construction',
        subProjectType: '农村宅基地复垦',
        kind: 'clear',
        classAfter: '0103',
        gradeAfter: 9,
        terraceAfter: 'TT',
        illegalOccupation: true,
        subProject: '乙',
      },
      {
        plotId: 'P3',
        family: 'ecology',
        subProjectType: null,
        kind: 'none',
        classAfter: null,
        gradeAfter: null,
        terraceAfter: null,
        illegalOccupation: null,
        subProject: null,
      },
    ]);
    expect(found.plan.basicFarmlandChange!.attributes).toEqual([
      { plotId: 'B1', direction: 'out', classCode: '0103', grade: 9 },
      { plotId: 'B2', direction: 'in', classCode: '0101', grade: 6 },
    ]);
  });

  it('tells a layer that is absent from one without features', async () => {
    const path = join(folder, 'short.gpkg');
    await writePlan(path, { project: squares({ name: ['仅边界'] }, 1000) });
    const found = await read(path);
    expect(found.plan).toMatchObject({
      name: '仅边界',
      type: null,
      divisionCode: null,
      contents: null,
      countyConstructionBeforeDm2: null,
      plots: null,
      basicFarmlandChange: null,
      alternatives: null,
    });
    const empty = join(folder, 'empty-plots.gpkg');
    await writePlan(empty, {
      project: squares(PROJECT, 1000),
      plots: {
        ...squares({ plotId: ['x'] }, 1),
        featureNos: new Uint32Array(),
        coords: new Float64Array(),
        ringStarts: new Uint32Array(1),
        ringRoles: new Uint8Array(),
        featureRings: new Uint32Array(1),
        columns: [],
      },
    });
    expect((await read(empty)).plan.plots!.attributes).toEqual([]);
  });

  it('says what it does not understand and never puts a default in its place', async () => {
    const path = join(folder, 'odd.gpkg');
    await writePlan(path, {
      project: squares({ ...PROJECT, type: ['大整治'], divisionCode: ['4507'], countyConstructionAfterM2: [-5] }, 1000),
      plots: squares(
        {
          ...PLOTS,
          plotId: ['P1', 'P1', null],
          kind: ['拆旧', '新增耕地', '未定'],
          classAfter: ['011', '9999', ''],
          gradeAfter: [16, 7, 2.5],
          illegalOccupation: ['是', '否', '不详'],
          terraceAfter: ['梯田', 'XX', ''],
        },
        100,
      ),
    });
    const found = await read(path);
    expect(found.plan).toMatchObject({ type: null, divisionCode: null, countyConstructionAfterDm2: null });
    expect(
      found.plan.plots!.attributes.map((plot) => [
        plot.plotId,
        plot.kind,
        plot.classAfter,
        plot.gradeAfter,
        plot.illegalOccupation,
        plot.terraceAfter,
      ]),
    ).toEqual([
      ['P1', 'clear', '0101', null, true, 'TT'],
      ['P1', 'new', null, 7, false, null],
      ['#2', null, null, null, null, ''],
    ]);
    expect(rulesOf(found)).toEqual([
      'plan.value 0 project.type',
      'plan.value 0 project.countyConstructionAfterM2',
      'plan.division-code 0 project.divisionCode',
      'plan.value 1 plots.terraceAfter',
      'plan.value 2 plots.kind',
      'plan.value 2 plots.gradeAfter',
      'plan.value 2 plots.illegalOccupation',
      'plan.class 0 plots.classAfter',
      'plan.grade 0 plots.gradeAfter',
      'plan.class 1 plots.classAfter',
      'plan.plot-id 1 plots.plotId',
      'plan.plot-id 2 plots.plotId',
    ]);
  });

  it('reads a zip of GeoJSON, whatever name a file gives itself', async () => {
    const feature = (properties: object, size: number) => ({
      type: 'Feature',
      properties,
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [108.57, 21.93],
            [108.57 + size, 21.93],
            [108.57 + size, 21.93 + size],
            [108.57, 21.93],
          ],
        ],
      },
    });
    const collection = (name: string, ...features: object[]): Uint8Array =>
      strToU8(JSON.stringify({ type: 'FeatureCollection', name, features }));
    const path = join(folder, 'plan.zip');
    await writeFile(
      path,
      zipSync({
        'plan/project.geojson': collection(
          'export_17',
          feature({ NAME: '示范项目', Type: '全域土地综合整治', contents: '村庄整治、农用地整治' }, 0.01),
        ),
        'plan/plots.geojson': collection('plots', feature({ plot_id: 'P1', kind: 'new', class_after: '0101' }, 0.001)),
      }),
    );
    const found = await read(path);
    expect(found.plan).toMatchObject({
      name: '示范项目',
      type: 'comprehensive',
      contents: ['village', 'farmland'],
      basicFarmlandChange: null,
    });
    expect(found.plan.plots!.attributes[0]).toMatchObject({ plotId: 'P1', kind: 'new', classAfter: '0101' });
  });

  it('takes a bare boundary for a plan without plots: TXT, GeoJSON, one layer of a GeoPackage', async () => {
    const txt = join(folder, 'boundary.txt');
    await writeFile(
      txt,
      '[属性描述]\n带号=36\n[地块坐标]\n4,100,1,某项目区,面,,,,@\nJ1,1,2428000,36560000\nJ2,1,2429000,36560000\nJ3,1,2429000,36561000\nJ4,1,2428000,36561000\n',
    );
    expect(await read(txt)).toMatchObject({
      bare: true,
      plan: { name: '某项目区', plots: null, basicFarmlandChange: null, type: null },
    });
    const geojson = join(folder, 'area.geojson');
    await writeFile(
      geojson,
      JSON.stringify({
        type: 'Feature',
        properties: {},
        geometry: {
          type: 'Polygon',
          coordinates: [
            [
              [108.57, 21.93],
              [108.58, 21.93],
              [108.58, 21.94],
              [108.57, 21.93],
            ],
          ],
        },
      }),
    );
    expect(await read(geojson)).toMatchObject({ bare: true, plan: { name: null, plots: null } });
    const shape = join(folder, 'range.zip');
    execFileSync('ogr2ogr', [
      '-f',
      'ESRI Shapefile',
      join(folder, 'range.shp'),
      geojson,
      '-lco',
      'ENCODING=UTF-8',
      '-nln',
      'range',
      '-a_srs',
      'EPSG:4490',
    ]);
    const parts = await Promise.all(
      ['shp', 'shx', 'dbf', 'prj'].map(
        async (part) => [`range.${part}`, new Uint8Array(await readFile(join(folder, `range.${part}`)))] as const,
      ),
    );
    await writeFile(shape, zipSync(Object.fromEntries(parts)));
    expect(await read(shape)).toMatchObject({ bare: true, plan: { plots: null } });
  });

  it('refuses a plan without a boundary and files it cannot read', async () => {
    const path = join(folder, 'template.gpkg');
    await writePlanTemplate(path);
    const empty = await readPlan(path);
    expect(empty.ok ? '' : empty.error[0]!.code).toBe('PLAN_WITHOUT_BOUNDARY');
    const broken = join(folder, 'broken.gpkg');
    await writeFile(broken, (await readFile(path)).subarray(0, 5000));
    expect((await readPlan(broken)).ok).toBe(false);
    const missing = await readPlan(join(folder, 'nowhere.gpkg'));
    expect(missing.ok ? '' : missing.error[0]!.code).toBe('INTAKE_NOT_FOUND');
  });

  it('writes a template GDAL reads, with every layer and field', async () => {
    const path = join(folder, 'template2.gpkg');
    await writePlanTemplate(path, 4524);
    const info = execFileSync('ogrinfo', ['-so', '-al', path], { encoding: 'utf8' });
    for (const name of PLAN_LAYERS) {
      expect(info).toContain(`Layer name: ${name}`);
      for (const field of PLAN_FIELDS[name]) expect(info).toContain(`${field.name}: `);
    }
  });
});

describe('packs/plan.schema.json', () => {
  it('is the schema the code follows, and judges records by it', async () => {
    const stored = JSON.parse(await readFile('packs/plan.schema.json', 'utf8')) as object;
    expect(stored).toEqual(planJsonSchema());
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(stored);
    const records = (columns: Record<string, AttributeValue[]>): object[] =>
      Object.values(columns)[0]!.map((_, i) =>
        Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]])),
      );
    expect(validate({ project: records(PROJECT), plots: records(PLOTS), basicFarmlandChange: records(CHANGE) })).toBe(
      true,
    );
    for (const bad of [
      {},
      { project: [] },
      { project: [{ divisionCode: '4507' }] },
      { project: [{}], plots: [{ kind: 'new' }] },
      { project: [{}], plots: [{ plotId: '1', gradeAfter: 16 }] },
      { project: [{}], basicFarmlandChange: [{ plotId: '1', direction: 'sideways' }] },
    ]) {
      expect(validate(bad)).toBe(false);
    }
  });
});

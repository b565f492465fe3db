import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Findings } from '../../src/modules/compliance/index.ts';
import { useProgram } from './program.ts';

interface Table {
  readonly id: string;
  readonly columns: readonly { readonly id: string }[];
  readonly rows: readonly {
    readonly id: string;
    readonly cells: readonly ({
      readonly areaDm2?: number;
      readonly numerator?: number;
      readonly denominator?: number;
    } | null)[];
  }[];
  readonly residualDm2: number | null;
}

interface Balance {
  readonly project: { readonly total: { readonly areaDm2: number }; readonly boundary: { readonly areaDm2: number } };
  readonly run: {
    readonly inputs: readonly { readonly role: string | null; readonly name: string; readonly sha256: string }[];
  };
  readonly tables: readonly Table[];
  readonly figures: readonly { readonly id: string; readonly known: boolean; readonly areaM2?: string }[];
  readonly parcels: { readonly featureNos: readonly number[] };
}

interface Truth {
  readonly parcels: {
    readonly count: number;
    readonly totalDm2: number;
    readonly ridgeDm2: number;
    readonly stateOwnedDm2: number;
    readonly collectiveDm2: number;
    readonly byClass: Readonly<Record<string, { readonly parcels: number; readonly areaDm2: number }>>;
    readonly byVillage: Readonly<Record<string, number>>;
  };
  readonly farmlandGrade: { readonly areaDm2: number; readonly average: number };
  readonly zones: Readonly<Record<'basicFarmlandM2' | 'redLineM2' | 'growthBoundaryM2', number>>;
  readonly project: Readonly<Record<string, number>>;
  readonly plantedErrors: readonly { readonly rule: string; readonly featureNo: number; readonly what: string }[];
}

interface Checked {
  readonly features: number;
  readonly problems: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly feature: number | null;
    readonly id: string | null;
  }[];
}

const ZONES = ['village', 'basicFarmland', 'redLine', 'growthBoundary', 'slope', 'grade'];
const OUTPUTS = ['balance.json', 'balance.xlsx', 'findings.json', 'report.docx'];

/** The generator's own bookkeeping is the oracle: it knows nothing of the engine. */
describe('the demo county from the terminal', () => {
  const program = useProgram();
  const json = <T>(...parts: string[]): T => JSON.parse(readFileSync(program.path(...parts), 'utf8')) as T;
  let truth: Truth;

  const analyse = (folder: string, out: string, project: string, zones: readonly string[], ...more: string[]) =>
    program.call([
      'analyse',
      '--parcels',
      `${folder}/parcels.fgb`,
      '--zones',
      ...zones.map((zone) => `${zone}=${folder}/${zone}.fgb`),
      '--project',
      project,
      '--pack',
      'qinzhou-2020',
      '--out',
      out,
      ...more,
    ]);

  beforeAll(async () => {
    const { code } = await program.call(['demo', '--parcels', '2000', '--out', 'demo']);
    expect(code).toBe(0);
    truth = json<Truth>('demo', 'truth.json');
    const run = await analyse('demo', 'run', 'demo/plan.gpkg', ZONES, '--lang', 'en');
    expect(run.code).toBe(0);
  }, 240_000);

  it('consists of parcels, one file a role, a plan, planted errors and the truth', () => {
    expect(readdirSync(program.path('demo')).toSorted()).toEqual(
      [
        'parcels.fgb',
        'parcels-with-errors.fgb',
        'plan.gpkg',
        'truth.json',
        ...ZONES.map((role) => `${role}.fgb`),
      ].toSorted(),
    );
    expect(truth.plantedErrors.length).toBeGreaterThanOrEqual(10);
  });

  it('check finds no error in it, with villages and boundary looked at too', async () => {
    const { code, out, err } = await program.call([
      'check',
      'demo/parcels.fgb',
      '--villages',
      'demo/village.fgb',
      '--boundary',
      'demo/village.fgb',
      '--json',
    ]);
    expect(err).toBe('');
    const checked = JSON.parse(out) as Checked;
    expect(Object.keys(checked)).toEqual(['features', 'problems']);
    expect(checked.features).toBe(truth.parcels.count);
    expect(checked.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(code).toBe(0);
  });

  it('check finds every planted error at its feature, and nothing at features that are as they were', async () => {
    const { code, out } = await program.call(['check', 'demo/parcels-with-errors.fgb', '--json']);
    expect(code).toBe(1);
    const checked = JSON.parse(out) as Checked;
    expect(Object.keys(checked.problems[0]!)).toEqual([
      'rule',
      'severity',
      'feature',
      'id',
      'message_zh',
      'message_en',
    ]);
    const found = new Set(checked.problems.map(({ rule, feature }) => `${rule} ${feature}`));
    const missed = truth.plantedErrors.filter(({ rule, featureNo }) => !found.has(`${rule} ${featureNo}`));
    expect(missed).toEqual([]);
    // A border moved concerns the neighbours as well; everything else stays with its feature.
    const planted = new Set(truth.plantedErrors.map(({ featureNo }) => featureNo));
    const strays = checked.problems.filter(
      ({ rule, feature }) => !rule.startsWith('topology.') && !planted.has(feature!),
    );
    expect(strays).toEqual([]);
  });

  it('prints the check for people and tells which rules it could not run', async () => {
    const { code, out } = await program.call(['check', 'demo/parcels-with-errors.fgb']);
    expect(code).toBe(1);
    expect(out).toMatch(/2\d{3} features, EPSG:4490, county 990101; \d+ errors/);
    expect(out).toMatch(/not checked:\n(.*\n)*.*topology\.outside-boundary: boundary not given/);
  });

  it('writes the four outputs whole, every table closed', () => {
    expect(readdirSync(program.path('run')).toSorted()).toEqual(OUTPUTS);
    const balance = json<Balance>('run', 'balance.json');
    for (const table of balance.tables) expect([table.id, table.residualDm2 ?? 0]).toEqual([table.id, 0]);
    // The official area of each parcel is rounded to 0.01 m², that of the boundary once.
    const rounding = 0.5 * balance.parcels.featureNos.length;
    expect(Math.abs(balance.project.total.areaDm2 - balance.project.boundary.areaDm2)).toBeLessThanOrEqual(rounding);
  });

  it('meets the figures of the plan within the tolerance the truth states', () => {
    const { figures, tables, parcels } = json<Balance>('run', 'balance.json');
    const figure = (id: string): number => Number(figures.find((one) => one.id === id)!.areaM2);
    // 0.02 m² a parcel cut; a figure over the whole project has at most this many.
    const near = (value: number, expected: number, cut: number): void => {
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(0.02 * cut);
    };
    const { project } = truth;
    near(figure('constructionBefore'), project['constructionBeforeM2']!, 10);
    near(figure('constructionAfter'), project['constructionAfterM2']!, 10);
    near(figure('redLineOverlap'), project['redLineOverlapM2']!, 10);
    near(figure('basicFarmlandBefore'), project['basicFarmlandBeforeM2']!, parcels.featureNos.length);
    near(figure('basicFarmlandOut'), project['basicFarmlandOutM2']!, 10);
    near(figure('basicFarmlandIn'), project['basicFarmlandInM2']!, 10);
    const deductions = tables.find(({ id }) => id === 'deductions')!;
    const total = (column: string): number =>
      deductions.rows.find(({ id }) => id === 'total')!.cells[deductions.columns.findIndex(({ id }) => id === column)]!
        .areaDm2! / 100;
    near(total('before.gross'), project['farmlandBeforeM2']!, 100);
    near(total('after.gross'), project['farmlandAfterM2']!, 100);
    near(json<Balance>('run', 'balance.json').project.boundary.areaDm2 / 100, project['areaM2']!, 10);
  });

  it('has at least one finding of each verdict under qinzhou-2020, each with its clause', () => {
    const findings = json<Findings>('run', 'findings.json');
    for (const verdict of ['pass', 'fail', 'person'] as const)
      expect(findings.counts[verdict]).toBeGreaterThanOrEqual(1);
    for (const { source } of findings.findings) expect(source.clause?.quote ?? source.standard).toBeTruthy();
    expect(findings.findings.find(({ checkId }) => checkId === 'redLine')?.verdict ?? 'fail').toBe('fail');
  });

  it('gives the same bytes of balance.json and findings.json wherever the files lie and whatever the language', async () => {
    renameSync(program.path('demo'), program.path('moved'));
    const again = await analyse('moved', 'again', 'moved/plan.gpkg', ZONES, '--lang', 'zh');
    renameSync(program.path('moved'), program.path('demo'));
    expect(again.code).toBe(0);
    expect(again.out).toContain('需人工判断');
    for (const name of ['balance.json', 'findings.json']) {
      expect(readFileSync(program.path('again', name), 'utf8')).toBe(readFileSync(program.path('run', name), 'utf8'));
    }
  }, 120_000);

  it('adds up exactly to the bookkeeping where the project is the whole county', async () => {
    // The villages as a bare boundary: a plan without plots, in which no parcel is cut.
    const { code, err, out } = await program.call([
      'analyse',
      '--parcels',
      'demo/parcels.fgb',
      '--project',
      'demo/village.fgb',
      '--pack',
      'haining-2021',
      '--out',
      'county',
      '--lang',
      'en',
      '--zones',
      'farmland=demo/basicFarmland.fgb',
      'redline=demo/redLine.fgb',
      'ugb=demo/growthBoundary.fgb',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/needs a person/);
    const balance = json<Balance>('county', 'balance.json');
    expect(balance.run.inputs.map(({ role, name }) => role ?? name)).toEqual([
      'parcels',
      'basicFarmland',
      'redLine',
      'growthBoundary',
      'project',
    ]);
    const table = (id: string): Table => balance.tables.find((one) => one.id === id)!;
    const cell = (id: string, row: string, column: string): number => {
      const { rows, columns } = table(id);
      return rows.find((one) => one.id === row)?.cells[columns.findIndex((one) => one.id === column)]?.areaDm2 ?? 0;
    };
    const { byClass, byVillage, totalDm2, ridgeDm2, stateOwnedDm2, collectiveDm2 } = truth.parcels;
    expect(cell('structure', 'total', 'before')).toBe(totalDm2);
    expect(cell('structure', '1203', 'before')).toBe(ridgeDm2 + (byClass['1203']?.areaDm2 ?? 0));
    for (const [code, { areaDm2 }] of Object.entries(byClass)) {
      // Farmland counts net of its ridges in the structure and gross in the table of deductions.
      if (code.startsWith('01')) expect([code, cell('deductions', code, 'before.gross')]).toEqual([code, areaDm2]);
      else if (code !== '1203') expect([code, cell('structure', code, 'before')]).toEqual([code, areaDm2]);
    }
    expect(cell('deductions', 'total', 'before.ridge')).toBe(ridgeDm2);
    expect(cell('ownership.before', 'total', 'state')).toBe(stateOwnedDm2);
    expect(cell('ownership.before', 'total', 'collective')).toBe(collectiveDm2);
    for (const [village, areaDm2] of Object.entries(byVillage))
      expect([village, cell('ownership.before', village, 'total')]).toEqual([village, areaDm2]);
  }, 120_000);

  it('ends with 0 whatever the findings, and refuses what cannot be computed', async () => {
    const wrong = await program.call([
      'analyse',
      '--parcels',
      'demo/parcels-with-errors.fgb',
      '--project',
      'demo/village.fgb',
      '--pack',
      'qinzhou-2020',
      '--out',
      'none',
    ]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/^ANALYSIS_INVALID_RING layer parcels, feature \d+: /m);
    expect(readdirSync(program.path('none'))).toEqual([]);
    const pack = await program.call([
      'analyse',
      '--parcels',
      'demo/parcels.fgb',
      '--project',
      'demo/plan.gpkg',
      '--pack',
      'nowhere-1999',
      '--out',
      'none',
    ]);
    expect([pack.code, pack.err.split(' ')[0]]).toEqual([2, 'PACK-UNKNOWN']);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { DEMO_ZONE_ROLES, generateDemoCounty } from '../../src/demo/index.ts';
import { joinBatches } from '../../src/kernel/index.ts';
import type { OverlayFacts } from '../../src/modules/analysis/index.ts';
import { DEFAULT_PARAMETERS, analyse } from '../../src/modules/analysis/index.ts';
import type { Balance } from '../../src/modules/balance/index.ts';
import { buildBalance } from '../../src/modules/balance/index.ts';
import { planOfLayers } from '../../src/modules/projects/index.ts';

/** What the generator wrote down of its own project (square metres, from the areas of its cells). */
interface ProjectTruth {
  readonly areaM2: number;
  readonly farmlandBeforeM2: number;
  readonly farmlandAfterM2: number;
  readonly constructionBeforeM2: number;
  readonly constructionAfterM2: number;
  readonly redLineOverlapM2: number;
  readonly basicFarmlandBeforeM2: number;
  readonly basicFarmlandOutM2: number;
  readonly basicFarmlandInM2: number;
  readonly plots: readonly { readonly plotId: string; readonly areaM2: number }[];
}

describe('the demo county: the engine against the generator’s own bookkeeping', () => {
  let facts: OverlayFacts;
  let balance: Balance;
  let truth: ProjectTruth;

  beforeAll(() => {
    const demo = generateDemoCounty({ parcels: 3000, seed: 11 });
    const plan = planOfLayers({ ...demo.plan, alternatives: null });
    if (!plan.ok) throw new Error(JSON.stringify(plan.error));
    const result = analyse({
      parcels: joinBatches([...demo.parcels()], 4490),
      zones: DEMO_ZONE_ROLES.map((role) => ({ role, name: role, layer: joinBatches([...demo.zone(role)], 4490) })),
      plan: plan.value.plan,
      parameters: DEFAULT_PARAMETERS,
      inputs: [],
    });
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    facts = result.value;
    balance = buildBalance(facts);
    truth = (demo.truth as unknown as { project: ProjectTruth }).project;
  });

  /** Every reached parcel is rounded to 0.01 m² once, and the generator rounds once. */
  const tolerance = (): number => facts.parcels.featureNos.length * 0.01;

  const areaOf = (table: string, row: string, column: string): number => {
    const found = balance.tables.find(({ table: { id } }) => id === table)!.table;
    const cell =
      found.cells[found.rows.findIndex(({ id }) => id === row)]![found.columns.findIndex(({ id }) => id === column)];
    if (cell?.kind !== 'area') throw new Error(`${table} ${row} ${column}`);
    return cell.dm2 / 100;
  };
  const figure = (id: string): number => {
    const value = balance.figures[id]!;
    if (!value.known) throw new Error(`${id}: ${value.missing.map(({ en }) => en).join('; ')}`);
    return Number(value.numerator) / Number(value.denominator) / 100;
  };

  it('project, farmland (gross), construction land', () => {
    expect(Math.abs(balance.projectDm2 / 100 - truth.areaM2)).toBeLessThan(tolerance());
    expect(Math.abs(areaOf('deductions', 'total', 'before.gross') - truth.farmlandBeforeM2)).toBeLessThan(tolerance());
    expect(Math.abs(areaOf('deductions', 'total', 'after.gross') - truth.farmlandAfterM2)).toBeLessThan(tolerance());
    expect(Math.abs(figure('constructionBefore') - truth.constructionBeforeM2)).toBeLessThan(tolerance());
    expect(Math.abs(figure('constructionAfter') - truth.constructionAfterM2)).toBeLessThan(tolerance());
  });

  it('red line and basic farmland', () => {
    expect(truth.redLineOverlapM2).toBeGreaterThan(0);
    expect(Math.abs(figure('redLineOverlap') - truth.redLineOverlapM2)).toBeLessThan(tolerance());
    expect(Math.abs(figure('basicFarmlandBefore') - truth.basicFarmlandBeforeM2)).toBeLessThan(tolerance());
    expect(Math.abs(figure('basicFarmlandOut') - truth.basicFarmlandOutM2)).toBeLessThan(tolerance());
    expect(Math.abs(figure('basicFarmlandIn') - truth.basicFarmlandInM2)).toBeLessThan(tolerance());
  });

  it('every plot', () => {
    const areas = new Map(truth.plots.map(({ plotId, areaM2 }) => [plotId, areaM2]));
    for (const { plotId, areaDm2 } of facts.plan.plots!)
      expect(Math.abs(areaDm2 / 100 - areas.get(plotId)!)).toBeLessThan(0.05);
  });

  it('finds nothing wrong with it, and the product layers meet the tabulation', () => {
    expect(facts.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    for (const { productCheckM2 } of facts.crossings) expect(productCheckM2).toBeLessThan(0.0001);
  });
});

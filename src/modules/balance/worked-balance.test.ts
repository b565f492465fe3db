import { describe, expect, it } from 'vitest';
import type { AnalysisInput, OverlayFacts } from '../analysis/index.ts';
import { analyse } from '../analysis/index.ts';
import { change, plot, workedInput } from '../../../tests/support/worked-case.ts';
import { rectangleLayer } from '../../../tests/support/rectangles.ts';
import type { Balance } from './balance.ts';
import { buildBalance } from './balance.ts';
import { balanceText, readBalance } from './balance-json.ts';
import { cellShares, cellsOfParcel } from './cell-parcels.ts';

const HECTARE = 1_000_000;

function factsOf(input: AnalysisInput): OverlayFacts {
  const result = analyse(input);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function balanceOf(input: AnalysisInput): Balance {
  return buildBalance(factsOf(input));
}

function figure(balance: Balance, id: string): number | string {
  const value = balance.figures[id]!;
  return value.known
    ? Number(value.numerator) / Number(value.denominator)
    : `unknown: ${value.missing.map(({ en }) => en).join('; ')}`;
}

function tracedOf(balance: Balance, id: string) {
  const traced = balance.tables.find(({ table }) => table.id === id);
  if (traced === undefined) throw new Error(`no table ${id}`);
  return traced;
}

function hectares(balance: Balance, id: string, row: string, column: string): number {
  const { table } = tracedOf(balance, id);
  const cell =
    table.cells[table.rows.findIndex((r) => r.id === row)]?.[table.columns.findIndex((c) => c.id === column)];
  if (cell?.kind !== 'area') throw new Error(`${id} ${row} ${column} holds ${JSON.stringify(cell)}`);
  return cell.dm2 / HECTARE;
}

describe('worked balance 1 (docs/domain/worked-balance.md): every number by hand', () => {
  const balance = balanceOf(workedInput());

  it('closes every table with residual 0 and keeps the total', () => {
    expect(balance.projectDm2).toBe(5 * HECTARE);
    for (const { table } of balance.tables) expect([table.id, table.residualDm2 ?? 0]).toEqual([table.id, 0]);
    expect(hectares(balance, 'structure', 'total', 'before')).toBe(5);
    expect(hectares(balance, 'structure', 'total', 'after')).toBe(5);
    expect(hectares(balance, 'structure', 'total', 'change')).toBe(0);
  });

  it.each([
    ['0101', 0.5, 1.95],
    ['0103', 1.85, 1.35],
    ['first.01', 2.35, 3.3],
    ['0301', 1, 0.5],
    ['0404', 1, 0.5],
    ['0702', 0.5, 0.5],
    ['1203', 0.15, 0.2],
  ])('table 1: class %s %d ha before, %d ha after', (row, before, after) => {
    expect(hectares(balance, 'structure', row, 'before')).toBe(before);
    expect(hectares(balance, 'structure', row, 'after')).toBe(after);
  });

  it('table 2: villages by ownership', () => {
    expect(hectares(balance, 'ownership.before', '450701001001', 'total')).toBe(2.5);
    expect(hectares(balance, 'ownership.before', '450701001002', 'total')).toBe(2.5);
    expect(hectares(balance, 'ownership.before', '450701001002', 'state')).toBe(1);
    expect(hectares(balance, 'ownership.before', 'total', '01.collective')).toBe(2.35);
    expect(hectares(balance, 'ownership.before', 'township.450701001', '12.collective')).toBe(0.15);
    expect(hectares(balance, 'ownership.after', 'total', '07.state')).toBe(0.5);
  });

  it('table 3: farmland by slope and terrace type', () => {
    expect(hectares(balance, 'slope.before', 'total', 'slope1')).toBe(0.5);
    expect(hectares(balance, 'slope.before', 'total', 'slope2.terraced')).toBe(0.95);
    expect(hectares(balance, 'slope.before', 'total', 'slope3.sloping')).toBe(0.9);
    expect(hectares(balance, 'slope.after', 'total', 'slope1')).toBe(1);
    expect(hectares(balance, 'slope.after', 'total', 'slope3.sloping')).toBe(1.35);
  });

  it('deductions: gross less ridge is net', () => {
    expect(hectares(balance, 'deductions', 'total', 'before.gross')).toBe(2.5);
    expect(hectares(balance, 'deductions', 'total', 'before.ridge')).toBe(0.15);
    expect(hectares(balance, 'deductions', 'total', 'after.gross')).toBe(3.5);
    expect(hectares(balance, 'deductions', 'total', 'after.ridge')).toBe(0.2);
  });

  it.each([
    ['farmlandBefore', 2.35 * HECTARE],
    ['farmlandAfter', 3.3 * HECTARE],
    ['newFarmland', 0.45 * HECTARE],
    ['illegalOccupationReclaimed', 0.5 * HECTARE],
    ['averageGradeBefore', 21.55 / 2.35],
    ['averageGradeAfter', 27.7 / 3.3],
    ['capacityBefore', 24_075],
    ['capacityAfter', 37_650],
    ['constructionBefore', 0.5 * HECTARE],
    ['constructionAfter', 0.5 * HECTARE],
    ['redLineOverlap', 0.125 * HECTARE],
    ['basicFarmlandBefore', 2 * HECTARE],
    ['buildOutsideGrowthBoundary', 0.4 * HECTARE],
    ['buildOnBasicFarmland', 0],
    ['newFarmlandSteep', 0],
    ['largestBlockBefore', 2.35 * HECTARE],
    ['largestBlockAfter', 3.3 * HECTARE],
    ['blocks1000MuAfter', 0],
    ['villages', 2],
    ['townships', 1],
    ['villagesAdjoin', 1],
    ['projectParts', 1],
    ['plots', 4],
    ['plotsIncomplete', 0],
    ['plotsOutsideProject', 0],
    ['contentOther', 1],
    ['contentVillage', 1],
    ['alternatives', 2],
    ['countyConstructionAfter', 99 * HECTARE],
    ['contiguousProject', 0],
    ['basicFarmlandOut', 0.1 * HECTARE],
    ['basicFarmlandIn', 0.2 * HECTARE],
    ['basicFarmlandGradeOut', 10],
    ['basicFarmlandGradeIn', 9],
    ['basicFarmlandMeanPatchIn', 0.2 * HECTARE],
    ['basicFarmlandSmallPatchesOut', 1],
    ['basicFarmlandSmallPatchesIn', 1],
    ['basicFarmlandInFromConsolidation', 0.2 * HECTARE],
    ['basicFarmlandInUnlinked', 0],
    ['basicFarmlandInAlreadyBasic', 0.2 * HECTARE],
    ['basicFarmlandChangePlots', 2],
    ['basicFarmlandChangeIncomplete', 0],
  ])('figure %s is %d', (id, expected) => {
    expect(figure(balance, id)).toBeCloseTo(expected, 9);
  });

  it('names the parcels and plots behind a figure and a cell', () => {
    const red = balance.figures['redLineOverlap']!;
    expect(red.known && [red.parcels, red.plots]).toEqual([[4], ['B1']]);
    const shares = cellShares(tracedOf(balance, 'structure'), '0103', 'change')!;
    expect(shares.map(({ parcel, plot: index, areaDm2 }) => [parcel, index, areaDm2 / HECTARE])).toEqual([
      [2, 0, 0.45],
      [5, 3, -0.95],
    ]);
    expect(cellsOfParcel(tracedOf(balance, 'structure'), 2)).toContainEqual({
      row: '1203',
      column: 'after',
      areaDm2: 0.05 * HECTARE,
    });
    expect(cellShares(tracedOf(balance, 'structure'), '0103', 'nowhere')).toBeUndefined();
  });

  it('table 6: shares and results of the review', () => {
    const { table } = tracedOf(balance, 'basicFarmland.review');
    const cell = (id: string) => table.cells[0]![table.columns.findIndex((column) => column.id === id)];
    expect(cell('addedShare')).toMatchObject({ numerator: 100_000, denominator: 100_000 });
    expect(cell('contiguity')).toMatchObject({ kind: 'ratio', numerator: 100_000, denominator: 100_000 });
    expect(cell('out.share')).toMatchObject({ numerator: 100_000, denominator: 2_000_000 });
    expect(
      ['result1', 'result2', 'result3', 'result4', 'result5'].map((id) => {
        const answer = cell(id);
        return answer?.kind === 'text' ? answer.text.en : null;
      }),
    ).toEqual(['needs a person', 'yes', 'no', 'yes', 'yes']);
  });

  it('balance.json: the same bytes again, and the shares stay queryable', () => {
    const facts = factsOf(workedInput());
    const text = balanceText(facts, buildBalance(facts));
    expect(text).toBe(balanceText(facts, buildBalance(factsOf(workedInput()))));
    const stored = readBalance(text)!;
    const traced = stored.tables.find(({ table }) => table.id === 'structure')!;
    expect(cellShares(traced, 'first.01', 'before')).toEqual(
      cellShares(tracedOf(balance, 'structure'), 'first.01', 'before'),
    );
    expect(stored.figures['averageGradeBefore']).toEqual(balance.figures['averageGradeBefore']);
    expect(readBalance('{"format":"other"}')).toBeUndefined();
  });
});

describe('what nobody has stated cannot be judged', () => {
  const input = workedInput();
  const withPlots = (attributes: ReturnType<typeof plot>[]): AnalysisInput =>
    workedInput({ plan: { plots: { layer: input.plan.plots!.layer, attributes } } });

  it('no plots layer: figures of the plan are unknown, tables show the land as it is', () => {
    const balance = balanceOf(workedInput({ plan: { plots: null } }));
    for (const id of [
      'newFarmland',
      'farmlandAfter',
      'redLineOverlap',
      'averageGradeAfter',
      'largestBlockAfter',
      'plots',
    ]) {
      expect([id, figure(balance, id)]).toEqual([id, expect.stringContaining('plots')]);
    }
    expect(figure(balance, 'farmlandBefore')).toBe(2.35 * HECTARE);
    expect(hectares(balance, 'structure', 'first.01', 'after')).toBe(2.35);
  });

  it('an empty plots layer is a plan without plots', () => {
    const balance = balanceOf(workedInput({ plan: { plots: { layer: rectangleLayer([]), attributes: [] } } }));
    expect(figure(balance, 'newFarmland')).toBe(0);
    expect(figure(balance, 'farmlandAfter')).toBe(2.35 * HECTARE);
  });

  it('a new plot that does not say whether the land was illegally occupied', () => {
    const [n1, ...rest] = input.plan.plots!.attributes;
    expect(figure(balanceOf(withPlots([{ ...n1!, illegalOccupation: null }, ...rest])), 'newFarmland')).toContain(
      'illegalOccupation: N1',
    );
  });

  it('a plot without class after leaves farmland after unknown and stands in a row of its own', () => {
    const [n1, ...rest] = input.plan.plots!.attributes;
    const balance = balanceOf(withPlots([{ ...n1!, classAfter: null }, ...rest]));
    expect(figure(balance, 'farmlandAfter')).toContain('classAfter: N1');
    expect(figure(balance, 'constructionAfter')).toContain('classAfter');
    expect(hectares(balance, 'structure', 'unstated', 'after')).toBe(0.5);
    expect(figure(balance, 'plotsIncomplete')).toBe(1);
  });

  it('an upgraded plot without grade after', () => {
    const attributes = input.plan.plots!.attributes.map((p) => (p.plotId === 'U1' ? { ...p, gradeAfter: null } : p));
    const balance = balanceOf(withPlots(attributes));
    expect(figure(balance, 'averageGradeAfter')).toContain('gradeAfter: U1');
    expect(figure(balance, 'farmlandAfter')).toBe(3.3 * HECTARE);
  });

  it('no slope layer: the ridges of new farmland are unknown where the county takes ridges off', () => {
    const balance = balanceOf(workedInput({ input: { zones: input.zones.filter(({ role }) => role !== 'slope') } }));
    expect(figure(balance, 'newFarmland')).toContain('ridge coefficient');
    expect(figure(balance, 'newFarmlandSteep')).toContain('missing layer: slope');
    expect(hectares(balance, 'slope.after', 'total', 'slope0')).toBe(1);
  });

  it('no KCXS in the survey: farmland counts gross, and new farmland needs no slope', () => {
    const columns = input.parcels.columns.filter(({ name }) => name !== 'KCXS');
    const facts = factsOf(workedInput({ input: { parcels: { ...input.parcels, columns }, zones: [] } }));
    expect(figure(buildBalance(facts), 'farmlandBefore')).toBe(2.5 * HECTARE);
    expect(figure(buildBalance(facts), 'newFarmland')).toBe(0.5 * HECTARE);
    expect(facts.problems.map(({ field }) => field)).toContain('KCXS');
  });

  it('a parcel whose class does not exist', () => {
    const columns = input.parcels.columns.map((c) =>
      c.name === 'DLBM' ? { ...c, values: ['0101', '0199', '0301', '0702', '0404', '0103'] } : c,
    );
    const facts = factsOf(workedInput({ input: { parcels: { ...input.parcels, columns } } }));
    expect(figure(buildBalance(facts), 'farmlandBefore')).toContain('no valid land class');
    expect(facts.problems.find(({ rule }) => rule === 'analysis.class-unknown')).toMatchObject({
      featureNo: 1,
      id: 'B1',
    });
  });

  it('no grade anywhere, then grades from a zone layer', () => {
    const columns = input.parcels.columns.filter(({ name }) => name !== 'GDDB');
    const parcels = { ...input.parcels, columns };
    expect(figure(balanceOf(workedInput({ input: { parcels } })), 'averageGradeBefore')).toContain('have no grade');
    const grade = {
      role: 'grade' as const,
      name: 'grade',
      layer: rectangleLayer(
        [
          [0, 0, 150, 200],
          [150, 0, 300, 200],
        ],
        { GDDB: [8, 10] },
      ),
    };
    const balance = balanceOf(workedInput({ input: { parcels, zones: [...input.zones, grade] } }));
    // 0.5 ha and half of 0.9 ha at grade 8, the other half and 0.95 ha at grade 10.
    expect(figure(balance, 'averageGradeBefore')).toBeCloseTo((0.95 * 8 + 1.4 * 10) / 2.35, 9);
  });

  it('zones that overlap leave the layer without a table and its figures unknown', () => {
    const redLine = {
      role: 'redLine' as const,
      name: 'redLine',
      layer: rectangleLayer([
        [175, 150, 250, 200],
        [180, 150, 260, 200],
      ]),
    };
    const facts = factsOf(
      workedInput({ input: { zones: [...input.zones.filter(({ role }) => role !== 'redLine'), redLine] } }),
    );
    const balance = buildBalance(facts);
    expect(figure(balance, 'redLineOverlap')).toContain('overlap (1 pairs)');
    expect(balance.tables.map(({ table }) => table.id)).not.toContain('zones.redLine.before');
    expect(facts.problems.map(({ rule }) => rule)).toContain('analysis.zones-overlap');
  });

  it('an adjustment plot without direction or grade', () => {
    const layer = input.plan.basicFarmlandChange!.layer;
    const noGrade = balanceOf(
      workedInput({
        plan: { basicFarmlandChange: { layer, attributes: [change('out-1', 'out', 10), change('in-1', 'in', null)] } },
      }),
    );
    expect(figure(noGrade, 'basicFarmlandGradeIn')).toContain('grade: in-1');
    expect(figure(noGrade, 'basicFarmlandIn')).toBe(0.2 * HECTARE);
    expect(figure(noGrade, 'basicFarmlandChangeIncomplete')).toBe(1);
    const noDirection = balanceOf(
      workedInput({
        plan: {
          basicFarmlandChange: {
            layer,
            attributes: [change('out-1', 'out', 10), { ...change('x', 'in', 9), direction: null }],
          },
        },
      }),
    );
    expect(figure(noDirection, 'basicFarmlandIn')).toContain('direction: x');
    const none = balanceOf(workedInput({ plan: { basicFarmlandChange: null } }));
    expect(figure(none, 'basicFarmlandOut')).toContain('basicFarmlandChange');
  });
});

describe('plots that meet other land', () => {
  it('building on basic farmland counts but for what is moved out', () => {
    const input = workedInput({
      plan: {
        plots: {
          layer: rectangleLayer([[100, 0, 150, 50]]),
          attributes: [plot('B1', { kind: 'build', classAfter: '0702', gradeAfter: null })],
        },
        basicFarmlandChange: { layer: rectangleLayer([[100, 0, 120, 100]]), attributes: [change('out-1', 'out', 10)] },
      },
    });
    // 50 × 50 m on basic farmland, of which 20 × 50 m are moved out.
    expect(figure(balanceOf(input), 'buildOnBasicFarmland')).toBe(0.15 * HECTARE);
  });

  it('a plot that leaves the project counts inside it only, but its red-line overlap counts wholly', () => {
    const input = workedInput({
      plan: {
        plots: {
          layer: rectangleLayer([[0, 0, 100, 100]]),
          attributes: [plot('B1', { kind: 'build', classAfter: '0702', gradeAfter: null })],
        },
      },
      input: { zones: [{ role: 'redLine', name: 'redLine', layer: rectangleLayer([[0, 0, 60, 100]]) }] },
    });
    const balance = balanceOf(input);
    expect(figure(balance, 'plotsOutsideProject')).toBe(0.5 * HECTARE);
    expect(hectares(balance, 'structure', '0702', 'after')).toBe(1); // 0.5 ha of the plot, 0.5 ha of the homestead
    expect(figure(balance, 'redLineOverlap')).toBe(0.6 * HECTARE);
    expect(balance.projectDm2).toBe(5 * HECTARE);
  });

  it('a road built across a field parts the block', () => {
    const road = rectangleLayer([
      [100, 0, 125, 100],
      [200, 100, 220, 200],
    ]);
    const attributes = [
      plot('R1', { kind: 'build', classAfter: '1003', gradeAfter: null }),
      plot('R2', { kind: 'build', classAfter: '1003', gradeAfter: null }),
    ];
    const balance = balanceOf(workedInput({ plan: { plots: { layer: road, attributes } } }));
    // P0 0.5 | road | P1 0.75 × 0.9; P5 loses its corner at P1 to the second road.
    expect(figure(balance, 'largestBlockBefore')).toBe(2.35 * HECTARE);
    expect(figure(balance, 'largestBlockAfter')).toBe(0.76 * HECTARE);
  });
});

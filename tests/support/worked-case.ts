import type {
  AnalysisInput,
  AnalysisPlan,
  BasicFarmlandChangePlot,
  PlanPlot,
} from '../../src/modules/analysis/index.ts';
import { DEFAULT_PARAMETERS } from '../../src/modules/analysis/index.ts';
import { rectangleLayer } from './rectangles.ts';

/** A plot that states everything; a case changes what it is about. */
export function plot(plotId: string, attributes: Partial<PlanPlot>): PlanPlot {
  return {
    plotId,
    family: 'farmland',
    subProjectType: null,
    kind: 'new',
    classAfter: '0103',
    gradeAfter: 9,
    terraceAfter: '',
    illegalOccupation: false,
    subProject: 'sub-project 1',
    ...attributes,
  };
}

export function change(plotId: string, direction: 'out' | 'in', grade: number | null): BasicFarmlandChangePlot {
  return { plotId, direction, classCode: '0103', grade };
}

const VILLAGE_A = '4507010010010000000';
const VILLAGE_B = '4507010010020000000';

/** The case of docs/domain/worked-balance.md §1: six squares of one hectare, a project over five of them. */
export function workedInput(
  changes: { plan?: Partial<AnalysisPlan>; input?: Partial<AnalysisInput> } = {},
): AnalysisInput {
  const parcels = rectangleLayer(
    [
      [0, 0, 100, 100],
      [100, 0, 200, 100],
      [200, 0, 300, 100],
      [0, 100, 100, 200],
      [100, 100, 200, 200],
      [200, 100, 300, 200],
    ],
    {
      BSM: ['B0', 'B1', 'B2', 'B3', 'B4', 'B5'],
      DLBM: ['0101', '0103', '0301', '0702', '0404', '0103'],
      QSXZ: ['30', '30', '30', '30', '20', '30'],
      ZLDWDM: [VILLAGE_A, VILLAGE_A, VILLAGE_A, VILLAGE_B, VILLAGE_B, VILLAGE_B],
      ZLDWMC: ['甲村', '甲村', '甲村', '乙村', '乙村', '乙村'],
      GDPDJB: ['1', '3', null, null, null, '2'],
      GDLX: [null, 'PD', null, null, null, 'TT'],
      GDDB: [8, 10, null, null, null, 9],
      KCXS: [0, 0.1, null, null, null, 0.05],
      TBMJ: [10_000, 10_000, 10_000, 10_000, 10_000, 10_000],
    },
  );
  const plan: AnalysisPlan = {
    name: '算例项目',
    type: 'comprehensive',
    divisionCode: '450701001',
    contents: ['village', 'farmland', 'ecology', 'culture'],
    countyConstructionBeforeDm2: 100_000_000,
    countyConstructionAfterDm2: 99_000_000,
    boundary: rectangleLayer([[50, 0, 300, 200]]),
    plots: {
      layer: rectangleLayer([
        [200, 0, 250, 100],
        [50, 100, 100, 200],
        [150, 100, 200, 200],
        [200, 100, 300, 200],
      ]),
      attributes: [
        plot('N1', { terraceAfter: 'PD' }),
        plot('I1', { classAfter: '0101', gradeAfter: 8, illegalOccupation: true }),
        plot('B1', { kind: 'build', classAfter: '0702', gradeAfter: null, terraceAfter: null }),
        plot('U1', { kind: 'upgrade', classAfter: '0101', gradeAfter: 7, terraceAfter: 'TT' }),
      ],
    },
    basicFarmlandChange: {
      layer: rectangleLayer([
        [100, 0, 110, 100],
        [200, 0, 220, 100],
      ]),
      attributes: [change('out-1', 'out', 10), change('in-1', 'in', 9)],
    },
    alternatives: 2,
    ...changes.plan,
  };
  return {
    parcels,
    zones: [
      {
        role: 'slope',
        name: 'slope',
        layer: rectangleLayer(
          [
            [-50, -50, 100, 250],
            [100, -50, 350, 250],
          ],
          { PDJB: ['1', '3'] },
        ),
      },
      { role: 'redLine', name: 'redLine', layer: rectangleLayer([[175, 150, 250, 200]]) },
      { role: 'basicFarmland', name: 'basicFarmland', layer: rectangleLayer([[100, 0, 300, 100]]) },
      { role: 'growthBoundary', name: 'growthBoundary', layer: rectangleLayer([[0, 100, 160, 200]]) },
      {
        role: 'village',
        name: 'village',
        layer: rectangleLayer(
          [
            [0, 0, 300, 100],
            [0, 100, 300, 200],
          ],
          { ZLDWDM: [VILLAGE_A, VILLAGE_B], ZLDWMC: ['甲村', '乙村'] },
        ),
      },
    ],
    plan,
    parameters: DEFAULT_PARAMETERS,
    inputs: [],
    ...changes.input,
  };
}

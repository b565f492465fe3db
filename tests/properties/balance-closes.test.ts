import { describe, expect, it } from 'vitest';
import type { PolygonLayer, Random } from '../../src/kernel/index.ts';
import { seededRandom } from '../../src/kernel/index.ts';
import type { AnalysisInput, OverlayFacts, PlanPlot } from '../../src/modules/analysis/index.ts';
import { DEFAULT_PARAMETERS, analyse } from '../../src/modules/analysis/index.ts';
import { buildBalance, cellShares } from '../../src/modules/balance/index.ts';
import { CORNER_EAST, CORNER_EPSG, CORNER_NORTH } from '../support/rectangles.ts';

/** A coverage of crooked quadrilaterals: a lattice whose inner nodes are moved at random; neighbours share their nodes. */
function coverageOf(random: Random, columns: number, rows: number, size: number, skew: number): [number, number][][] {
  const node = new Map<string, [number, number]>();
  const at = (c: number, r: number): [number, number] => {
    const key = `${c},${r}`;
    const known = node.get(key);
    if (known !== undefined) return known;
    const edge = c === 0 || r === 0 || c === columns || r === rows;
    const move = (): number => (edge ? 0 : (random.next() - 0.5) * skew * size);
    const made: [number, number] = [CORNER_EAST + c * size + move(), CORNER_NORTH + r * size + move()];
    node.set(key, made);
    return made;
  };
  const cells: [number, number][][] = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) cells.push([at(c, r), at(c + 1, r), at(c + 1, r + 1), at(c, r + 1)]);
  return cells;
}

function layerOf(
  rings: readonly (readonly (readonly [number, number])[])[],
  columns: Record<string, (string | number | null)[]> = {},
): PolygonLayer {
  const ringStarts = [0];
  for (const ring of rings) ringStarts.push(ringStarts.at(-1)! + ring.length);
  return {
    epsg: CORNER_EPSG,
    featureNos: Uint32Array.from(rings, (_, f) => f),
    coords: Float64Array.from(rings.flat(2)),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: new Uint8Array(rings.length),
    featureRings: Uint32Array.from({ length: rings.length + 1 }, (_, f) => f),
    columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
  };
}

const CLASSES = ['0101', '0102', '0103', '0201', '0301', '0404', '0702', '1006', '1107', '1104', '1202', null] as const;

function randomInput(seed: number): AnalysisInput {
  const random = seededRandom(seed);
  const cells = coverageOf(random, 7, 6, 90, 0.6);
  const pick = <T>(values: readonly T[]): T[] => cells.map(() => random.pick(values));
  const parcels = layerOf(cells, {
    BSM: cells.map((_, i) => String(random.integer(0, 3) * 1000 + i)),
    DLBM: pick(CLASSES),
    QSXZ: pick(['10', '20', '30', '40', null]),
    ZLDWDM: pick(['4507010010010000000', '450701001002', '4507010020010000000', null]),
    GDPDJB: pick(['1', '2', '3', '4', '5', null]),
    GDLX: pick(['TT', 'PD', null]),
    GDDB: pick([5, 8, 12, null]),
    KCXS: pick([0, 0.05, 0.1234, null]),
    TBMJ: cells.map(() => (random.next() < 0.3 ? 8100 : null)),
  });
  const plotCells = coverageOf(random, 4, 4, 140, 0.5).filter(() => random.next() < 0.5);
  const attributes = plotCells.map(
    (_, i): PlanPlot => ({
      plotId: `P${i}`,
      family: null,
      subProjectType: null,
      kind: random.pick(['new', 'upgrade', 'clear', 'build', 'none', null]),
      classAfter: random.pick(['0101', '0103', '0702', '1006', null]),
      gradeAfter: random.pick([6, 9, null]),
      terraceAfter: random.pick(['TT', 'PD', '', null]),
      illegalOccupation: random.pick([true, false, null]),
      subProject: null,
    }),
  );
  const project: [number, number][] = [
    [60, 40],
    [560, 15],
    [590, 500],
    [300, 530],
    [40, 470],
  ].map(([x, y]) => [CORNER_EAST + x! + random.next(), CORNER_NORTH + y! + random.next()]);
  const slope = coverageOf(random, 3, 3, 260, 0.7);
  const basic = coverageOf(random, 5, 5, 120, 0.4).filter(() => random.next() < 0.4);
  return {
    parcels,
    zones: [
      { role: 'slope', name: 'slope', layer: layerOf(slope, { PDJB: slope.map(() => String(random.integer(1, 5))) }) },
      { role: 'basicFarmland', name: 'basicFarmland', layer: layerOf(basic) },
      {
        role: null,
        name: 'water source',
        layer: layerOf(coverageOf(random, 2, 2, 200, 0.5).slice(1), { name: ['A', 'B', 'A'] }),
      },
    ],
    plan: {
      name: 'random',
      type: 'comprehensive',
      divisionCode: null,
      contents: null,
      countyConstructionBeforeDm2: null,
      countyConstructionAfterDm2: null,
      boundary: layerOf([project]),
      plots: { layer: layerOf(plotCells), attributes },
      basicFarmlandChange: {
        layer: layerOf(basic.slice(0, 2)),
        attributes: basic
          .slice(0, 2)
          .map((_, i) => ({ plotId: `C${i}`, direction: i === 0 ? 'out' : 'in', classCode: '0103', grade: 9 - i })),
      },
      alternatives: null,
    },
    parameters: DEFAULT_PARAMETERS,
    inputs: [],
  };
}

function checkParcels({ parcels, parts }: OverlayFacts): void {
  const sums = [...parcels.outsideDm2];
  parts.areasDm2.forEach((area, part) => {
    sums[parts.parcels[part]!]! += area;
  });
  expect(sums).toEqual([...parcels.wholeDm2]);
}

function checkCrossings({ parts, crossings }: OverlayFacts): void {
  for (const crossing of crossings) {
    const sums = new Float64Array(parts.areasDm2.length);
    crossing.areasDm2.forEach((area, i) => {
      sums[crossing.parts[i]!]! += area;
    });
    expect(sums).toEqual(parts.areasDm2);
  }
}

describe('random land under random plans', () => {
  const SEEDS = Array.from({ length: 12 }, (_, i) => 4_100 + i);

  it.each(SEEDS)('seed %i: parts, crossings, tables and cells close', (seed) => {
    const result = analyse(randomInput(seed));
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    const facts = result.value;
    checkParcels(facts);
    checkCrossings(facts);
    const balance = buildBalance(facts); // asserts residual 0 in every table that has a total
    const structure = balance.tables[0]!;
    for (const column of ['before', 'after'] as const) {
      const c = structure.table.columns.findIndex(({ id }) => id === column);
      expect(structure.table.cells[0]![c]).toEqual({ kind: 'area', dm2: balance.projectDm2 });
    }
    for (const traced of balance.tables) {
      traced.table.rows.forEach((row, r) =>
        traced.table.columns.forEach((column, c) => {
          const cell = traced.table.cells[r]![c];
          if (cell?.kind !== 'area' || row.role === 'figure' || column.kind !== 'area') return;
          const shares = cellShares(traced, row.id, column.id)!;
          expect([traced.table.id, row.id, column.id, shares.reduce((sum, { areaDm2 }) => sum + areaDm2, 0)]).toEqual([
            traced.table.id,
            row.id,
            column.id,
            cell.dm2,
          ]);
        }),
      );
    }
    // The project is known twice: from its boundary, and from the parcels it lies on (TBMJ taken at random moves the latter).
    const swing = [...facts.parcels.closesToTbmj].filter((taken) => taken === 1).length * 5;
    expect(Math.abs(facts.plan.projectDm2 - balance.projectDm2)).toBeLessThanOrEqual(
      swing + facts.parts.areasDm2.length,
    );
  });
});

import type { Json } from '../kernel/index.ts';
import { FIRST_LEVEL_CLASSES, isFarmland, landClassOf } from '../kernel/index.ts';
import type { DemoCells } from './cells.ts';
import type { ParcelRecords } from './parcels.ts';
import type { PlantedError } from './planted-errors.ts';
import type { DemoProject } from './project.ts';
import { DEMO_COUNTY } from './villages.ts';
import type { CellZones } from './zones.ts';

/**
 * What an analysis of the demo must find, from the generator's own records (cells and their areas), not from the
 * engine. Sums over whole parcels are exact (dm²); areas of parts of parcels are sums of cells and carry the stated
 * tolerance, since the engine closes parts to the parcel's whole.
 */
export function truthOf(
  cells: DemoCells,
  zones: CellZones,
  records: ParcelRecords,
  project: DemoProject,
  planted: readonly PlantedError[],
  options: { readonly parcels: number; readonly seed: number },
): Json {
  const { parcelClass, parcelOf, areas } = cells;
  const byClass: Record<string, { parcels: number; areaDm2: number }> = {};
  const byFirstLevel: Record<string, number> = Object.fromEntries(FIRST_LEVEL_CLASSES.map(({ code }) => [code, 0]));
  const byVillage: Record<string, number> = {};
  let stateOwnedDm2 = 0;
  let totalDm2 = 0;
  let ridgeDm2 = 0;
  const gradeSum = { areaDm2: 0, weighted: 0 };
  records.areaDm2.forEach((area, p) => {
    const code = parcelClass[p]!;
    const entry = (byClass[code] ??= { parcels: 0, areaDm2: 0 });
    entry.parcels++;
    entry.areaDm2 += area;
    byFirstLevel[landClassOf(code)!.first]! += area;
    const village = cells.villages[cells.parcelVillage[p]!]!.code;
    byVillage[village] = (byVillage[village] ?? 0) + area;
    if (records.stateOwned[p]) stateOwnedDm2 += area;
    totalDm2 += area;
    ridgeDm2 += records.ridgeDm2[p]!;
    if (isFarmland(code)) {
      gradeSum.areaDm2 += area;
      gradeSum.weighted += area * records.grade[p]!;
    }
  });
  const squareMetres = (list: Iterable<number>): number => {
    let sum = 0;
    for (const cell of list) sum += areas[cell]!;
    return Math.round(sum * 100) / 100;
  };
  const zoneTotal = (zone: Int32Array): number => {
    const inside: number[] = [];
    zone.forEach((value, cell) => {
      if (value >= 0 && parcelOf[cell]! >= 0) inside.push(cell);
    });
    return squareMetres(inside);
  };
  const classOf = (cell: number): string => parcelClass[parcelOf[cell]!]!;
  const plotOf = new Map<number, (typeof project.plots)[number]>();
  for (const plot of project.plots) for (const cell of plot.cells) plotOf.set(cell, plot);
  const classAfter = (cell: number): string => plotOf.get(cell)?.classAfter ?? classOf(cell);
  const plotCells = (accept: (plot: (typeof project.plots)[number]) => boolean): number[] =>
    project.plots.filter(accept).flatMap((plot) => [...plot.cells]);
  const changed = (direction: 'out' | 'in'): number[] =>
    project.changes.filter((c) => c.direction === direction).flatMap((c) => [...c.cells]);
  const inProject = (accept: (cell: number) => boolean): number => squareMetres(project.cells.filter(accept));
  const changesLand = plotCells((plot) => plot.kind === 'new' || plot.kind === 'build' || plot.kind === 'clear');
  return {
    county: { code: DEMO_COUNTY.code, name: DEMO_COUNTY.name },
    options: { ...options },
    parcels: {
      count: cells.parcelCount,
      totalDm2,
      ridgeDm2,
      stateOwnedDm2,
      collectiveDm2: totalDm2 - stateOwnedDm2,
      byClass,
      byFirstLevel,
      byVillage,
    },
    farmlandGrade: {
      areaDm2: gradeSum.areaDm2,
      weightedSum: gradeSum.weighted,
      average: gradeSum.weighted / gradeSum.areaDm2,
    },
    zones: {
      toleranceNote: 'square metres from cell areas; compare within 0.02 m2 for each parcel a zone cuts',
      basicFarmlandM2: zoneTotal(zones.basicFarmland),
      redLineM2: zoneTotal(zones.redLine),
      growthBoundaryM2: zoneTotal(zones.growthBoundary),
    },
    project: {
      name: project.name,
      areaM2: squareMetres(project.cells),
      farmlandBeforeM2: inProject((cell) => isFarmland(classOf(cell))),
      farmlandAfterM2: inProject((cell) => isFarmland(classAfter(cell))),
      constructionBeforeM2: inProject((cell) => landClassOf(classOf(cell))!.major === 'construction'),
      constructionAfterM2: inProject((cell) => landClassOf(classAfter(cell))!.major === 'construction'),
      newFarmlandM2: squareMetres(plotCells((plot) => plot.kind === 'new' && plot.illegalOccupation === 0)),
      illegalOccupationReclaimedM2: squareMetres(
        plotCells((plot) => plot.kind === 'new' && plot.illegalOccupation === 1),
      ),
      redLineOverlapM2: squareMetres(changesLand.filter((cell) => zones.redLine[cell]! >= 0)),
      basicFarmlandBeforeM2: inProject((cell) => zones.basicFarmland[cell]! >= 0),
      basicFarmlandOutM2: squareMetres(changed('out')),
      basicFarmlandInM2: squareMetres(changed('in')),
      countyConstructionBeforeDm2: project.countyConstructionBeforeDm2,
      countyConstructionAfterDm2: project.countyConstructionAfterDm2,
      plots: project.plots.map((plot) => ({ plotId: plot.plotId, kind: plot.kind, areaM2: squareMetres(plot.cells) })),
      changes: project.changes.map((change) => ({
        plotId: change.plotId,
        direction: change.direction,
        areaM2: squareMetres(change.cells),
      })),
      redLinePlantedOn: project.plots
        .filter((plot) => plot.cells.some((cell) => zones.redLine[cell]! >= 0) && plot.kind !== 'none')
        .map((plot) => plot.plotId),
    },
    /** Errors of parcels-with-errors.fgb: every other feature there is as in parcels.fgb. */
    plantedErrors: planted.map((error) => ({ rule: error.rule, featureNo: error.featureNo, what: error.what })),
  };
}

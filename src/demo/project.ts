import type { AttributeColumn, AttributeValue, Random } from '../kernel/index.ts';
import { assert, isFarmland, landClassOf, seededRandom } from '../kernel/index.ts';
import type { DemoCells } from './cells.ts';
import { dissolve } from './dissolve.ts';
import type { ParcelRecords } from './parcels.ts';
import { DEMO_COUNTY } from './villages.ts';
import type { CellZones, DemoLayer } from './zones.ts';
import { gradeAt, groupAreas } from './zones.ts';

/** A plot of the demo's plan: the cells it covers and what it does. */
export interface DemoPlot {
  readonly plotId: string;
  readonly cells: readonly number[];
  readonly family: 'farmland' | 'construction' | 'ecology' | 'appearance' | 'culture';
  readonly subProjectType: string;
  readonly kind: 'new' | 'upgrade' | 'clear' | 'build' | 'none';
  readonly classAfter: string;
  readonly gradeAfter: number | null;
  readonly terraceAfter: string | null;
  readonly illegalOccupation: 0 | 1;
  readonly subProject: string;
}

export interface DemoChange {
  readonly plotId: string;
  readonly cells: readonly number[];
  readonly direction: 'out' | 'in';
  readonly landClass: string;
  readonly grade: number;
}

/** The demo's project: three neighbouring villages, their plots and the adjustment of basic farmland. */
export interface DemoProject {
  readonly name: string;
  readonly cells: readonly number[];
  readonly plots: readonly DemoPlot[];
  readonly changes: readonly DemoChange[];
  readonly countyConstructionBeforeDm2: number;
  readonly countyConstructionAfterDm2: number;
}

/** Villages of the project: the one nearest the centre with enough farmland, and the two it shares the longest borders with. */
function projectVillages(cells: DemoCells): Set<number> {
  const farmland = new Float64Array(cells.villages.length);
  cells.parcelOf.forEach((parcel, cell) => {
    if (parcel >= 0 && isFarmland(cells.parcelClass[parcel]!))
      farmland[cells.parcelVillage[parcel]!]! += cells.areas[cell]!;
  });
  const most = Math.max(...farmland);
  const candidates = cells.villages
    .map((village, v) => ({ v, distance: Math.hypot(village.east, village.north) }))
    .filter(({ v }) => farmland[v]! > 0.6 * most)
    .sort((a, b) => a.distance - b.distance);
  const chosen = new Set<number>([candidates[0]!.v]);
  while (chosen.size < Math.min(3, cells.villages.length)) {
    const borders = new Map<number, number>();
    cells.parcelOf.forEach((parcel, cell) => {
      if (parcel < 0 || !chosen.has(cells.parcelVillage[parcel]!)) return;
      for (let k = cells.adjacency.starts[cell]!; k < cells.adjacency.starts[cell + 1]!; k++) {
        const other = cells.parcelOf[cells.adjacency.neighbour[k]!]!;
        if (other < 0 || chosen.has(cells.parcelVillage[other]!)) continue;
        const v = cells.parcelVillage[other]!;
        borders.set(v, (borders.get(v) ?? 0) + cells.adjacency.length[k]! * (0.2 + farmland[v]! / most));
      }
    });
    const next = [...borders].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0];
    if (!next) break;
    chosen.add(next[0]);
  }
  return chosen;
}

/**
 * Plans the project and moves the red line where the story needs it: one plot of new farmland is laid into the red
 * line on purpose, so that the demo shows a failed check beside passed ones and ones that need a person.
 * `zones.redLine` is changed for that plot and the cells around it.
 */
export function planProject(cells: DemoCells, zones: CellZones, records: ParcelRecords, seed: number): DemoProject {
  const random = seededRandom(seed + 2_000_003);
  const villages = projectVillages(cells);
  const inside: number[] = [];
  cells.parcelOf.forEach((parcel, cell) => {
    if (parcel >= 0 && villages.has(cells.parcelVillage[parcel]!)) inside.push(cell);
  });
  const used = new Set<number>();
  const classOf = (cell: number): string => cells.parcelClass[cells.parcelOf[cell]!]!;
  const slopeOf = (cell: number): number => records.slope[cells.parcelOf[cell]!]!;
  const areaOf = (list: readonly number[]): number => list.reduce((sum, cell) => sum + cells.areas[cell]!, 0);
  const inProject = new Set(inside);

  /** Grows patches of unused cells of the given kind until `limit` m² are gathered; each patch has at most `most` cells. */
  const patches = (
    accept: (cell: number) => boolean,
    limit: number,
    most: number,
    same: (a: number, b: number) => boolean,
  ): number[][] => {
    const found: number[][] = [];
    let gathered = 0;
    for (const start of shuffled(inside, random)) {
      if (gathered >= limit) break;
      if (used.has(start) || !accept(start)) continue;
      const patch = [start];
      used.add(start);
      for (let at = 0; at < patch.length && patch.length < most; at++) {
        for (let k = cells.adjacency.starts[patch[at]!]!; k < cells.adjacency.starts[patch[at]! + 1]!; k++) {
          const other = cells.adjacency.neighbour[k]!;
          if (patch.length >= most || !inProject.has(other) || used.has(other) || !accept(other) || !same(start, other))
            continue;
          if (cells.parcelVillage[cells.parcelOf[other]!] !== cells.parcelVillage[cells.parcelOf[start]!]) continue;
          used.add(other);
          patch.push(other);
        }
      }
      found.push(patch);
      gathered += areaOf(patch);
    }
    return found;
  };

  const farmlandArea = areaOf(inside.filter((cell) => isFarmland(classOf(cell))));
  const plots: DemoPlot[] = [];
  const townshipName = cells.villages[[...villages][0]!]!.townshipName;
  const add = (patch: readonly number[], plot: Omit<DemoPlot, 'plotId' | 'cells'>): void => {
    plots.push({ plotId: `P${String(plots.length + 1).padStart(3, '0')}`, cells: patch, ...plot });
  };
  const sameClass = (a: number, b: number): boolean => classOf(a) === classOf(b);
  const gradeAfter = (patch: readonly number[], better: number): number =>
    Math.max(4, gradeAt(cells, patch[0]!) - better);
  const terraceOn = (cell: number): string | null => (slopeAt(cells, cell) > 1 ? 'TT' : null);

  for (const patch of patches(
    (c) => ['0404', '1206'].includes(classOf(c)) && zones.redLine[c]! < 0,
    0.04 * farmlandArea,
    4,
    sameClass,
  )) {
    add(patch, {
      family: 'farmland',
      subProjectType: '宜耕后备资源开发',
      kind: 'new',
      classAfter: '0103',
      gradeAfter: gradeAfter(patch, 0),
      terraceAfter: terraceOn(patch[0]!),
      illegalOccupation: 0,
      subProject: `${townshipName}后备资源开发`,
    });
  }
  for (const patch of patches(
    (c) => ['0201', '0204', '0307', '1104'].includes(classOf(c)) && zones.redLine[c]! < 0,
    0.03 * farmlandArea,
    3,
    sameClass,
  )) {
    add(patch, {
      family: 'farmland',
      subProjectType: '低效林草地和园地整理',
      kind: 'new',
      classAfter: '0101',
      gradeAfter: gradeAfter(patch, 1),
      terraceAfter: terraceOn(patch[0]!),
      illegalOccupation: 0,
      subProject: `${townshipName}低效园林草地整理`,
    });
  }
  for (const patch of patches(
    (c) => ['0103', '0102'].includes(classOf(c)) && slopeOf(c) <= 2,
    0.14 * farmlandArea,
    7,
    sameClass,
  )) {
    add(patch, {
      family: 'farmland',
      subProjectType: '耕地提质改造',
      kind: 'upgrade',
      classAfter: '0101',
      gradeAfter: gradeAfter(patch, 2),
      terraceAfter: terraceOn(patch[0]!),
      illegalOccupation: 0,
      subProject: `${townshipName}旱改水`,
    });
  }
  const homesteads = areaOf(inside.filter((c) => classOf(c) === '0702'));
  for (const patch of patches((c) => classOf(c) === '0702', 0.16 * homesteads, 5, sameClass)) {
    add(patch, {
      family: 'construction',
      subProjectType: '农村宅基地整理',
      kind: 'clear',
      classAfter: '0103',
      gradeAfter: gradeAfter(patch, 0),
      terraceAfter: terraceOn(patch[0]!),
      illegalOccupation: 0,
      subProject: `${townshipName}宅基地复垦`,
    });
  }
  for (const patch of patches(
    (c) => ['0601', '1202', '1201', '0809'].includes(classOf(c)),
    0.004 * farmlandArea,
    2,
    sameClass,
  )) {
    add(patch, {
      family: 'ecology',
      subProjectType: '各类违法建筑违法用地整治',
      kind: 'new',
      classAfter: '0103',
      gradeAfter: gradeAfter(patch, 0),
      terraceAfter: terraceOn(patch[0]!),
      illegalOccupation: 1,
      subProject: `${townshipName}违法用地整治`,
    });
  }
  const cleared = plots.filter((plot) => plot.kind === 'clear').reduce((sum, plot) => sum + areaOf(plot.cells), 0);
  for (const patch of patches(
    (c) => ['0404', '0103', '0201'].includes(classOf(c)) && nearHomestead(cells, c),
    0.45 * cleared,
    2,
    () => true,
  )) {
    add(patch, {
      family: 'ecology',
      subProjectType: '村庄建设用地整理',
      kind: 'build',
      classAfter: '0702',
      gradeAfter: null,
      terraceAfter: null,
      illegalOccupation: 0,
      subProject: `${townshipName}集中安置点`,
    });
  }
  for (const patch of patches(
    (c) => ['0305', '0307', '0301'].includes(classOf(c)),
    0.02 * farmlandArea,
    5,
    sameClass,
  )) {
    add(patch, {
      family: 'ecology',
      subProjectType: '水土流失治理',
      kind: 'none',
      classAfter: classOf(patch[0]!),
      gradeAfter: null,
      terraceAfter: null,
      illegalOccupation: 0,
      subProject: `${townshipName}水土流失治理`,
    });
  }
  assert(
    plots.some((plot) => plot.kind === 'new'),
    'the demo project has no new farmland',
  );
  layRedLine(cells, zones, plots.find((plot) => plot.kind === 'new')!, isFarmland);

  const changes = planChanges(cells, zones, records, plots, inside, random);
  const constructionBefore = records.areaDm2.reduce(
    (sum, area, p) => sum + (landClassOf(cells.parcelClass[p]!)!.major === 'construction' ? area : 0),
    0,
  );
  const change = plots.reduce((sum, plot) => {
    const before = plot.cells.filter((cell) => landClassOf(classOf(cell))!.major === 'construction');
    const after = landClassOf(plot.classAfter)!.major === 'construction' ? areaOf(plot.cells) : 0;
    return sum + after - areaOf(before);
  }, 0);
  return {
    name: `${townshipName}全域土地综合整治项目`,
    cells: inside,
    plots,
    changes,
    countyConstructionBeforeDm2: constructionBefore,
    countyConstructionAfterDm2: constructionBefore + Math.round(change * 100),
  };
}

/** The first new plot and the unfarmed cells around it come to lie in the red line. */
function layRedLine(cells: DemoCells, zones: CellZones, plot: DemoPlot, isFarm: (code: string) => boolean): void {
  for (const cell of plot.cells) {
    zones.redLine[cell] = 0;
    for (let k = cells.adjacency.starts[cell]!; k < cells.adjacency.starts[cell + 1]!; k++) {
      const other = cells.adjacency.neighbour[k]!;
      const parcel = cells.parcelOf[other]!;
      if (
        parcel >= 0 &&
        !isFarm(cells.parcelClass[parcel]!) &&
        landClassOf(cells.parcelClass[parcel]!)!.major !== 'construction'
      )
        zones.redLine[other] = 0;
    }
  }
}

/** Scattered small patches leave basic farmland, larger and better ones join: more than 1.05 times what leaves. */
function planChanges(
  cells: DemoCells,
  zones: CellZones,
  records: ParcelRecords,
  plots: readonly DemoPlot[],
  inside: readonly number[],
  random: Random,
): DemoChange[] {
  const classOf = (cell: number): string => cells.parcelClass[cells.parcelOf[cell]!]!;
  const planned = new Set(plots.flatMap((plot) => plot.cells));
  const changes: DemoChange[] = [];
  let out = 0;
  const outCells = shuffled(
    inside.filter(
      (c) => zones.basicFarmland[c]! >= 0 && !planned.has(c) && cells.areas[c]! < 3_300 && cells.areas[c]! > 800,
    ),
    random,
  ).slice(0, 5);
  const worst = Math.max(...outCells.map((cell) => records.grade[cells.parcelOf[cell]!]!));
  for (const cell of outCells) {
    out += cells.areas[cell]!;
    changes.push({
      plotId: `O${String(changes.length + 1).padStart(2, '0')}`,
      cells: [cell],
      direction: 'out',
      landClass: classOf(cell),
      grade: worst,
    });
  }
  let gained = 0;
  let number = 0;
  for (const plot of plots) {
    if (gained > 1.3 * out) break;
    if (plot.kind !== 'new' || plot.illegalOccupation === 1 || plot.cells.length < 2) continue;
    if (plot.cells.some((cell) => zones.basicFarmland[cell]! >= 0 || zones.redLine[cell]! >= 0)) continue;
    const area = plot.cells.reduce((sum, cell) => sum + cells.areas[cell]!, 0);
    if (area < 6_700) continue;
    number++;
    gained += area;
    changes.push({
      plotId: `I${String(number).padStart(2, '0')}`,
      cells: plot.cells,
      direction: 'in',
      landClass: plot.classAfter,
      grade: Math.min(plot.gradeAfter!, worst - 1),
    });
  }
  return changes;
}

function nearHomestead(cells: DemoCells, cell: number): boolean {
  for (let k = cells.adjacency.starts[cell]!; k < cells.adjacency.starts[cell + 1]!; k++) {
    const parcel = cells.parcelOf[cells.adjacency.neighbour[k]!]!;
    if (parcel >= 0 && cells.parcelClass[parcel] === '0702') return true;
  }
  return false;
}

function slopeAt(cells: DemoCells, cell: number): number {
  const steepness = cells.landscape.elevation(cells.east[cell]!, cells.north[cell]!);
  return steepness < 0 ? 1 : 2;
}

function shuffled(items: readonly number[], random: Random): number[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

function cellGroups(
  cells: DemoCells,
  groups: readonly (readonly number[])[],
): { groupOf: Int32Array; areas: number[] } {
  const groupOf = new Int32Array(cells.areas.length).fill(-1);
  groups.forEach((group, g) => {
    for (const cell of group) groupOf[cell] = g;
  });
  return { groupOf, areas: groupAreas(cells, groupOf, groups.length) };
}

function layer(
  cells: DemoCells,
  groups: readonly (readonly number[])[],
  columns: readonly (readonly [string, readonly AttributeValue[]])[],
): DemoLayer {
  const { groupOf } = cellGroups(cells, groups);
  return {
    dissolved: dissolve(cells.tessellation, groupOf, groups.length),
    columns: columns.map(([name, values]): AttributeColumn => ({ name, values })),
  };
}

/** The layers of the plan file (docs/domain/plan-format.md). */
export function planLayers(
  cells: DemoCells,
  project: DemoProject,
): { readonly project: DemoLayer; readonly plots: DemoLayer; readonly basicFarmlandChange: DemoLayer } {
  const { plots, changes } = project;
  return {
    project: layer(
      cells,
      [project.cells],
      [
        ['name', [project.name]],
        ['type', ['comprehensive']],
        ['divisionCode', [DEMO_COUNTY.code]],
        ['contents', ['village,farmland,ecology,culture']],
        ['countyConstructionBeforeM2', [project.countyConstructionBeforeDm2 / 100]],
        ['countyConstructionAfterM2', [project.countyConstructionAfterDm2 / 100]],
      ],
    ),
    plots: layer(
      cells,
      plots.map((plot) => plot.cells),
      [
        ['plotId', plots.map((plot) => plot.plotId)],
        ['family', plots.map((plot) => plot.family)],
        ['subProjectType', plots.map((plot) => plot.subProjectType)],
        ['kind', plots.map((plot) => plot.kind)],
        ['classAfter', plots.map((plot) => plot.classAfter)],
        ['gradeAfter', plots.map((plot) => plot.gradeAfter)],
        ['terraceAfter', plots.map((plot) => plot.terraceAfter)],
        ['illegalOccupation', plots.map((plot) => plot.illegalOccupation)],
        ['subProject', plots.map((plot) => plot.subProject)],
      ],
    ),
    basicFarmlandChange: layer(
      cells,
      changes.map((change) => change.cells),
      [
        ['plotId', changes.map((change) => change.plotId)],
        ['direction', changes.map((change) => change.direction)],
        ['class', changes.map((change) => change.landClass)],
        ['grade', changes.map((change) => change.grade)],
      ],
    ),
  };
}

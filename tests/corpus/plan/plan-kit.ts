import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { Problem } from '../../../src/kernel/index.ts';
import { analyse } from '../../../src/modules/analysis/index.ts';
import { readPlan, type ReadPlan } from '../../../src/modules/projects/server.ts';
import { CORNER_EAST, CORNER_NORTH } from '../../support/rectangles.ts';
import { workedInput } from '../../support/worked-case.ts';

/** One awkward plan and what is to become of it: read by the plan reader, then analysed over the parcels of the worked case. */
export interface PlanCase {
  /** What is wrong with the plan, as an office would describe it. */
  readonly name: string;
  make(): Promise<string>;
  readonly options?: Parameters<typeof readPlan>[1];
  readonly expect: {
    /** Codes of the reader, each once; nothing else is looked at then. */
    readonly refused?: readonly string[];
    /** Rules of the reader's warnings and errors with layer and field, each once. */
    readonly says?: readonly string[];
    /** Codes the analysis refuses with, each once. */
    readonly runRefused?: readonly string[];
    /** Rules the run adds to its facts, notes left out, each once. */
    readonly runSays?: readonly string[];
    /** Area of plots outside the project, dm², which the facts state of each plot. */
    readonly outsideDm2?: number;
    check?(plan: ReadPlan): void;
  };
}

type Ring = readonly (readonly [number, number])[];
export type Properties = Readonly<Record<string, unknown>>;

/** A rectangle in metres from the corner of the worked case. */
export function rectangle(west: number, south: number, east: number, north: number): Ring {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

/** A GeoJSON feature; rings in metres from the corner, or null for no geometry. */
export function feature(ring: Ring | null, properties: Properties, type = 'Polygon'): object {
  const points = ring?.map(([x, y]) => [CORNER_EAST + x, CORNER_NORTH + y]);
  const coordinates = points === undefined ? null : type === 'Polygon' ? [[...points, points[0]!]] : points;
  return { type: 'Feature', properties, geometry: coordinates === null ? null : { type, coordinates } };
}

export function geojson(features: readonly object[], epsg: number | null = 4528): string {
  const crs = epsg === null ? {} : { crs: { type: 'name', properties: { name: `urn:ogc:def:crs:EPSG::${epsg}` } } };
  return JSON.stringify({ type: 'FeatureCollection', ...crs, features });
}

export const PROJECT: Properties = {
  name: '算例项目',
  type: 'comprehensive',
  divisionCode: '450701001',
  contents: 'village,farmland',
  countyConstructionBeforeM2: 1_000_000,
  countyConstructionAfterM2: 990_000,
};
export const PLOT: Properties = {
  plotId: 'P1',
  family: 'farmland',
  kind: 'new',
  classAfter: '0103',
  gradeAfter: 9,
  terraceAfter: '',
  illegalOccupation: 0,
  subProject: '甲',
};
export const CHANGE: Properties = { plotId: 'B1', direction: 'out', class: '0103', grade: 9 };

export const BOUNDARY = rectangle(50, 0, 300, 200);
/** On the orchard of the worked case. */
export const PLACE = rectangle(200, 0, 250, 100);

export const project = (properties: Properties = PROJECT): string => geojson([feature(BOUNDARY, properties)]);
export const plots = (...changes: Properties[]): string =>
  geojson(changes.map((change, i) => feature(rectangle(200 + 20 * i, 0, 215 + 20 * i, 100), { ...PLOT, ...change })));

export async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'tianchou-plan-corpus-')), name);
  await writeFile(path, content);
  return path;
}

/** A plan as a zip of GeoJSON files by their names. */
export function zip(entries: Readonly<Record<string, string>>): Promise<string> {
  const bytes = Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)]));
  return file('plan.zip', zipSync(bytes));
}

/** A plan of a good project and these plots. */
export const planOf = (plotLayer: string, rest: Readonly<Record<string, string>> = {}): Promise<string> =>
  zip({ 'project.geojson': project(), 'plots.geojson': plotLayer, ...rest });

const once = (words: readonly string[]): string[] => [...new Set(words)].sort();
const said = (problems: readonly Problem[]): string[] =>
  once(
    problems
      .filter(({ severity }) => severity !== 'note')
      .map(({ rule, field }) => (field === undefined ? rule : `${rule} ${field}`)),
  );

/** What became of a plan, in the shape of an expectation. */
export async function outcomeOf({ make, options }: PlanCase): Promise<{
  readonly outcome: Omit<PlanCase['expect'], 'check'>;
  readonly plan: ReadPlan | null;
  readonly sentences: readonly string[];
}> {
  const read = await readPlan(await make(), options);
  if (!read.ok) {
    return {
      outcome: { refused: once(read.error.map(({ code }) => code)) },
      plan: null,
      sentences: read.error.flatMap(({ message, remedy }) => [message.zh, message.en, remedy.zh, remedy.en]),
    };
  }
  const plan = read.value;
  const run = analyse(workedInput({ plan: { ...plan.plan } }));
  const says = said(plan.problems);
  const outsideDm2 = run.ok ? (run.value.plan.plots ?? []).reduce((sum, plot) => sum + plot.outsideProjectDm2, 0) : 0;
  const runSays = run.ok ? said(run.value.problems) : [];
  return {
    outcome: {
      ...(says.length > 0 ? { says } : {}),
      ...(run.ok ? {} : { runRefused: once(run.error.map(({ code }) => code)) }),
      ...(runSays.length > 0 ? { runSays } : {}),
      ...(outsideDm2 > 0 ? { outsideDm2 } : {}),
    },
    plan,
    sentences: [
      ...plan.problems.flatMap(({ message }) => [message.zh, message.en]),
      ...(run.ok ? [] : run.error.flatMap(({ message, remedy }) => [message.zh, message.en, remedy.zh, remedy.en])),
    ],
  };
}

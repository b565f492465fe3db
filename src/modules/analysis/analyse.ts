import type { LayerRole, PolygonLayer, Problem, Refusal, Result } from '../../kernel/index.ts';
import { assert, err, featureCount, ok } from '../../kernel/index.ts';
import type { PlaneLayer, RunZone } from '../../geometry/index.ts';
import {
  Cancelled,
  coveredAreas,
  lonLatBoxOf,
  officialAreas,
  planeOriginOf,
  runZoneOf,
  tabulate,
  toPlaneLayer,
} from '../../geometry/index.ts';
import { ridgeRulesOf, surveyColumns } from './attributes.ts';
import { keptBasicFarmland } from './build-on-basic-farmland.ts';
import { changeFacts } from './change-facts.ts';
import { contiguityFacts, projectPartsOf } from './contiguity.ts';
import type { PlanPlanes, ZonePlane } from './crossing.ts';
import { crossZones } from './crossing.ts';
import type { InputDigest, OverlayFacts, PlanParts, ReachedParcels } from './facts.ts';
import type { AnalysisParameters } from './parameters.ts';
import { agrees } from './parcel-whole.ts';
import type { AnalysisPlan } from './plan-input.ts';
import { cutPlots } from './cut-plots.ts';
import { ProductRefused } from './product.ts';
import { closeParts, rawParts } from './plan-parts.ts';
import { readReachedParcels } from './reached-parcels.ts';
import { closeRidges } from './part-ridges.ts';
import { ringRefusals } from './ring-refusals.ts';
import {
  coverageProblems,
  duplicatePlots,
  missingFieldProblems,
  missingFields,
  overlapRefusals,
  realOverlaps,
  refusal,
  zonesOverlap,
} from './run-problems.ts';
import { boxIn, featuresNear, selectFeatures, selectPlaneFeatures } from './select-features.ts';
import { villageFacts } from './village-facts.ts';
import { zoneKeysOf } from './zone-keys.ts';

/** A zone layer of a run: a known role, or the user's own (role null) by its name. */
export interface ZoneInput {
  readonly role: Exclude<LayerRole, 'parcels' | 'project'> | null;
  readonly name: string;
  readonly layer: PolygonLayer;
}

/** Everything a run reads. Layers may be in any CRS the product reads. */
export interface AnalysisInput {
  readonly parcels: PolygonLayer;
  readonly zones: readonly ZoneInput[];
  readonly plan: AnalysisPlan;
  readonly parameters: AnalysisParameters;
  /** What was read, with hashes, as the caller knows it; passed through to the facts. */
  readonly inputs: readonly InputDigest[];
}

export interface AnalysisHooks {
  /** Share of the work done, rising from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly isCancelled?: () => boolean;
}

/** How far beyond the plan parcels and zones are looked at: neighbours for contiguity, and edges that bow in another CRS. */
const MARGIN = { degrees: 0.003, metres: 300 } as const;

/**
 * Overlays a plan with survey parcels and zone layers in one 3° zone (that of the parcels) and closes every part to the
 * parcel it belongs to. Only parcels near the plan are brought to the plane, so a county of 300,000 parcels costs no more
 * memory than its project needs.
 *
 * Refuses: `ANALYSIS_INVALID_RING` (a ring near the plan no area can be computed with), `ANALYSIS_PLOTS_OVERLAP`,
 * `ANALYSIS_PROJECT_OVERLAP` (parts of the boundary on one another), `ANALYSIS_NO_PARCELS` (the project lies on none),
 * `ANALYSIS_EMPTY_PROJECT`, `ANALYSIS_DUPLICATE_PLOT`, `ANALYSIS_CANCELLED`, and what the clipper
 * refuses (`PRODUCT_LAYER_FAILED`, `PRODUCT_LAYER_MISMATCH`). Anything smaller is a problem in the facts.
 */
export function analyse(input: AnalysisInput, hooks: AnalysisHooks = {}): Result<OverlayFacts, Refusal[]> {
  try {
    return run(input, hooks);
  } catch (error) {
    if (error instanceof Cancelled) {
      return err([
        refusal(
          'ANALYSIS_CANCELLED',
          '分析已取消',
          'the analysis was cancelled',
          '需要时重新运行',
          'Run it again when needed.',
        ),
      ]);
    }
    if (error instanceof ProductRefused) return err([...error.refusals]);
    throw error;
  }
}

function run(input: AnalysisInput, hooks: AnalysisHooks): Result<OverlayFacts, Refusal[]> {
  const step = (fraction: number): void => {
    if (hooks.isCancelled?.() === true) throw new Cancelled('cancelled');
    hooks.onProgress?.(fraction);
  };
  step(0);
  const { plan, parameters } = input;
  const plots = plan.plots?.attributes ?? [];
  assert(plan.plots === null || plots.length === featureCount(plan.plots.layer), 'plots and their attributes disagree');

  // 1. What lies near the plan, and whether areas can be computed with it.
  const planLayers = [plan.boundary, plan.plots?.layer, plan.basicFarmlandChange?.layer].filter(
    (layer) => layer !== undefined,
  );
  const near = (layer: PolygonLayer): PolygonLayer => {
    const box = boxIn(layer.epsg, planLayers, MARGIN);
    return selectFeatures(layer, box === undefined ? [] : featuresNear(layer, box));
  };
  const planRefusals = [
    ...ringRefusals('project', plan.boundary),
    ...(plan.plots === null ? [] : ringRefusals('plots', plan.plots.layer)),
    ...(plan.basicFarmlandChange === null ? [] : ringRefusals('basicFarmlandChange', plan.basicFarmlandChange.layer)),
  ];
  if (planRefusals.length > 0) return err(planRefusals);
  const candidates = near(input.parcels);
  const zoneLayers = input.zones.map((zone) => ({ ...zone, layer: near(zone.layer) }));
  const refusals = [
    ...ringRefusals('parcels', candidates),
    ...zoneLayers.flatMap(({ name, layer }) => ringRefusals(name, layer)),
    ...duplicatePlots(plots.map(({ plotId }) => plotId)),
  ];
  if (refusals.length > 0) return err(refusals);
  step(0.1);

  // 2. One plane for all of it.
  const zone: RunZone = runZoneOf(input.parcels);
  const origin = planeOriginOf(zone, lonLatBoxOf(plan.boundary));
  const planeOf = (layer: PolygonLayer): PlaneLayer => toPlaneLayer(layer, zone, origin);
  const problems: Problem[] = [];
  const parcelPlane = planeOf(candidates);
  const project = planeOf(plan.boundary);
  const whole = planeOf(plan.plots?.layer ?? emptyLike(plan.boundary));
  const changePlane = plan.basicFarmlandChange === null ? null : planeOf(plan.basicFarmlandChange.layer);
  const projectM2 = project.areas.reduce((sum, area) => sum + area, 0);
  if (projectM2 <= 0) {
    return err([
      refusal(
        'ANALYSIS_EMPTY_PROJECT',
        '项目区没有图形',
        'the project boundary has no area',
        '提供项目区边界',
        'Give the boundary of the project.',
      ),
    ]);
  }
  const overlapping = [
    ...overlapRefusals('ANALYSIS_PROJECT_OVERLAP', 'project', project, plan.boundary, null, parameters),
    ...(plan.plots === null
      ? []
      : overlapRefusals(
          'ANALYSIS_PLOTS_OVERLAP',
          'plots',
          whole,
          plan.plots.layer,
          plots.map(({ plotId }) => plotId),
          parameters,
        )),
    ...(plan.basicFarmlandChange === null || changePlane === null
      ? []
      : overlapRefusals(
          'ANALYSIS_PLOTS_OVERLAP',
          'basicFarmlandChange',
          changePlane,
          plan.basicFarmlandChange.layer,
          plan.basicFarmlandChange.attributes.map(({ plotId }) => plotId),
          parameters,
        )),
  ];
  if (overlapping.length > 0) return err(overlapping);
  const zonePlanes = zoneLayers.map((zoneLayer): ZonePlane => {
    const plane = planeOf(zoneLayer.layer);
    const overlaps = realOverlaps(plane, parameters);
    if (overlaps.length > 0) problems.push(zonesOverlap(zoneLayer.name, zoneLayer.layer, overlaps));
    return {
      role: zoneLayer.role,
      name: zoneLayer.name,
      plane,
      overlaps: overlaps.length,
      ...zoneKeysOf(zoneLayer.role, zoneLayer.layer),
    };
  });
  step(0.3);

  // 3. Parts of parcels by plan zone, closed.
  const planes: PlanPlanes = { project, whole, inside: cutPlots(whole, project, parameters.tolerance) };
  const raw = rawParts(parcelPlane, project, planes.inside, whole);
  const reached = reachedParcels(raw.parcels, changePlane, parcelPlane);
  if (raw.parcels.length === 0) {
    return err([
      refusal(
        'ANALYSIS_NO_PARCELS',
        '项目区内没有地类图斑',
        'no survey parcel lies in the project area',
        '检查两者的坐标系与范围',
        'Check the CRS and extent of both.',
      ),
    ]);
  }
  const position = new Int32Array(parcelPlane.areas.length).fill(-1);
  reached.forEach((candidate, i) => {
    position[candidate] = i;
  });
  const reachedLayer = selectFeatures(candidates, reached);
  const read = readReachedParcels(reachedLayer, officialAreas(reachedLayer, zone), parameters);
  problems.push(...missingFieldProblems(input.parcels), ...read.problems);
  const closed = closeParts(raw, position, read.parcels.wholeDm2);
  const parcels: ReachedParcels = { ...read.parcels, outsideDm2: closed.outsideDm2 };
  const parts: PlanParts = {
    parcels: closed.parcels,
    zones: closed.zones,
    areasDm2: closed.areasDm2,
    ridgesDm2: closeRidges(closed, parcels),
  };
  const projectDm2 = officialAreas(plan.boundary, zone).reduce((sum, { areaDm2 }) => sum + areaDm2, 0);
  problems.push(...coverageProblems(parts, plots.length, projectDm2, parameters));
  step(0.5);

  // 4. Crossings with the zone layers, the adjustment, contiguity, villages.
  const crossings = zonePlanes.map((zones, i) => {
    step(0.5 + (0.35 * i) / zonePlanes.length);
    return crossZones(parcelPlane, planes, zones, raw, closed);
  });
  const planeFor = (role: LayerRole): ZonePlane | null =>
    zonePlanes.find((zones) => zones.role === role && zones.overlaps === 0) ?? null;
  const plotAreas = plan.plots === null ? [] : officialAreas(plan.plots.layer, zone);
  const insideM2 = coveredAreas(tabulate(whole, project), plots.length);
  const ridges = ridgeRulesOf(surveyColumns(input.parcels), featureCount(input.parcels));
  step(0.85);
  const facts: OverlayFacts = {
    formatVersion: 1,
    runZone: zone,
    inputs: input.inputs,
    parameters,
    plan: {
      name: plan.name,
      type: plan.type,
      divisionCode: plan.divisionCode,
      contents: plan.contents,
      countyConstructionBeforeDm2: plan.countyConstructionBeforeDm2,
      countyConstructionAfterDm2: plan.countyConstructionAfterDm2,
      projectDm2,
      projectParts: projectPartsOf(project),
      plots:
        plan.plots === null
          ? null
          : plots.map((plot, i) => ({
              ...plot,
              areaDm2: plotAreas[i]!.areaDm2,
              outsideProjectDm2: beyond(whole.areas[i]!, insideM2[i]!, parameters),
            })),
      alternatives: plan.alternatives,
    },
    parcelCount: featureCount(input.parcels),
    missingFields: missingFields(input.parcels),
    parcels,
    parts,
    crossings,
    ridgeRules: ridges.rules,
    surveyHasRidges: ridges.surveyHasRidges,
    changes:
      plan.basicFarmlandChange === null || changePlane === null
        ? null
        : changeFacts({
            plots: plan.basicFarmlandChange.attributes,
            plane: changePlane,
            areasDm2: officialAreas(plan.basicFarmlandChange.layer, zone).map(({ areaDm2 }) => areaDm2),
            parcels: parcelPlane,
            position,
            tieRank: ranksByBsm(reached, parcels, position.length),
            slope: planeFor('slope'),
            basicFarmland: planeFor('basicFarmland'),
            planPlots: plan.plots === null ? null : whole,
          }),
    buildOnKeptBasicFarmland:
      plan.plots === null
        ? null
        : keptBasicFarmland({
            plan,
            whole,
            changePlane,
            basicFarmland: planeFor('basicFarmland'),
            crossings,
            parts,
            raw,
            closed,
            parcels: parcelPlane,
          }),
    contiguity: contiguityFacts({
      plane: selectPlaneFeatures(parcelPlane, reached),
      layer: reachedLayer,
      parcels,
      reached,
      raw,
      closed,
      planes,
      plan,
      parameters,
      isCancelled: hooks.isCancelled,
    }),
    villages: villageFacts(parcels, parts, plots.length, crossings, planeFor('village'), parameters),
    problems,
  };
  step(1);
  return ok(facts);
}

function emptyLike({ epsg }: PolygonLayer): PolygonLayer {
  return {
    epsg,
    featureNos: new Uint32Array(0),
    coords: new Float64Array(0),
    ringStarts: new Uint32Array(1),
    ringRoles: new Uint8Array(0),
    featureRings: new Uint32Array(1),
    columns: [],
  };
}

/** Parcels the plan or its adjustment touches, in layer order. */
function reachedParcels(inParts: Uint32Array, changes: PlaneLayer | null, parcels: PlaneLayer): Uint32Array {
  const reached = new Set<number>(inParts);
  if (changes !== null) for (const parcel of tabulate(changes, parcels).zones) reached.add(parcel);
  return Uint32Array.from(reached).sort();
}

function ranksByBsm(reached: Uint32Array, parcels: ReachedParcels, candidates: number): Float64Array {
  const order = Array.from(reached, (_, i) => i).sort((a, b) => {
    const [x, y] = [parcels.bsm[a] ?? '', parcels.bsm[b] ?? ''];
    return x < y ? -1 : x > y ? 1 : a - b;
  });
  const ranks = new Float64Array(candidates);
  order.forEach((i, rank) => {
    ranks[reached[i]!] = rank;
  });
  return ranks;
}

function beyond(wholeM2: number, insideM2: number, { tolerance }: AnalysisParameters): number {
  const difference = Math.max(0, Math.round((wholeM2 - insideM2) * 100));
  return agrees(difference, 0, tolerance) ? 0 : difference;
}

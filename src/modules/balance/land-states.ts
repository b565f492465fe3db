import { assert, closeToWhole } from '../../kernel/index.ts';
import type { LayerCrossing, OverlayFacts, PlanPlot } from '../analysis/index.ts';
import { RIDGE_UNKNOWN, TERRACE_NONE, balanceClassOf, ridgeOf, terraceOf } from '../analysis/index.ts';
import { classIndexOf, isFarmlandIndex } from './land-classes-table.ts';

/**
 * The project area in its smallest shares, each with what it is before and after: the one list every table and figure
 * sums, so that no two of them can disagree. A share is a part of a parcel in one plan zone; where new farmland needs its
 * slope, or farmland its grade, from a zone layer, the part is split by that layer first. Areas in dm².
 *
 * Net farmland = area − ridge; the ridge counts as class 1203 (handbook §1.8). Slope, grade: 0 = nobody has stated it.
 */
export interface LandStates {
  readonly count: number;
  /** Index into ReachedParcels, PlanParts; plot index or −1. */
  readonly parcels: Uint32Array;
  readonly parts: Uint32Array;
  readonly plots: Int32Array;
  readonly areasDm2: Float64Array;
  readonly before: LandState;
  readonly after: LandState;
  /** 1 where the share is farmland after whose ridge coefficient nobody can say: its ridge is 0 and its net area unknown. */
  readonly ridgeUnknownAfter: Uint8Array;
}

export interface LandState {
  /** Index into CLASS_CODES, −1 unstated. */
  readonly classes: Int16Array;
  readonly slopes: Uint8Array;
  readonly terraces: Uint8Array;
  readonly grades: Uint8Array;
  readonly ridgesDm2: Float64Array;
}

/** Net area of a share: what counts as its class. */
export function netDm2(states: LandStates, state: LandState, i: number): number {
  return states.areasDm2[i]! - state.ridgesDm2[i]!;
}

export function landStates(facts: OverlayFacts): LandStates {
  const draft = draftOfShares();
  const plots = facts.plan.plots ?? [];
  const splits = crossingSplits(facts);
  const lookUp = ridgeLookup(facts);
  const { parts, parcels } = facts;
  for (let part = 0; part < parts.parcels.length; part++) {
    const zone = parts.zones[part]!;
    if (zone > plots.length) continue; // beyond the project boundary: not in the balance of the area
    const parcel = parts.parcels[part]!;
    const plotIndex = zone - 1;
    const plot = plotIndex >= 0 ? plots[plotIndex]! : null;
    const classBefore = classIndexOf(parcels.classCodes[parcel]!);
    const farmlandBefore = isFarmlandIndex(classBefore);
    const classAfter = plot === null ? classBefore : classAfterOf(plot, classBefore);
    const farmlandAfter = isFarmlandIndex(classAfter);
    const changed = plot !== null && plot.kind !== 'none';
    const ownGrade = parcels.grades[parcel]!;
    const split =
      farmlandBefore && ownGrade === 0
        ? splits.grade?.get(part)
        : !farmlandBefore && farmlandAfter
          ? splits.slope?.get(part)
          : undefined;
    const shares: readonly Share[] = split ?? [{ key: 0, areaDm2: parts.areasDm2[part]! }];
    const ridges = closeToWhole(
      parts.ridgesDm2[part]!,
      shares.map((share) => share.areaDm2),
    );
    shares.forEach((share, k) => {
      if (share.areaDm2 === 0) return;
      const slopeBefore = farmlandBefore ? parcels.slopeLevels[parcel]! : 0;
      const slopeAfter = farmlandBefore ? slopeBefore : share.key;
      const terraceBefore = farmlandBefore ? parcels.terraces[parcel]! : TERRACE_NONE;
      const gradeBefore = farmlandBefore ? (ownGrade !== 0 ? ownGrade : split !== undefined ? share.key : 0) : 0;
      const terraceStated = plot === null ? TERRACE_NONE : terraceOf(plot.terraceAfter);
      const terraceAfter = changed && terraceStated !== TERRACE_NONE ? terraceStated : terraceBefore;
      let ridgeAfter = ridges[k]!;
      let unknown = 0;
      if (changed) {
        ridgeAfter = 0;
        if (farmlandAfter) {
          const keeps = farmlandBefore && terraceAfter === terraceBefore;
          if (keeps) {
            ridgeAfter = ridges[k]!;
          } else {
            const coefficient = lookUp(slopeAfter, terraceAfter);
            if (coefficient === RIDGE_UNKNOWN) unknown = 1;
            ridgeAfter = ridgeOf(share.areaDm2, coefficient);
          }
        }
      }
      draft.add({
        parcel,
        part,
        plot: plotIndex,
        areaDm2: share.areaDm2,
        classBefore,
        slopeBefore,
        terraceBefore,
        gradeBefore,
        ridgeBefore: ridges[k]!,
        classAfter,
        slopeAfter: farmlandAfter ? slopeAfter : 0,
        terraceAfter: farmlandAfter ? terraceAfter : TERRACE_NONE,
        gradeAfter: farmlandAfter ? (changed ? (plot.gradeAfter ?? 0) : gradeBefore) : 0,
        ridgeAfter: farmlandAfter || !changed ? ridgeAfter : 0,
        ridgeUnknown: unknown,
      });
    });
  }
  return draft.finish();
}

/** Class after of land in a plot. Kind `none` changes nothing; a change whose class nobody states is unstated. */
export function classAfterOf(plot: Pick<PlanPlot, 'kind' | 'classAfter'>, classBefore: number): number {
  if (plot.kind === 'none') return classBefore;
  return classIndexOf(balanceClassOf(plot.classAfter));
}

interface Share {
  readonly key: number;
  readonly areaDm2: number;
}

function crossingSplits(facts: OverlayFacts): { slope?: Map<number, Share[]>; grade?: Map<number, Share[]> } {
  const of = (role: 'slope' | 'grade', highest: number): Map<number, Share[]> | undefined => {
    const crossing = facts.crossings.find((candidate) => candidate.role === role && candidate.overlaps === 0);
    return crossing === undefined ? undefined : sharesByNumber(crossing, highest);
  };
  const slope = of('slope', 5);
  const grade = of('grade', 15);
  return { ...(slope && { slope }), ...(grade && { grade }) };
}

/** Shares of each part under the whole number its zone's key says; anything else (and outside) is 0. */
function sharesByNumber(crossing: LayerCrossing, highest: number): Map<number, Share[]> {
  const numbers = crossing.keys.map((key, i) => {
    const number = i === 0 ? 0 : Number(key.key);
    return Number.isInteger(number) && number >= 1 && number <= highest ? number : 0;
  });
  const byPart = new Map<number, Share[]>();
  for (let i = 0; i < crossing.parts.length; i++) {
    const shares = byPart.get(crossing.parts[i]!) ?? [];
    shares.push({ key: numbers[crossing.keyIndexes[i]!]!, areaDm2: crossing.areasDm2[i]! });
    byPart.set(crossing.parts[i]!, shares);
  }
  return byPart;
}

/**
 * The county's own coefficient for a slope level and terrace type, in ten-thousandths. Where the plan states no terrace type
 * (or one the survey does not know on that level) the level's highest coefficient counts, so that new farmland is never
 * overstated; the deduction table says so. Without a slope nobody can say.
 */
function ridgeLookup(facts: OverlayFacts): (slopeLevel: number, terrace: number) => number {
  if (!facts.surveyHasRidges) return () => 0;
  const rules = new Map(facts.ridgeRules.map((rule) => [rule.slopeLevel * 3 + rule.terrace, rule.coefficient]));
  return (slopeLevel, terrace) => {
    if (slopeLevel === 0) return RIDGE_UNKNOWN;
    if (slopeLevel === 1) return rules.get(3) ?? 0; // none is taken off on level 1 (handbook §1.8) unless the survey does
    const ofLevel = facts.ridgeRules
      .filter((rule) => rule.slopeLevel === slopeLevel)
      .map(({ coefficient }) => coefficient);
    const exact = terrace === TERRACE_NONE ? undefined : rules.get(slopeLevel * 3 + terrace);
    return exact ?? (ofLevel.length === 0 ? RIDGE_UNKNOWN : Math.max(...ofLevel));
  };
}

interface OneShare {
  parcel: number;
  part: number;
  plot: number;
  areaDm2: number;
  classBefore: number;
  slopeBefore: number;
  terraceBefore: number;
  gradeBefore: number;
  ridgeBefore: number;
  classAfter: number;
  slopeAfter: number;
  terraceAfter: number;
  gradeAfter: number;
  ridgeAfter: number;
  ridgeUnknown: number;
}

/** Collects shares column by column. */
function draftOfShares(): { add(share: OneShare): void; finish(): LandStates } {
  const c: Record<keyof OneShare, number[]> = {
    parcel: [],
    part: [],
    plot: [],
    areaDm2: [],
    classBefore: [],
    slopeBefore: [],
    terraceBefore: [],
    gradeBefore: [],
    ridgeBefore: [],
    classAfter: [],
    slopeAfter: [],
    terraceAfter: [],
    gradeAfter: [],
    ridgeAfter: [],
    ridgeUnknown: [],
  };
  const names = Object.keys(c) as (keyof OneShare)[];
  return {
    add(share) {
      assert(share.ridgeAfter <= share.areaDm2 && share.ridgeBefore <= share.areaDm2, 'more ridge than land');
      for (const name of names) c[name].push(share[name]);
    },
    finish: () => ({
      count: c.parcel.length,
      parcels: Uint32Array.from(c.parcel),
      parts: Uint32Array.from(c.part),
      plots: Int32Array.from(c.plot),
      areasDm2: Float64Array.from(c.areaDm2),
      before: {
        classes: Int16Array.from(c.classBefore),
        slopes: Uint8Array.from(c.slopeBefore),
        terraces: Uint8Array.from(c.terraceBefore),
        grades: Uint8Array.from(c.gradeBefore),
        ridgesDm2: Float64Array.from(c.ridgeBefore),
      },
      after: {
        classes: Int16Array.from(c.classAfter),
        slopes: Uint8Array.from(c.slopeAfter),
        terraces: Uint8Array.from(c.terraceAfter),
        grades: Uint8Array.from(c.gradeAfter),
        ridgesDm2: Float64Array.from(c.ridgeAfter),
      },
      ridgeUnknownAfter: Uint8Array.from(c.ridgeUnknown),
    }),
  };
}

import type { AreaDm2 } from '../../kernel/index.ts';
import { LAND_CLASSES, assert } from '../../kernel/index.ts';
import type { ChangeFacts, OverlayFacts } from '../analysis/index.ts';
import { balanceClassOf, majorClassTable } from '../analysis/index.ts';

/** An exact fraction of whole numbers; the denominator is above 0. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/** A patch counts as scattered 零星 up to this size (first bin of the review table, handbook §5.6). */
export const SCATTERED_MU = 5;

/** One side (moved out or in) of the adjustment, as the official review table asks for it (handbook §5.6). Areas dm². */
export interface ReviewSide {
  readonly plots: readonly ChangeFacts[];
  readonly areaDm2: AreaDm2;
  readonly patches: number;
  /** Mean patch; null without patches. */
  readonly meanPatch: Fraction | null;
  /** Present class 现状 by the survey: farmland and its three classes, the rest by major class. */
  readonly farmlandDm2: AreaDm2;
  readonly paddyDm2: AreaDm2;
  readonly irrigatedDm2: AreaDm2;
  readonly dryDm2: AreaDm2;
  readonly nonFarmlandDm2: AreaDm2;
  readonly otherAgriculturalDm2: AreaDm2;
  readonly constructionDm2: AreaDm2;
  readonly unusedDm2: AreaDm2;
  readonly unstatedDm2: AreaDm2;
  /** ≤15°, (15,25], >25°, not stated; null without a slope layer. */
  readonly slopeBinsDm2: readonly [AreaDm2, AreaDm2, AreaDm2, AreaDm2] | null;
  /** Areas of patches ≤5, (5,10], (10,20], >20 mu. */
  readonly patchBinsDm2: readonly [AreaDm2, AreaDm2, AreaDm2, AreaDm2];
  readonly scatteredPatches: number;
  /** Σ area × grade and the area whose grade is stated. */
  readonly averageGrade: Fraction | null;
  readonly ungradedPlots: readonly string[];
}

/** The review of a basic-farmland adjustment 永久基本农田布局调整审查. */
export interface BasicFarmlandReview {
  readonly out: ReviewSide;
  readonly in: ReviewSide;
  /** Basic farmland inside the project before; null without that layer. */
  readonly basicFarmlandBeforeDm2: AreaDm2 | null;
  /** 净增 = in − out. */
  readonly netDm2: AreaDm2;
  /** 调出比例 = out / basic farmland in the area. */
  readonly outShare: Fraction | null;
  /** 新增比例 = (in − out) / out. */
  readonly addedShare: Fraction | null;
  /** 集中连片度 = (mean patch in − mean patch out) / mean patch out. */
  readonly contiguity: Fraction | null;
  readonly undirectedPlots: readonly string[];
}

export function basicFarmlandReview(
  facts: OverlayFacts,
  basicFarmlandBeforeDm2: AreaDm2 | null,
): BasicFarmlandReview | null {
  const { changes } = facts;
  if (changes === null) return null;
  const out = reviewSide(
    facts,
    changes.filter(({ direction }) => direction === 'out'),
  );
  const inside = reviewSide(
    facts,
    changes.filter(({ direction }) => direction === 'in'),
  );
  return {
    out,
    in: inside,
    basicFarmlandBeforeDm2,
    netDm2: inside.areaDm2 - out.areaDm2,
    outShare: fraction(out.areaDm2, basicFarmlandBeforeDm2 ?? 0),
    addedShare: fraction(inside.areaDm2 - out.areaDm2, out.areaDm2),
    // (I/m − O/n) / (O/n) = (I·n − O·m) / (O·m), kept whole.
    contiguity:
      inside.patches === 0
        ? null
        : fraction(inside.areaDm2 * out.patches - out.areaDm2 * inside.patches, out.areaDm2 * inside.patches),
    undirectedPlots: changes.filter(({ direction }) => direction === null).map(({ plotId }) => plotId),
  };
}

function reviewSide(facts: OverlayFacts, plots: readonly ChangeFacts[]): ReviewSide {
  const majors = majorClassTable(facts.parameters);
  const firstOf = new Map(LAND_CLASSES.map(({ code, first }) => [code, first]));
  const byClass = { paddy: 0, irrigated: 0, dry: 0, agricultural: 0, construction: 0, unused: 0, unstated: 0 };
  const slopes: [number, number, number, number] | null = plots.every(({ slopeDm2 }) => slopeDm2 !== null)
    ? [0, 0, 0, 0]
    : null;
  const patches: [number, number, number, number] = [0, 0, 0, 0];
  let area = 0;
  let scattered = 0;
  let weighted = 0;
  let graded = 0;
  for (const plot of plots) {
    area += plot.areaDm2;
    for (const share of plot.parcels) {
      const code = share.parcel === null ? null : balanceClassOf(facts.parcels.classCodes[share.parcel]!);
      if (code === null) byClass.unstated += share.areaDm2;
      else if (code === '0101') byClass.paddy += share.areaDm2;
      else if (code === '0102') byClass.irrigated += share.areaDm2;
      else if (code === '0103') byClass.dry += share.areaDm2;
      else byClass[majors.get(code)!] += share.areaDm2;
      assert(code === null || firstOf.has(code), 'class without a first level');
    }
    if (slopes !== null) {
      plot.slopeDm2!.forEach((share, level) => {
        const bin = level === 0 ? 3 : level <= 3 ? 0 : level - 3;
        slopes[bin]! += share;
      });
    }
    const size = patchBinOf(plot.areaDm2);
    patches[size]! += plot.areaDm2;
    if (size === 0) scattered++;
    if (plot.grade !== null) {
      weighted += plot.areaDm2 * plot.grade;
      graded += plot.areaDm2;
    }
  }
  const farmland = byClass.paddy + byClass.irrigated + byClass.dry;
  return {
    plots,
    areaDm2: area,
    patches: plots.length,
    meanPatch: fraction(area, plots.length),
    farmlandDm2: farmland,
    paddyDm2: byClass.paddy,
    irrigatedDm2: byClass.irrigated,
    dryDm2: byClass.dry,
    nonFarmlandDm2: byClass.agricultural + byClass.construction + byClass.unused,
    otherAgriculturalDm2: byClass.agricultural,
    constructionDm2: byClass.construction,
    unusedDm2: byClass.unused,
    unstatedDm2: byClass.unstated,
    slopeBinsDm2: slopes,
    patchBinsDm2: patches,
    scatteredPatches: scattered,
    averageGrade: fraction(weighted, graded),
    ungradedPlots: plots.filter(({ grade }) => grade === null).map(({ plotId }) => plotId),
  };
}

/** Bin of a patch: ≤5, (5,10], (10,20], >20 mu, decided in integers (1 mu = 200,000/3 dm²). */
export function patchBinOf(areaDm2: AreaDm2): 0 | 1 | 2 | 3 {
  const above = (mu: number): boolean => areaDm2 * 3 > mu * 200_000;
  return above(20) ? 3 : above(10) ? 2 : above(SCATTERED_MU) ? 1 : 0;
}

export function fraction(numerator: number, denominator: number): Fraction | null {
  if (denominator === 0) return null;
  assert(Number.isSafeInteger(numerator) && Number.isSafeInteger(denominator), 'a fraction leaves the whole numbers');
  return { numerator, denominator };
}

/** Compares two fractions exactly: −1, 0, 1. */
export function compareFractions(a: Fraction, b: Fraction): number {
  const left = BigInt(a.numerator) * BigInt(b.denominator);
  const right = BigInt(b.numerator) * BigInt(a.denominator);
  return left < right ? -1 : left > right ? 1 : 0;
}

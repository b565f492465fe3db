import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { AreaDm2, Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { numberOf, textOf } from '../values.ts';

/** Largest difference at which a stated area agrees with the computed one: max(0.05 m², 1e-6 × area). */
export function areaToleranceDm2(computed: AreaDm2): number {
  return Math.max(5, computed / 1_000_000);
}

/** TBMJ agrees with the official area of the shape. */
export const officialAreaRule: QualityRule = {
  id: 'area.official',
  severity: 'error',
  title: localized('图斑面积 TBMJ 与椭球面积不符', 'parcel area TBMJ is not the ellipsoidal area of the shape'),
  citation: SOURCES.ellipsoidArea,
  confidence: 'verified',
  fields: ['TBMJ'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const areas = context.column('TBMJ');
    for (let f = 0; f < context.features; f++) {
      const computed = context.officialArea(f)?.areaDm2;
      if (computed === undefined) continue;
      const stated = numberOf(areas[f]);
      if (stated === undefined) {
        yield featureProblem(context, officialAreaRule, f, {
          field: 'TBMJ',
          message: localized(`图斑面积“${textOf(areas[f])}”不是数值`, `area “${textOf(areas[f])}” is no number`),
          remedy: localized(`填写 ${formatSquareMetres(computed)}`, `Enter ${formatSquareMetres(computed)}.`),
        });
        continue;
      }
      const difference = dm2FromSquareMetres(stated) - computed;
      if (Math.abs(difference) <= areaToleranceDm2(computed)) continue;
      yield featureProblem(context, officialAreaRule, f, {
        field: 'TBMJ',
        message: localized(
          `TBMJ 为 ${formatSquareMetres(dm2FromSquareMetres(stated))} m²，椭球面积为 ${formatSquareMetres(computed)} m²，相差 ${formatSquareMetres(difference)} m²`,
          `TBMJ is ${formatSquareMetres(dm2FromSquareMetres(stated))} m², the shape has ${formatSquareMetres(computed)} m², difference ${formatSquareMetres(difference)} m²`,
        ),
        remedy: localized(
          '按图斑椭球面积公式重算；若经控制面积平差，请附说明',
          'Compute it anew on the ellipsoid; where it was adjusted to a control area, say so.',
        ),
      });
    }
  },
};

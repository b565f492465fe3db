import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** No two features of a layer share area (more than 0.01 m²). Each pair is reported at both, so that both rows say so. */
export const overlapRule: QualityRule = {
  id: 'topology.overlap',
  severity: 'error',
  title: localized('要素之间相互重叠', 'features overlap'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: [],
  appliesTo: 'any',
  *check(context: QualityContext): Iterable<Problem> {
    for (const { a, b, areaM2 } of context.overlaps()) {
      const at = context.overlapPlace(a, b);
      yield overlapProblem(context, a, b, areaM2, at);
      yield overlapProblem(context, b, a, areaM2, at);
    }
  },
};

function overlapProblem(
  context: QualityContext,
  feature: number,
  other: number,
  areaM2: number,
  at: readonly [number, number] | undefined,
): Problem {
  const number = context.layer.featureNos[other]!;
  const name = context.idOf(other);
  const area = formatSquareMetres(dm2FromSquareMetres(areaM2));
  return featureProblem(context, overlapRule, feature, {
    message: localized(
      `与第 ${number} 号要素${name === null ? '' : `（${name}）`}重叠 ${area} m²`,
      `overlaps feature ${number}${name === null ? '' : ` (${name})`} by ${area} m²`,
    ),
    remedy: localized('修改公共边，使两图斑共用同一条界线', 'Edit the common boundary so that both use one line.'),
    ...(at === undefined ? {} : { at }),
  });
}

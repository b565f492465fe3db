import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** No two features of a layer share area (more than 0.01 m²). Each pair is reported once, at its first feature. */
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
      const other = context.layer.featureNos[b]!;
      const name = context.idOf(b);
      const area = formatSquareMetres(dm2FromSquareMetres(areaM2));
      const at = context.overlapPlace(a, b);
      yield featureProblem(context, overlapRule, a, {
        message: localized(
          `与第 ${other} 号要素${name === null ? '' : `（${name}）`}重叠 ${area} m²`,
          `overlaps feature ${other}${name === null ? '' : ` (${name})`} by ${area} m²`,
        ),
        remedy: localized('修改公共边，使两图斑共用同一条界线', 'Edit the common boundary so that both use one line.'),
        ...(at === undefined ? {} : { at }),
      });
    }
  },
};

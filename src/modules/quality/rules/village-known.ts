import { localized, villageCodeOf } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** The village of a parcel stands in the village layer. */
export const villageKnownRule: QualityRule = {
  id: 'attribute.village-unknown',
  severity: 'error',
  title: localized('坐落单位代码不在村级调查区图层中', 'village code is not in the village layer'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: ['ZLDWDM'],
  needs: ['villageCodes'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const known = context.villageCodes!;
    const codes = context.column('ZLDWDM');
    for (let f = 0; f < context.features; f++) {
      const village = villageCodeOf(textOf(codes[f]));
      if (village === undefined || known.has(village)) continue;
      yield featureProblem(context, villageKnownRule, f, {
        field: 'ZLDWDM',
        message: localized(`村级调查区中没有 ${village}`, `the village layer has no village ${village}`),
        remedy: localized(
          '更正坐落单位代码，或更新村级调查区图层',
          'Correct the code or bring the village layer up to date.',
        ),
      });
    }
  },
};

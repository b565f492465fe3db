import { divisionContains, localized, villageCodeOf } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** The village of a parcel belongs to the county of the data. */
export const villageCountyRule: QualityRule = {
  id: 'attribute.village-county',
  severity: 'error',
  title: localized('坐落单位代码不属于本县', 'village code belongs to another county'),
  citation: SOURCES.divisions,
  confidence: 'verified',
  fields: ['ZLDWDM'],
  needs: ['countyCode'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const county = context.countyCode!;
    const codes = context.column('ZLDWDM');
    for (let f = 0; f < context.features; f++) {
      const village = villageCodeOf(textOf(codes[f]));
      if (village === undefined || divisionContains(county, village)) continue;
      yield featureProblem(context, villageCountyRule, f, {
        field: 'ZLDWDM',
        message: localized(`村 ${village} 不在县 ${county} 内`, `village ${village} is not in county ${county}`),
        remedy: localized(
          '更正坐落单位代码；若为飞入地，另行入库',
          'Correct the code; land of another county goes to that county’s data.',
        ),
      });
    }
  },
};

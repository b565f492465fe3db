import { localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** TBBH is unique inside a village (ZLDWDM). Empty numbers are reported too. */
export const parcelNumberRule: QualityRule = {
  id: 'attribute.parcel-number',
  severity: 'error',
  title: localized('图斑编号 TBBH 缺失或在村内重复', 'parcel number TBBH is missing or not unique in its village'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: ['TBBH', 'ZLDWDM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const numbers = context.column('TBBH');
    const villages = context.column('ZLDWDM');
    const firstWith = new Map<string, number>();
    for (let f = 0; f < context.features; f++) {
      const number = textOf(numbers[f]);
      // The 12- and the 19-character form name the same village.
      const village = textOf(villages[f]).slice(0, 12);
      const key = `${village}\n${number}`;
      const first = firstWith.get(key);
      if (number !== '' && first === undefined) {
        firstWith.set(key, f);
        continue;
      }
      yield featureProblem(context, parcelNumberRule, f, {
        field: 'TBBH',
        message:
          first === undefined
            ? localized('图斑编号为空', 'parcel number is empty')
            : localized(
                `图斑编号“${number}”在村 ${village} 内与第 ${context.layer.featureNos[first]!} 号要素重复`,
                `parcel number “${number}” is used in village ${village} by feature ${context.layer.featureNos[first]!} too`,
              ),
        remedy: localized('按村重新编号，保证唯一', 'Number the parcels of the village anew, each once.'),
      });
    }
  },
};

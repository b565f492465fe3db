import { localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** No two features carry the same BSM. The first of them is let pass, every later one reported. */
export const identifierUniqueRule: QualityRule = {
  id: 'attribute.identifier-duplicate',
  severity: 'error',
  title: localized('标识码 BSM 重复', 'identifier BSM is not unique'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: ['BSM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const identifiers = context.column('BSM');
    const firstWith = new Map<string, number>();
    for (let f = 0; f < context.features; f++) {
      const identifier = textOf(identifiers[f]);
      if (identifier === '') continue;
      const first = firstWith.get(identifier);
      if (first === undefined) {
        firstWith.set(identifier, f);
        continue;
      }
      const number = context.layer.featureNos[first]!;
      yield featureProblem(context, identifierUniqueRule, f, {
        field: 'BSM',
        message: localized(
          `标识码“${identifier}”与第 ${number} 号要素重复`,
          `identifier “${identifier}” is that of feature ${number} too`,
        ),
        remedy: localized('为其中一个图斑另编标识码', 'Give one of the two another identifier.'),
      });
    }
  },
};

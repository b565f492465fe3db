import { landClassOf, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem, shown } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** DLMC is the name of the class DLBM. Adjustable land may carry the plain name of its class. */
export const classNameRule: QualityRule = {
  id: 'attribute.class-name',
  severity: 'warning',
  title: localized('地类名称 DLMC 与地类编码 DLBM 不符', 'land class name DLMC does not match DLBM'),
  citation: SOURCES.classes,
  confidence: 'verified',
  fields: ['DLBM', 'DLMC'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const codes = context.column('DLBM');
    const names = context.column('DLMC');
    for (let f = 0; f < context.features; f++) {
      const landClass = landClassOf(textOf(codes[f]));
      if (landClass === undefined) continue;
      const name = textOf(names[f]);
      if (name === landClass.name.zh || (landClass.code.endsWith('K') && `可调整${name}` === landClass.name.zh))
        continue;
      yield featureProblem(context, classNameRule, f, {
        field: 'DLMC',
        message: localized(
          `地类名称为${shown(name).zh}，编码 ${landClass.code} 应为“${landClass.name.zh}”`,
          `name is ${shown(name).en}, code ${landClass.code} is “${landClass.name.zh}”`,
        ),
        remedy: localized(
          `改为“${landClass.name.zh}”，或更正编码`,
          `Change it to “${landClass.name.zh}” or correct the code.`,
        ),
      });
    }
  },
};

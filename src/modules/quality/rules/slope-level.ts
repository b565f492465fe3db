import { isFarmland, landClassOf, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem, shown } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { isBlank, levelOf, textOf } from '../values.ts';

/** GDPDJB is 1–5 on farmland and empty elsewhere. */
export const slopeLevelRule: QualityRule = {
  id: 'attribute.slope-level',
  severity: 'error',
  title: localized('耕地坡度级别 GDPDJB 与地类不符', 'slope level GDPDJB does not agree with the land class'),
  citation: SOURCES.slope,
  confidence: 'unverified',
  fields: ['DLBM', 'GDPDJB'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const classes = context.column('DLBM');
    const levels = context.column('GDPDJB');
    for (let f = 0; f < context.features; f++) {
      const code = textOf(classes[f]);
      if (landClassOf(code) === undefined) continue;
      const text = textOf(levels[f]);
      const farmland = isFarmland(code);
      if (farmland ? levelOf(levels[f]) !== undefined : isBlank(levels[f])) continue;
      yield featureProblem(context, slopeLevelRule, f, {
        field: 'GDPDJB',
        message: farmland
          ? localized(
              `耕地（${code}）的坡度级别为${shown(text).zh}`,
              `farmland (${code}) with slope level ${shown(text).en}`,
            )
          : localized(`非耕地（${code}）填了坡度级别“${text}”`, `${code} is no farmland but has slope level “${text}”`),
        remedy: farmland
          ? localized('填写 1–5 级', 'Enter level 1 to 5.')
          : localized('清空坡度级别，或更正地类', 'Clear the slope level or correct the land class.'),
      });
    }
  },
};

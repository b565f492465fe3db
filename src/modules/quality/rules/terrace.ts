import { isFarmland, landClassOf, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem, shown } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { levelOf, textOf } from '../values.ts';
import { DRAFT_TERRACE_CODES, TERRACE_CODES } from './code-lists.ts';

/** GDLX is TT or PD on farmland of levels 2–5, empty on level 1 and on other land. */
export const terraceRule: QualityRule = {
  id: 'attribute.terrace',
  severity: 'error',
  title: localized(
    '耕地类型 GDLX 与坡度级别或地类不符',
    'terrace code GDLX does not agree with slope level or land class',
  ),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: ['DLBM', 'GDPDJB', 'GDLX'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const classes = context.column('DLBM');
    const levels = context.column('GDPDJB');
    const terraces = context.column('GDLX');
    const lawful = new Set([...TERRACE_CODES, ...DRAFT_TERRACE_CODES]);
    for (let f = 0; f < context.features; f++) {
      const code = textOf(classes[f]);
      if (landClassOf(code) === undefined) continue;
      const terrace = textOf(terraces[f]);
      const level = isFarmland(code) ? levelOf(levels[f]) : 1;
      // A missing or wrong level is reported as such; nothing can be said of the terrace code then.
      if (level === undefined || (level === 1 ? terrace === '' : lawful.has(terrace))) continue;
      yield featureProblem(context, terraceRule, f, {
        field: 'GDLX',
        message: !isFarmland(code)
          ? localized(
              `非耕地（${code}）填了耕地类型“${terrace}”`,
              `${code} is no farmland but has terrace code “${terrace}”`,
            )
          : level === 1
            ? localized(
                `坡度 1 级的耕地填了耕地类型“${terrace}”`,
                `farmland of slope level 1 has terrace code “${terrace}”`,
              )
            : localized(
                `坡度 ${level} 级的耕地，耕地类型为${shown(terrace).zh}`,
                `farmland of slope level ${level} has terrace code ${shown(terrace).en}`,
              ),
        remedy:
          level === 1
            ? localized('清空耕地类型', 'Clear the terrace code.')
            : localized('填写 TT（梯田）或 PD（坡地）', 'Enter TT (terraced) or PD (sloping).'),
      });
    }
  },
};

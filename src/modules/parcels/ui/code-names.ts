import type { Localized } from '../../../kernel/index.ts';

/** What the codes of survey fields stand for, for people; codes that are not here are shown as they are. */
export const CODE_NAMES: Readonly<Record<string, Readonly<Record<string, Localized>>>> = {
  QSXZ: {
    '10': { zh: '国有土地所有权', en: 'state ownership' },
    '20': { zh: '国有土地使用权', en: 'state land, right of use' },
    '30': { zh: '集体土地所有权', en: 'collective ownership' },
    '31': { zh: '村民小组', en: 'villagers’ group' },
    '32': { zh: '村集体经济组织', en: 'village collective' },
    '33': { zh: '乡集体经济组织', en: 'township collective' },
    '34': { zh: '其他农民集体', en: 'other collective' },
    '40': { zh: '集体土地使用权', en: 'collective land, right of use' },
  },
  GDLX: { TT: { zh: '梯田', en: 'terraced' }, PD: { zh: '坡地', en: 'sloping' } },
  GDPDJB: {
    '1': { zh: '≤2°', en: '≤2°' },
    '2': { zh: '2°–6°', en: '2°–6°' },
    '3': { zh: '6°–15°', en: '6°–15°' },
    '4': { zh: '15°–25°', en: '15°–25°' },
    '5': { zh: '>25°', en: '>25°' },
  },
};

/** Code lists of the survey schema (TD/T 1057-2020). Values marked so in the handbook come from practice, not from the text. */

/** QSXZ 权属性质. 41 is used in deliveries though some drafts leave it out. */
export const OWNERSHIP_CODES = ['10', '20', '21', '30', '31', '32', '33', '34', '40', '41'];

/** CZCSXM 城镇村属性码. */
export const SETTLEMENT_CODES = ['201', '201A', '202', '202A', '203', '203A', '204', '205'];

/** ZZSXDM 种植属性代码. */
export const PLANTING_CODES = ['LS', 'FLS', 'LYFL', 'XG', 'WG', 'JKHF', 'GCHF', 'LLJZ'];
/** Planting codes of drafts, still found in deliveries. */
export const DRAFT_PLANTING_CODES = ['GZ', 'YM', 'LM', 'LH', 'MC', 'GSYY', 'SSLM'];

/** TBXHDM 图斑细化代码. */
export const REFINEMENT_CODES = [
  'HDGD',
  'HQGD',
  'LQGD',
  'MQGD',
  'SHGD',
  'SMGD',
  'HDGY',
  'GTGY',
  'MTGY',
  'SNGY',
  'BLGY',
  'DLGY',
  'LJTM',
  'FQ',
  'LQYD',
  'GCCD',
];
/** A draft wrote HHGD for SHGD. */
export const DRAFT_REFINEMENT_CODES = ['HHGD'];

/** GDLX 耕地类型: terraced, sloping. */
export const TERRACE_CODES = ['TT', 'PD'];
export const DRAFT_TERRACE_CODES = ['FD'];

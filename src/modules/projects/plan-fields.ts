import { localized, type Localized } from '../../kernel/index.ts';
import { PLOT_KINDS } from '../analysis/index.ts';

export const PLAN_LAYERS = ['project', 'plots', 'basicFarmlandChange', 'alternatives'] as const;
export type PlanLayerName = (typeof PLAN_LAYERS)[number];

export const PLAN_TYPES = ['comprehensive', 'contiguousBasicFarmland'] as const;
export const PLOT_FAMILIES = ['farmland', 'construction', 'ecology', 'appearance', 'culture'] as const;

/** One attribute of the plan format. `choices` are the words it may hold; `synonyms` are read as one of them. */
export interface PlanField {
  readonly name: string;
  readonly type: 'text' | 'number' | 'integer' | 'flag';
  readonly title: Localized;
  readonly choices?: readonly string[];
  readonly synonyms?: Readonly<Record<string, string>>;
  /** Other names the field goes by. */
  readonly aliases: readonly string[];
}

const PLOT_ID: PlanField = {
  name: 'plotId',
  type: 'text',
  title: localized('地块编号', 'plot id, unique'),
  aliases: ['plot', 'DKBH', '地块编号', '地块号'],
};
const CLASS_ALIASES = ['DLBM', '地类编码', '地类'];
const GRADE_ALIASES = ['GDDB', '等别', '耕地等别'];

/** The plan format (docs/domain/plan-format.md) as data: the reader, the JSON Schema and the template follow it. */
export const PLAN_FIELDS: Readonly<Record<PlanLayerName, readonly PlanField[]>> = {
  project: [
    {
      name: 'name',
      type: 'text',
      title: localized('项目名称', 'name of the project'),
      aliases: ['XMMC', '项目名称', '地块名称', '名称'],
    },
    {
      name: 'type',
      type: 'text',
      title: localized('项目类型', 'type of project'),
      choices: PLAN_TYPES,
      aliases: ['XMLX', '项目类型'],
      synonyms: {
        全域土地综合整治: 'comprehensive',
        永农集中连片整治: 'contiguousBasicFarmland',
        永久基本农田集中连片整治: 'contiguousBasicFarmland',
      },
    },
    {
      name: 'divisionCode',
      type: 'text',
      title: localized('行政区代码', 'division code: 6, 9 or 12 digits'),
      aliases: ['XZQDM', '行政区代码'],
    },
    {
      name: 'contents',
      type: 'text',
      title: localized('整治内容,逗号分隔', 'contents, comma-separated: village, farmland, ecology, or other words'),
      aliases: ['ZZNR', '整治内容'],
    },
    {
      name: 'countyConstructionBeforeM2',
      type: 'number',
      title: localized('全县城乡建设用地(整治前),平方米', 'county urban and rural construction land before, m²'),
      aliases: ['整治前建设用地'],
    },
    {
      name: 'countyConstructionAfterM2',
      type: 'number',
      title: localized('全县城乡建设用地(整治后),平方米', 'county urban and rural construction land after, m²'),
      aliases: ['整治后建设用地'],
    },
  ],
  plots: [
    PLOT_ID,
    {
      name: 'family',
      type: 'text',
      title: localized('子项目大类', 'family of sub-project'),
      choices: PLOT_FAMILIES,
      aliases: ['ZXMDL', '子项目大类'],
      synonyms: {
        农用地整治: 'farmland',
        农用地整理: 'farmland',
        建设用地整治: 'construction',
        建设用地整理: 'construction',
        生态保护修复: 'ecology',
        乡村生态保护修复: 'ecology',
        乡村风貌提升: 'appearance',
        风貌提升: 'appearance',
        历史文化保护: 'culture',
        乡村历史文化保护: 'culture',
      },
    },
    {
      name: 'subProjectType',
      type: 'text',
      title: localized('子项目类型(政策包所列)', 'sub-project type, by its name in the pack'),
      aliases: ['ZXMLX', '子项目类型'],
    },
    {
      name: 'kind',
      type: 'text',
      title: localized('地块性质', 'what the plot does'),
      choices: PLOT_KINDS,
      aliases: ['DKXZ', '地块性质', '地块类型'],
      synonyms: {
        新增: 'new',
        新增耕地: 'new',
        提质: 'upgrade',
        改造: 'upgrade',
        提质改造: 'upgrade',
        拆旧: 'clear',
        复垦: 'clear',
        建新: 'build',
        无: 'none',
      },
    },
    {
      name: 'classAfter',
      type: 'text',
      title: localized('整治后地类编码', 'survey class code after'),
      aliases: ['ZZHDLBM', '整治后地类', '整治后地类编码'],
    },
    {
      name: 'gradeAfter',
      type: 'integer',
      title: localized('整治后等别 1–15', 'grade 等别 1–15 after'),
      aliases: ['ZZHDB', '整治后等别'],
    },
    {
      name: 'terraceAfter',
      type: 'text',
      title: localized('整治后耕地类型 TT/PD', 'TT terraced, PD sloping, empty on level 1'),
      choices: ['TT', 'PD', ''],
      aliases: ['ZZHGDLX', '整治后耕地类型'],
      synonyms: { 梯田: 'TT', 坡地: 'PD' },
    },
    {
      name: 'illegalOccupation',
      type: 'flag',
      title: localized('原为违法占用耕地 0/1', 'farmland illegally occupied before, 0 or 1'),
      aliases: ['WFZY', '违法占用'],
    },
    {
      name: 'subProject',
      type: 'text',
      title: localized('子项目名称', 'name of the sub-project'),
      aliases: ['ZXMMC', '子项目名称'],
    },
  ],
  basicFarmlandChange: [
    PLOT_ID,
    {
      name: 'direction',
      type: 'text',
      title: localized('调整方向 out 调出 / in 调入', 'out or in'),
      choices: ['out', 'in'],
      aliases: ['TZFX', '调整方向', '调整类型'],
      synonyms: { 调出: 'out', 调入: 'in', 补划: 'in' },
    },
    { name: 'class', type: 'text', title: localized('地类编码', 'survey class code'), aliases: CLASS_ALIASES },
    {
      name: 'grade',
      type: 'integer',
      title: localized('等别(调出:数据库;调入:整治后)', 'grade 等别 (out: of the database; in: after consolidation)'),
      aliases: GRADE_ALIASES,
    },
  ],
  alternatives: [
    { name: 'name', type: 'text', title: localized('方案名称', 'siting alternative'), aliases: ['名称', '方案名称'] },
  ],
};

/** Other names a plan layer goes by. */
export const PLAN_LAYER_ALIASES: Readonly<Record<PlanLayerName, readonly string[]>> = {
  project: ['项目区', '项目范围', 'XMQ', 'boundary'],
  plots: ['地块', '整治地块', 'ZZDK'],
  basicFarmlandChange: ['永农调整', '永久基本农田调整', 'YNTZ'],
  alternatives: ['比选方案', '选址方案'],
};

/** JSON Schema (2020-12) of the attribute records of a plan, one array a layer; `packs/plan.schema.json` holds it. */
export function planJsonSchema(): Record<string, unknown> {
  const record = (fields: readonly PlanField[]): Record<string, unknown> => ({
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)])),
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tianchou plan: attribute records by layer',
    description:
      'The attributes of the layers of a plan (docs/domain/plan-format.md). A field that is missing or null is "not stated", never a default.',
    type: 'object',
    required: ['project'],
    properties: {
      project: { type: 'array', minItems: 1, items: record(PLAN_FIELDS.project) },
      plots: { type: 'array', items: { ...record(PLAN_FIELDS.plots), required: ['plotId'] } },
      basicFarmlandChange: {
        type: 'array',
        items: { ...record(PLAN_FIELDS.basicFarmlandChange), required: ['plotId'] },
      },
      alternatives: { type: 'array', items: record(PLAN_FIELDS.alternatives) },
    },
  };
}

function propertyOf(field: PlanField): Record<string, unknown> {
  const description = `${field.title.zh} · ${field.title.en}`;
  if (field.choices) return { description, enum: [...field.choices, null] };
  if (field.name === 'divisionCode')
    return { description, type: ['string', 'null'], pattern: '^(\\d{6}|\\d{9}|\\d{12})$' };
  if (field.type === 'flag') return { description, enum: [0, 1, null] };
  if (field.type === 'integer') return { description, type: ['integer', 'null'], minimum: 1, maximum: 15 };
  if (field.type === 'number') return { description, type: ['number', 'null'], minimum: 0 };
  return { description, type: ['string', 'null'] };
}

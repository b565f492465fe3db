import {
  localized,
  type AttributeColumn,
  type FeatureBatch,
  type LayerRole,
  type Problem,
} from '../../kernel/index.ts';
import { checkedColumn, classReadingOf, type RowContext } from './row-checks.ts';
import { surveySchemaOf, type SurveyField } from './survey-schema.ts';
import type { FieldMapping } from './views.ts';

/** A mapping a person or an earlier import settled: source field → survey field, or null for "kept as it is". */
export type RememberedMapping = readonly Pick<FieldMapping, 'source' | 'target'>[];

/** Field names as compared: no case, blanks, separators, table prefix or unit in brackets. */
function keyOf(name: string): string {
  // No field is called by more; searching brackets in a longer text takes the square of its length.
  return name
    .slice(0, 300)
    .normalize('NFKC')
    .replace(/^.*[.]/, '')
    .replace(/[([【{].*?[)\]】}]/g, '')
    .replace(/[\s_\-:：/]/g, '')
    .toLowerCase();
}

/** Bytes of a name in UTF-8 and in GBK; a dbf cuts names at ten, so `地类编` and `坐落单位代` are beginnings of names. */
function byteLengths(name: string): { utf8: number; gbk: number } {
  let utf8 = 0;
  let gbk = 0;
  for (const character of name) {
    const code = character.codePointAt(0)!;
    utf8 += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    gbk += code < 0x80 ? 1 : 2;
  }
  return { utf8, gbk };
}

/** Whether a name may have been cut by a dbf: it fills the ten bytes, or no further character would fit. */
function mayBeCut(name: string): boolean {
  const { utf8, gbk } = byteLengths(name);
  return (utf8 >= 8 && utf8 <= 10) || (gbk >= 9 && gbk <= 10);
}

function namesOf(field: SurveyField): string[] {
  return [field.code, field.name.zh, ...field.aliases].map(keyOf);
}

/**
 * Finds the survey field each source field is read as. In this order: what is remembered for this source, the field
 * code itself (any case), Chinese names, aliases of drafts, earlier surveys and English, names cut to ten bytes by a
 * dbf. A survey field is given once: the better match takes it, of equal ones the first. A field that fits nothing is
 * kept under its own name.
 */
export function mapFields(
  sourceFields: readonly (string | { readonly name: string })[],
  role: LayerRole,
  remembered: RememberedMapping = [],
): FieldMapping[] {
  const sources = sourceFields.map((field) => (typeof field === 'string' ? field : field.name));
  const { fields } = surveySchemaOf(role);
  const taken = new Set<string>();
  const found = new Map<number, FieldMapping>();
  const give = (i: number, target: string | null, decidedBy: FieldMapping['decidedBy']): void => {
    found.set(i, { source: sources[i]!, target, decidedBy });
    if (target !== null) taken.add(target);
  };
  const known = new Map(remembered.map((entry) => [entry.source, entry.target]));
  sources.forEach((source, i) => {
    const target = known.get(source);
    if (target === undefined) return;
    if (target !== null && (taken.has(target) || !fields.some((field) => field.code === target))) return;
    give(i, target, 'remembered');
  });
  const pass = (
    decidedBy: FieldMapping['decidedBy'],
    match: (field: SurveyField, key: string, source: string) => boolean,
  ): void => {
    sources.forEach((source, i) => {
      if (found.has(i)) return;
      const key = keyOf(source);
      if (key === '') return;
      const candidates = fields.filter((field) => !taken.has(field.code) && match(field, key, source));
      if (candidates.length === 1) give(i, candidates[0]!.code, decidedBy);
    });
  };
  pass('exact', (field, _, source) => field.code === source.trim());
  pass('exact', (field, key) => keyOf(field.code) === key);
  pass('alias', (field, key) => keyOf(field.name.zh) === key);
  // Aliases are listed best first, so a layer that has both XZQDM and ZLDWDM, or TKXS and 田坎系数, is read by the better.
  const deepest = Math.max(...fields.map((field) => field.aliases.length));
  for (let depth = 0; depth < deepest; depth++) {
    pass('alias', (field, key) => depth < field.aliases.length && keyOf(field.aliases[depth]!) === key);
  }
  pass(
    'alias',
    (field, key, source) =>
      mayBeCut(source.trim()) && namesOf(field).some((name) => name.length > key.length && name.startsWith(key)),
  );
  return sources.map((source, i) => found.get(i) ?? { source, target: null, decidedBy: 'none' });
}

/** Problems of the mapping as a whole: fields the role needs that no source field is read as. */
export function checkMapping(mapping: readonly FieldMapping[], role: LayerRole): Problem[] {
  const targets = new Set(mapping.map((entry) => entry.target));
  const schema = surveySchemaOf(role);
  return schema.fields
    .filter((field) => field.need !== 'optional' && !targets.has(field.code))
    .map((field) => ({
      rule: 'attribute.field-missing',
      severity: field.need === 'required' ? 'error' : 'warning',
      featureNo: null,
      id: null,
      field: field.code,
      message: localized(
        `缺少字段 ${field.code}(${field.name.zh})`,
        `the field ${field.code} (${field.name.en}) is missing`,
      ),
      remedy: localized(
        '请补充该字段,或在字段对应中指定由哪一列读取',
        'Add the field, or say in the field mapping which column it is.',
      ),
    }));
}

/**
 * The batch with the columns of the survey schema, in its order and under its codes, then every other column under its
 * own name. Values are brought to the field's type (see row-checks.ts); what was changed, and what is wrong, is added to
 * the problems. Rows are never dropped here: an error among the problems of a feature says it must stay out.
 */
export function applyMapping(batch: FeatureBatch, mapping: readonly FieldMapping[], role: LayerRole): FeatureBatch {
  const byName = new Map(batch.columns.map((column) => [column.name, column]));
  const sourceOf = new Map<string, string>();
  for (const entry of mapping)
    if (entry.target !== null && byName.has(entry.source)) sourceOf.set(entry.target, entry.source);
  const problems: Problem[] = [];
  const identifiers = byName.get(sourceOf.get('BSM') ?? '')?.values;
  const columns: AttributeColumn[] = [];
  const used = new Set<string>();
  for (const field of surveySchemaOf(role).fields) {
    const source = sourceOf.get(field.code);
    if (source === undefined) continue;
    used.add(source);
    const { values } = byName.get(source)!;
    const context: RowContext = {
      field,
      role,
      featureNoOf: (row) => batch.featureNos[row]!,
      idOf: (row) => (identifiers?.[row] == null ? null : String(identifiers[row]).trim()),
      classReading: field.code === 'DLBM' ? classReadingOf(values) : 'asWritten',
      report: (problem) => problems.push(problem),
    };
    columns.push({ name: field.code, values: checkedColumn(values, context) });
  }
  const names = new Set(columns.map((column) => column.name));
  for (const column of batch.columns) {
    if (used.has(column.name)) continue;
    let name = column.name;
    while (names.has(name)) name = `${name}_source`;
    names.add(name);
    columns.push({ name, values: column.values });
  }
  return { ...batch, columns, problems: [...batch.problems, ...problems] };
}

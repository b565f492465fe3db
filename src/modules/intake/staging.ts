import {
  assert,
  featureCount,
  joinBatches,
  localized,
  type FeatureBatch,
  type Localized,
  type PolygonLayer,
  type Problem,
  type Severity,
} from '../../kernel/index.ts';
import { DEFECT_RULES, defectRuleOf, findDefects } from '../../geometry/index.ts';
import { applyMapping } from './field-mapping.ts';
import type { FieldMapping, ProblemGroup } from './views.ts';
import type { LayerRole } from '../../kernel/index.ts';

/** Problems of the shapes of a batch, in the file's own coordinates. Exact: see `findDefects`. */
export function geometryProblems(batch: FeatureBatch, epsg: number, idOf: (row: number) => string | null): Problem[] {
  const layer: PolygonLayer = { ...batch, epsg };
  return findDefects(layer).map((defect) => {
    const rule = defectRuleOf(defect.rule);
    assert(rule !== undefined, `no such defect rule: ${defect.rule}`);
    return {
      rule: defect.rule,
      severity: rule.severity,
      featureNo: batch.featureNos[defect.feature]!,
      id: idOf(defect.feature),
      message: defect.message,
      remedy: rule.remedy,
      at: defect.at,
    };
  });
}

/** Finds identifiers that come a second time while batches pass, in file order. */
export function repeatedIdentifiers(): (batch: FeatureBatch) => Problem[] {
  const first = new Map<string, number>();
  return (batch) => {
    const values = batch.columns.find((column) => column.name === 'BSM')?.values;
    const problems: Problem[] = [];
    values?.forEach((value, row) => {
      if (value === null || value === '') return;
      const text = String(value);
      const featureNo = batch.featureNos[row]!;
      const before = first.get(text);
      if (before === undefined) first.set(text, featureNo);
      else {
        // An identifier has 18 digits; a file may hold anything.
        const shown = text.slice(0, 60);
        problems.push({
          rule: 'attribute.bsm-unique',
          severity: 'error',
          featureNo,
          id: shown,
          field: 'BSM',
          message: localized(
            `标识码 ${shown} 与第 ${before} 号要素重复`,
            `identifier ${shown} repeats that of feature ${before}`,
          ),
          remedy: localized('请重新编号后再导入', 'Renumber it and import again.'),
        });
      }
    });
    return problems;
  };
}

/** A batch under a mapping, with every problem and the features an error keeps out. */
export interface CheckedBatch {
  readonly batch: FeatureBatch;
  readonly problems: readonly Problem[];
  readonly bad: ReadonlySet<number>;
}

/**
 * Maps a staged batch and gathers what is wrong with it: the reader's and the shape's problems it was staged with
 * (`batch.problems`), those of the attributes, and repeated identifiers.
 */
export function checkBatch(
  batch: FeatureBatch,
  mapping: readonly FieldMapping[],
  role: LayerRole,
  repeated: (mapped: FeatureBatch) => Problem[],
): CheckedBatch {
  const mapped = applyMapping(batch, mapping, role);
  const problems = [...mapped.problems, ...repeated(mapped)];
  const bad = new Set<number>();
  for (const problem of problems)
    if (problem.severity === 'error' && problem.featureNo !== null) bad.add(problem.featureNo);
  return { batch: mapped, problems, bad };
}

/** The batch without the features in `leftOut`. Numbers of the others stay. */
export function withoutFeatures(batch: FeatureBatch, leftOut: ReadonlySet<number>): FeatureBatch {
  if (![...batch.featureNos].some((no) => leftOut.has(no))) return batch;
  const count = featureCount(batch);
  const kept: FeatureBatch[] = [];
  for (let f = 0; f < count; f++) if (!leftOut.has(batch.featureNos[f]!)) kept.push(oneFeature(batch, f));
  const { epsg: _epsg, ...joined } = joinBatches(kept, 4490);
  // Columns stay those of the batch, even where nothing is left.
  const columns = kept.length > 0 ? joined.columns : batch.columns.map(({ name }) => ({ name, values: [] }));
  return { ...joined, columns, problems: [] };
}

function oneFeature(batch: FeatureBatch, f: number): FeatureBatch {
  const ringFirst = batch.featureRings[f]!;
  const ringLast = batch.featureRings[f + 1]!;
  const vertexFirst = batch.ringStarts[ringFirst]!;
  return {
    featureNos: batch.featureNos.slice(f, f + 1),
    coords: batch.coords.subarray(2 * vertexFirst, 2 * batch.ringStarts[ringLast]!),
    ringStarts: batch.ringStarts.slice(ringFirst, ringLast + 1).map((start) => start - vertexFirst),
    ringRoles: batch.ringRoles.slice(ringFirst, ringLast),
    featureRings: Uint32Array.of(0, ringLast - ringFirst),
    columns: batch.columns.map(({ name, values }) => ({ name, values: [values[f] ?? null] })),
    problems: [],
  };
}

const TITLES: Readonly<Record<string, Localized>> = {
  ...Object.fromEntries(DEFECT_RULES.map((rule) => [rule.id, rule.title])),
  'attribute.field-missing': localized('缺少字段', 'field missing'),
  'attribute.required-empty': localized('必填字段为空', 'required field empty'),
  'attribute.number-unreadable': localized('数值无法识别', 'number unreadable'),
  'attribute.not-whole': localized('应为整数', 'should be whole'),
  'attribute.negative': localized('数值为负', 'negative number'),
  'attribute.digits-lost': localized('代码末位数字丢失', 'digits lost'),
  'attribute.code-unknown': localized('代码不在标准之列', 'code not in the standard'),
  'attribute.code-of-draft': localized('早期草案代码', 'code of a draft'),
  'attribute.unit-code-form': localized('坐落单位代码位数不符', 'form of the village unit code'),
  'attribute.too-long': localized('超过字段长度', 'longer than the field'),
  'attribute.bsm-unique': localized('标识码重复', 'identifier repeated'),
  'geometry.missing': localized('没有图形', 'no geometry'),
  'geometry.unclosed-ring': localized('界址圈未闭合（已闭合）', 'ring not closed (closed)'),
};

/** Counts problems by rule, errors first; the title is the rule's, or its first message where the rule has none. */
export function problemGroups(): { add(problem: Problem): void; groups(): ProblemGroup[] } {
  const counts = new Map<string, { severity: Severity; count: number; title: Localized }>();
  const order: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };
  return {
    add(problem) {
      const key = `${problem.severity} ${problem.rule}`;
      const group = counts.get(key);
      if (group) group.count++;
      else counts.set(key, { severity: problem.severity, count: 1, title: TITLES[problem.rule] ?? problem.message });
    },
    groups: () =>
      [...counts]
        .map(([key, group]) => ({ rule: key.slice(key.indexOf(' ') + 1), ...group }))
        .sort((a, b) => order[a.severity] - order[b.severity] || b.count - a.count || (a.rule < b.rule ? -1 : 1)),
  };
}

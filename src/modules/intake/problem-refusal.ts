import type { Localized, Problem, Refusal } from '../../kernel/index.ts';

/** `geometry.self-crossing` → `GEOMETRY_SELF_CROSSING`: a rule as the code of a refusal. */
export function codeOfRule(rule: string): string {
  return rule.replace(/[.-]/g, '_').toUpperCase();
}

const NO_REMEDY: Localized = { zh: '', en: '' };

/** A problem that keeps one from working with the file, as a refusal. */
export function refusalOfProblem(problem: Problem, file: string, remedy: Localized = NO_REMEDY): Refusal {
  const id = problem.id === null ? '' : ` (${problem.id})`;
  return {
    code: codeOfRule(problem.rule),
    message: { zh: `${problem.message.zh}${id}`, en: `${problem.message.en}${id}` },
    remedy: problem.remedy ?? remedy,
    place: {
      file,
      ...(problem.line === undefined ? {} : { line: problem.line }),
      ...(problem.featureNo === null ? {} : { featureNo: problem.featureNo }),
      ...(problem.field === undefined ? {} : { field: problem.field }),
    },
  };
}

import type { Localized, Problem, Refusal } from '../../../src/kernel/index.ts';

/** What became of a file at one of the two doors. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly features: number; readonly rules: readonly string[] }
  | { readonly kind: 'refused'; readonly codes: readonly string[] }
  | { readonly kind: 'crash'; readonly detail: string };

const CODE = /^[A-Z][A-Z0-9]*([_-][A-Z0-9]+)+$/;
const RULE = /^[a-z]+(\.[a-z0-9-]+)+$/i;
/** What shows that a sentence was put together from nothing, or shows the inside of the program. */
const LEAK = /undefined|\[object |is not a function|\bat .+:\d+:\d+|node_modules|\/tmp\/|Cannot read propert/;

function faultOf(text: Localized | undefined, what: string): string | null {
  if (text === undefined) return `no ${what}`;
  if (text.zh.trim().length < 2 || text.en.trim().length < 4) return `${what} empty: ${JSON.stringify(text)}`;
  if (!/[\u4e00-\u9fff]/.test(text.zh)) return `${what} has no Chinese: ${text.zh}`;
  // Names of the file itself stand in sentences; what is looked for is short and our own.
  if (LEAK.test(text.en.slice(0, 300))) return `${what} shows the inside: ${text.en.slice(0, 300)}`;
  if (text.en.length > 2_500) return `${what} of ${text.en.length} characters`;
  return null;
}

/** Refused as promised: a stable code, the file, what is wrong and what to do, in both languages. */
export function ofRefusals(refusals: readonly Refusal[]): Outcome {
  if (refusals.length === 0) return { kind: 'crash', detail: 'refused without a refusal' };
  for (const refusal of refusals.slice(0, 50)) {
    const fault =
      (CODE.test(refusal.code) ? null : `not a code: ${refusal.code}`) ??
      (refusal.place?.file ? null : `${refusal.code} without a place`) ??
      faultOf(refusal.message, `message of ${refusal.code}`) ??
      faultOf(refusal.remedy, `remedy of ${refusal.code}`);
    if (fault !== null) return { kind: 'crash', detail: fault };
  }
  return { kind: 'refused', codes: [...new Set(refusals.map(({ code }) => code))].sort() };
}

/** Accepted, with every repair and reservation said in both languages. */
export function ofProblems(features: number, problems: readonly Problem[]): Outcome {
  const rules = new Set<string>();
  for (const problem of problems) {
    if (rules.has(problem.rule) && rules.size > 200) continue;
    const fault =
      (RULE.test(problem.rule) ? null : `not a rule: ${problem.rule}`) ??
      (rules.has(problem.rule) ? null : faultOf(problem.message, `message of ${problem.rule}`));
    if (fault !== null) return { kind: 'crash', detail: fault };
    rules.add(problem.rule);
  }
  return { kind: 'accepted', features, rules: [...rules].sort() };
}

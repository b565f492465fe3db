import { describe, expect, it } from 'vitest';
import { outcomeOf } from './plan-kit.ts';
import { PLAN_CASES } from './plan.cases.ts';

describe('awkward plans', () => {
  it('has each case once, and at least thirty that are refused or have something said of them', () => {
    const names = PLAN_CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(
      PLAN_CASES.filter(
        ({ expect: { refused, says, runRefused, runSays, outsideDm2 } }) =>
          refused ?? says ?? runRefused ?? runSays ?? outsideDm2,
      ).length,
    ).toBeGreaterThanOrEqual(30);
  });

  it.each(PLAN_CASES.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const { check, ...expected } = each.expect;
    const { outcome, plan, sentences } = await outcomeOf(each);
    expect(outcome).toEqual(expected);
    // What is said is said in both languages.
    for (const sentence of sentences) expect(sentence.trim()).not.toBe('');
    if (plan !== null) check?.(plan);
  });
});

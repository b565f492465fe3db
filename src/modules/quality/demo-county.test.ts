import { describe, expect, it } from 'vitest';
import { generateDemoCounty } from '../../demo/index.ts';
import { joinBatches } from '../../kernel/index.ts';
import type { FeatureBatch } from '../../kernel/index.ts';
import { assess } from './assess.ts';

describe.each([
  [2_000, 7],
  [600, 1],
  [1_200, 2026],
])('the demo county of %i parcels, seed %i', (parcels, seed) => {
  const county = generateDemoCounty({ parcels, seed });
  const boundary = joinBatches([...county.zone('village')], 4490);
  const villageCodes = county.divisions.filter(({ code }) => code.length === 12).map(({ code }) => code);
  const run = (batches: Iterable<FeatureBatch>) =>
    assess({ layer: joinBatches([...batches], 4490), countyCode: county.countyCode, villageCodes, boundary });

  it('has no error and no warning, every rule checked', () => {
    const report = run(county.parcels());
    expect(report.problems.slice(0, 5)).toEqual([]);
    expect(report.rules.filter(({ state }) => state !== 'checked').map(({ rule }) => rule)).toEqual([]);
  });

  it('shows every planted error, at the feature it was planted in', () => {
    const report = run(county.parcelsWithErrors());
    const { plantedErrors } = county.truth as unknown as {
      plantedErrors: readonly { rule: string; featureNo: number }[];
    };
    expect(plantedErrors.length).toBeGreaterThan(10);
    for (const { rule, featureNo } of plantedErrors) {
      const found = report.problems.filter((problem) => problem.rule === rule);
      expect(
        found.map((problem) => problem.featureNo),
        rule,
      ).toContain(featureNo);
    }
  });
});

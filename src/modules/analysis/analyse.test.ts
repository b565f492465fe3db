import { describe, expect, it } from 'vitest';
import { rectangleLayer } from '../../../tests/support/rectangles.ts';
import { plot, workedInput } from '../../../tests/support/worked-case.ts';
import type { AnalysisInput } from './analyse.ts';
import { analyse } from './analyse.ts';

function codesOf(input: AnalysisInput): string[] {
  const result = analyse(input);
  return result.ok ? [] : result.error.map(({ code }) => code);
}

function withTbmj(values: readonly (number | null)[]): AnalysisInput {
  const input = workedInput();
  const columns = input.parcels.columns.map((column) => (column.name === 'TBMJ' ? { ...column, values } : column));
  return { ...input, parcels: { ...input.parcels, columns } };
}

describe('analyse refuses', () => {
  it('a ring that crosses itself, naming layer and feature', () => {
    const bow = rectangleLayer([[50, 0, 300, 200]]);
    bow.coords.set([bow.coords[4]!, bow.coords[5]!], 2); // the second corner jumps onto the third …
    bow.coords.set([bow.coords[0]! + 250, bow.coords[1]!], 4); // … and the third back to the second
    const result = analyse(workedInput({ plan: { boundary: bow } }));
    expect(result.ok).toBe(false);
    if (!result.ok)
      expect(result.error[0]).toMatchObject({
        code: 'ANALYSIS_INVALID_RING',
        place: { layer: 'project', featureNo: 0 },
      });
  });

  it('plots on one another, a boundary on itself, an id given twice, a project without parcels', () => {
    const two = (ids: [string, string]) => [plot(ids[0], {}), plot(ids[1], {})];
    expect(
      codesOf(
        workedInput({
          plan: {
            plots: {
              layer: rectangleLayer([
                [100, 0, 150, 50],
                [140, 0, 180, 50],
              ]),
              attributes: two(['a', 'b']),
            },
          },
        }),
      ),
    ).toEqual(['ANALYSIS_PLOTS_OVERLAP']);
    expect(
      codesOf(
        workedInput({
          plan: {
            plots: {
              layer: rectangleLayer([
                [100, 0, 150, 50],
                [150, 0, 180, 50],
              ]),
              attributes: two(['a', 'a']),
            },
          },
        }),
      ),
    ).toEqual(['ANALYSIS_DUPLICATE_PLOT']);
    expect(
      codesOf(
        workedInput({
          plan: {
            boundary: rectangleLayer([
              [50, 0, 200, 200],
              [150, 0, 300, 200],
            ]),
          },
        }),
      ),
    ).toEqual(['ANALYSIS_PROJECT_OVERLAP']);
    expect(
      codesOf(
        workedInput({
          plan: { boundary: rectangleLayer([[5000, 0, 5100, 200]]), plots: null, basicFarmlandChange: null },
        }),
      ),
    ).toEqual(['ANALYSIS_NO_PARCELS']);
  });

  it('to go on once cancelled, and reports rising progress until then', () => {
    const seen: number[] = [];
    const result = analyse(workedInput(), {
      onProgress: (fraction) => seen.push(fraction),
      isCancelled: () => seen.length > 2,
    });
    expect(result.ok ? [] : result.error.map(({ code }) => code)).toEqual(['ANALYSIS_CANCELLED']);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

describe('closing', () => {
  it('closes parts to TBMJ within the tolerance, else to the computed area and says so', () => {
    const result = analyse(withTbmj([10_000.05, 10_000.06, 9_999.95, null, 10_000, 10_000]));
    if (!result.ok) throw new Error('refused');
    const { parcels, parts, problems } = result.value;
    expect([...parcels.wholeDm2]).toEqual([1_000_005, 1_000_000, 999_995, 1_000_000, 1_000_000, 1_000_000]);
    expect([...parcels.closesToTbmj]).toEqual([1, 0, 1, 0, 1, 1]);
    expect(problems.filter(({ rule }) => rule === 'analysis.tbmj-disagrees').map(({ featureNo }) => featureNo)).toEqual(
      [1],
    );
    const sums = [...parcels.outsideDm2];
    parts.areasDm2.forEach((area, part) => {
      sums[parts.parcels[part]!]! += area;
    });
    expect(sums).toEqual([...parcels.wholeDm2]);
  });

  it('gives the odd cent to the first part in zone order', () => {
    // Parcel 0 of 10,000.05 m² is halved by the project: 5,000.03 inside, 5,000.02 outside.
    const result = analyse(withTbmj([10_000.05, 10_000, 10_000, 10_000, 10_000, 10_000]));
    if (!result.ok) throw new Error('refused');
    expect(result.value.parts.areasDm2[0]! + result.value.parcels.outsideDm2[0]!).toBe(1_000_005);
    expect(Math.abs(result.value.parts.areasDm2[0]! - 500_002.5)).toBe(0.5);
  });
});

describe('what lies far from the plan', () => {
  it('is not read: a broken parcel elsewhere in the county does not stop a run', () => {
    const input = workedInput();
    const far = rectangleLayer([
      [0, 0, 100, 100],
      [100, 0, 200, 100],
      [200, 0, 300, 100],
      [0, 100, 100, 200],
      [100, 100, 200, 200],
      [200, 100, 300, 200],
      [9000, 0, 9000, 0],
    ]);
    const columns = input.parcels.columns.map(({ name, values }) => ({ name, values: [...values, null] }));
    const result = analyse({ ...input, parcels: { ...far, columns } });
    expect(result.ok && result.value.parcels.featureNos.length).toBe(6);
    expect(result.ok && result.value.parcelCount).toBe(7);
  });

  it('a project parcels do not cover wholly is reported', () => {
    const result = analyse(workedInput({ plan: { boundary: rectangleLayer([[50, 0, 320, 200]]) } }));
    expect(
      result.ok && result.value.problems.find(({ rule }) => rule === 'analysis.project-coverage')?.message.en,
    ).toContain('4000.00 m²');
  });

  it('two parts of a project, and villages that do not border on one another', () => {
    const apart = rectangleLayer([
      [0, 0, 80, 80],
      [200, 110, 300, 200],
    ]);
    const result = analyse(workedInput({ plan: { boundary: apart, plots: null, basicFarmlandChange: null } }));
    if (!result.ok) throw new Error('refused');
    expect(result.value.plan.projectParts).toBe(2);
    expect(result.value.villages?.map(({ code, adjoins }) => [code, adjoins])).toEqual([
      ['450701001001', ['450701001002']],
      ['450701001002', ['450701001001']],
    ]);
  });
});

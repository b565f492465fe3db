import { expect, it } from 'vitest';
import { testTitlesIn } from './test-titles.ts';

// The samples are spelt with "run" in place of the test function, so that this file does not count them itself.
const source = (text: string): string => text.replaceAll('run(', 'it(').replaceAll('run.', 'it.');

it('titles of tests are read from all three kinds of quotes', () => {
  expect(testTitlesIn(source(`run('S1.001 a', f); run("b \\"c\\"", () => {}); run(\`d\`, f);`))).toEqual([
    'S1.001 a',
    'b "c"',
    'd',
  ]);
});

it('titles of tests that do not run do not count', () => {
  expect(testTitlesIn(source(`run.skip('a', f); run.todo('b'); run.fails('c', f); run.only('d', f);`))).toEqual(['d']);
});

it('words outside test titles do not count', () => {
  expect(
    testTitlesIn(source(`// S1.001\nconst x = 'S1.002'; describe('S1.003', f); await('S1.004', f); run(S1, f)`)),
  ).toEqual([]);
});

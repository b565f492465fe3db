/**
 * Titles of the tests in a test file: the first argument of `it(…)` or `test(…)`, and of `it.each(…)(…)`. Tests that do
 * not run (`skip`, `todo`, `fails`) are left out: they prove nothing.
 */
export function testTitlesIn(source: string): string[] {
  const titles: string[] = [];
  const pattern = /\b(?:it|test)((?:\.\w+)*)\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)\s*,/g;
  for (const match of source.matchAll(pattern)) {
    if (/\.(skip|todo|fails|skipIf|runIf)/.test(match[1] ?? '')) continue;
    titles.push((match[2] ?? match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1'));
  }
  return titles;
}

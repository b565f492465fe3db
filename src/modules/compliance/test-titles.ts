/**
 * Titles of the tests in a test file: the first argument of `it(…)` or `test(…)` where it is a plain text. Tests that do
 * not run (`skip`, `todo`, `fails`) are left out, for they prove nothing; so are tables (`each`), whose titles are made
 * at run time.
 */
export function testTitlesIn(source: string): string[] {
  const titles: string[] = [];
  const pattern =
    /\b(?:it|test)((?:\.\w+)*)\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)\s*,/g;
  for (const match of source.matchAll(pattern)) {
    if (/\.(skip|todo|fails|skipIf|runIf)/.test(match[1] ?? '')) continue;
    titles.push((match[2] ?? match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1'));
  }
  return titles;
}

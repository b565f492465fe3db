import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { boundaryText, square } from './boundary-text.ts';
import { useProgram } from './program.ts';

// A delivered file is often the only copy: an output that takes its place destroys it.
describe('an output where an input is', () => {
  const program = useProgram();
  const text = boundaryText([{ number: 'D1', name: '方地', ring: square(2429000, 36561000, 250) }], { zone: 36 });

  beforeEach(() => {
    for (const name of ['parcels.txt', 'zones.txt']) writeFileSync(program.path(name), text);
    mkdirSync(program.path('folder'), { recursive: true });
  });

  const overlay = (...args: string[]) =>
    program.call(['overlay', '--parcels', 'parcels.txt', '--zones', 'village=zones.txt', ...args]);

  it.each([
    ['the parcels', ['--out', 'parcels.txt']],
    ['the parcels by another path', ['--out', 'folder/../parcels.txt']],
    ['a zone layer', ['--out', 'zones.txt']],
    ['a zone layer, by the statistics', ['--out', 'pairs.csv', '--stats', 'zones.txt']],
    ['the other output', ['--out', 'pairs.csv', '--stats', 'folder/../pairs.csv']],
  ])('overlay refuses to write over %s', async (_, args) => {
    const { code, out, err } = await overlay(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^OUTPUT_OVER_INPUT [^\n]+\n$/);
    for (const name of ['parcels.txt', 'zones.txt']) expect(readFileSync(program.path(name), 'utf8')).toBe(text);
  });

  it('convert refuses to write over its input, under another name of the same file too', async () => {
    linkSync(program.path('parcels.txt'), program.path('same.txt'));
    for (const output of ['parcels.txt', 'same.txt']) {
      const { code, out, err } = await program.call(['convert', 'parcels.txt', output]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^OUTPUT_OVER_INPUT [^\n]+\n$/);
    }
    expect(readFileSync(program.path('parcels.txt'), 'utf8')).toBe(text);
  });

  it('writes over an output of an earlier time', async () => {
    for (let time = 0; time < 2; time++) expect((await overlay('--out', 'again.csv')).code).toBe(0);
  });

  it('says one line, and nothing of left-overs, where a part of the path is a file', async () => {
    const { code, err } = await program.run(['convert', 'parcels.txt', 'zones.txt/out.gpkg'], {});
    expect(code).toBe(2);
    expect(err).toMatch(/^OUTPUT_FAILED [^\n]+\n$/);
  });
});

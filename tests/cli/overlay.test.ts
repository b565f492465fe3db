import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boundaryText, square } from './boundary-text.ts';
import { useProgram } from './program.ts';

/** Splits a CSV the test has made sure holds no quotes. */
function csvRows(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

describe('tianchou overlay', () => {
  const program = useProgram();

  beforeAll(async () => {
    const { code, err } = await program.call(['demo', '--parcels', '400', '--seed', '11', '--out', 'demo']);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  const overlay = (...args: string[]) => program.call(['overlay', '--parcels', 'demo/parcels.fgb', ...args]);

  it('writes parcel, layer, zone and area in that order: header, six decimals, no mark, no carriage return', async () => {
    const { code, out, err } = await overlay(
      '--zones',
      'slope=demo/slope.fgb',
      'village=demo/village.fgb',
      '--out',
      'pairs.csv',
    );
    expect([code, out, err]).toEqual([0, '', '']);
    const text = readFileSync(program.path('pairs.csv'), 'utf8');
    expect(text.startsWith('parcel,layer,zone,area_m2\n')).toBe(true);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toMatch(/[\r\uFEFF"]/);
    const rows = csvRows(text);
    for (const [parcel, layer, zone, area] of rows) {
      expect(parcel).toMatch(/^\d+$/);
      expect(zone).toMatch(/^\d+$/);
      expect(['slope', 'village']).toContain(layer);
      expect(area).toMatch(/^\d+\.\d{6}$/);
      expect(Number(area)).toBeGreaterThan(0);
    }
    const place = ([parcel, layer, zone]: string[]): number =>
      Number(parcel) * 1e6 + (layer === 'slope' ? 0 : 1e5) + Number(zone);
    for (let i = 1; i < rows.length; i++) expect(place(rows[i]!)).toBeGreaterThan(place(rows[i - 1]!));
    expect(readdirSync(program.folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('conserves area: the villages cover every parcel, and parts add up to the official area', async () => {
    await overlay('--zones', 'village=demo/village.fgb', 'slope=demo/slope.fgb', '--id', 'bsm', '--out', 'whole.csv');
    const sums = new Map<string, Map<string, number>>();
    for (const [parcel, layer, , area] of csvRows(readFileSync(program.path('whole.csv'), 'utf8'))) {
      const ofLayer = sums.get(layer!) ?? sums.set(layer!, new Map()).get(layer!)!;
      ofLayer.set(parcel!, (ofLayer.get(parcel!) ?? 0) + Number(area));
    }
    const areas = await program.call(['area', 'demo/parcels.fgb', '--json']);
    const parcels = JSON.parse(areas.out) as { id: string; area_m2: string }[];
    for (const layer of ['village', 'slope']) {
      const sum = sums.get(layer)!;
      expect(sum.size).toBe(parcels.length);
      for (const { id, area_m2 } of parcels) {
        // The official area rounds coordinates to 0.1 mm, the overlay does not.
        expect(Math.abs(sum.get(id)! - Number(area_m2))).toBeLessThan(Math.max(0.05, 1e-6 * Number(area_m2)));
      }
    }
    for (const [id, area] of sums.get('village')!)
      expect(Math.abs(area - sums.get('slope')!.get(id)!)).toBeLessThan(1e-5);
  });

  it('names features by the field where a file has it, quotes what must be quoted, leaves out pairs that touch', async () => {
    writeFileSync(
      program.path('left.txt'),
      boundaryText(
        [
          { number: 'a "b"', name: 'west', ring: square(2428000, 36560000, 100) },
          { number: '', name: 'far', ring: square(2429000, 36569000, 100) },
        ],
        { zone: 36 },
      ),
    );
    writeFileSync(
      program.path('right.txt'),
      boundaryText(
        [
          { number: 'touches', name: '', ring: square(2428000, 36560100, 100) },
          { number: 'half', name: '', ring: square(2428000, 36560050, 100) },
          { number: 'half again', name: '', ring: square(2428000, 36559950, 100) },
        ],
        { zone: 36 },
      ),
    );
    const { code, err } = await program.call([
      'overlay',
      '--parcels',
      'left.txt',
      '--zones',
      'my, zones=right.txt',
      '--id',
      '地块编号',
      '--out',
      'ids.csv',
    ]);
    expect([code, err]).toEqual([0, '']);
    const [, first, second, end] = readFileSync(program.path('ids.csv'), 'utf8').split('\n');
    expect(first).toMatch(/^"a ""b""","my, zones",half,49\d\d\.\d{6}$/);
    expect(second).toMatch(/^"a ""b""","my, zones",half again,49\d\d\.\d{6}$/);
    expect(end).toBe('');
    const numbered = await program.call([
      'overlay',
      '--parcels',
      'left.txt',
      '--zones',
      'z=right.txt',
      '--out',
      'numbers.csv',
    ]);
    expect(numbered.code).toBe(0);
    expect(csvRows(readFileSync(program.path('numbers.csv'), 'utf8')).map((row) => row.slice(0, 3))).toEqual([
      ['0', 'z', '1'],
      ['0', 'z', '2'],
    ]);
  });

  it('gives the same bytes again, and counts and times of every phase', async () => {
    const zones = ['--zones', 'farmland=demo/basicFarmland.fgb', '--zones', 'redline=demo/redLine.fgb'];
    await overlay(...zones, '--out', 'one.csv', '--stats', 'stats.json');
    await overlay(...zones, '--out', 'two.csv');
    const text = readFileSync(program.path('one.csv'), 'utf8');
    expect(readFileSync(program.path('two.csv'), 'utf8')).toBe(text);
    const stats = JSON.parse(readFileSync(program.path('stats.json'), 'utf8')) as {
      parcels: number;
      pairs: number;
      vertices: number;
      layers: { layer: string; zones: number; pairs: number; vertices: number }[];
      peak_memory_bytes: number;
      phases: { phase: string; layer?: string; wall_seconds: number; cpu_seconds: number }[];
      total: { wall_seconds: number; cpu_seconds: number };
    };
    const rows = csvRows(text);
    expect(stats.pairs).toBe(rows.length);
    expect(stats.layers.map(({ layer, pairs }) => [layer, pairs])).toEqual(
      ['farmland', 'redline'].map((layer) => [layer, rows.filter((row) => row[1] === layer).length]),
    );
    expect(stats.peak_memory_bytes).toBeGreaterThan(30e6);
    expect(new Set(stats.phases.map(({ phase }) => phase))).toEqual(
      new Set(['read', 'validate', 'plane', 'tabulate', 'write']),
    );
    for (const time of [...stats.phases, stats.total]) {
      expect(time.wall_seconds).toBeGreaterThanOrEqual(0);
      expect(time.cpu_seconds).toBeGreaterThanOrEqual(0);
    }
    expect(stats.total.cpu_seconds).toBeGreaterThanOrEqual(
      stats.phases.reduce((sum, { cpu_seconds }) => sum + cpu_seconds, 0) - 0.01,
    );
  });

  it('refuses invalid rings in any layer, names each, and leaves an earlier output as it was', async () => {
    const bow = (number: string, east: number) => ({
      number,
      name: '',
      ring: [
        [2428000, east],
        [2428100, east + 100],
        [2428000, east + 100],
        [2428100, east],
      ] as const,
    });
    writeFileSync(program.path('bad1.txt'), boundaryText([bow('p', 36560000)], { zone: 36 }));
    writeFileSync(program.path('bad2.txt'), boundaryText([bow('q', 36560000), bow('r', 36561000)], { zone: 36 }));
    writeFileSync(program.path('kept.csv'), 'earlier');
    const { code, out, err } = await program.call([
      'overlay',
      '--parcels',
      'bad1.txt',
      '--zones',
      'first=left.txt',
      'second=bad2.txt',
      '--out',
      'kept.csv',
      '--stats',
      'kept.json',
    ]);
    expect([code, out]).toEqual([2, '']);
    const lines = err.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
      'GEOMETRY_SELF_CROSSING bad1.txt, layer parcels, feature 0',
      'GEOMETRY_SELF_CROSSING bad2.txt, layer second, feature 0',
      'GEOMETRY_SELF_CROSSING bad2.txt, layer second, feature 1',
    ]);
    expect(readFileSync(program.path('kept.csv'), 'utf8')).toBe('earlier');
    expect(readdirSync(program.folder).filter((name) => name.includes('kept'))).toEqual(['kept.csv']);
  });
});

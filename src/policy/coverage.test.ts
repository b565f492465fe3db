import { describe, expect, it } from 'vitest';
import { clauseIdsInTitles, coverageText, packCoverage } from './coverage.ts';
import { registerFrom } from './clause-register.ts';
import type { Pack } from './pack.ts';

const clause = (id: string) => ({ id, document: 'T1', documentTitle: { zh: '', en: '' }, section: '', quote: 'q' });
const cited = (path: string, id: string, also: string[] = []) => ({
  path,
  source: { kind: 'clause', clause: clause(id), also: also.map(clause) },
  confidence: 'verified',
});

/** Only what coverage looks at. */
const pack = {
  id: 'trial',
  plans: ['T1'],
  about: [cited('about.a', 'T1.001')],
  parameters: new Map([['p', cited('parameters.p', 'T1.002')]]),
  settingsCited: [],
  checks: [cited('checks.c', 'T1.003', ['T1.004'])],
  reviews: [],
  notCovered: [
    { id: 'T1.005', reason: 'later', note: 'x' },
    { id: 'T1.004', reason: 'later', note: 'contradiction' },
  ],
} as unknown as Pack;

const lines = [1, 2, 3, 4, 5, 6].map((n) =>
  JSON.stringify({ id: `T1.00${n}`, document: 'T1', section: '', quote: 'q', row: 'A5' }),
);
const registered = registerFrom(
  [{ short: 'T1', title: { zh: '试', en: 'trial' } }],
  [{ name: 'T1', text: lines.join('\n') }],
);

describe('coverage', () => {
  if (!registered.ok) throw new Error('register');
  const [coverage] = packCoverage(pack, registered.value, new Set(['about.a', 'checks.c']), [
    'T1.001 is shown',
    'T1.002 is tested',
    'T1.003: exact',
  ]);

  it('counts an id only when its value is read and a test names it', () => {
    expect(coverage!.covered).toEqual(['T1.001', 'T1.003']);
    expect(coverage!.onlyRead).toEqual(['T1.004']);
  });

  it('gives a value nobody reads no credit, though a test names its clause', () => {
    expect(coverage!.unaccounted).toEqual(['T1.002', 'T1.006']);
  });

  it('lists the rest with its reason, and a contradiction as one', () => {
    expect(coverage!.notCovered).toEqual([{ id: 'T1.005', reason: 'later', note: 'x' }]);
    expect(coverage!.contradicted).toEqual(['T1.004']);
  });

  it('puts every id into exactly one of the four lists', () => {
    const { covered, onlyRead, notCovered, unaccounted, total } = coverage!;
    const ids = [...covered, ...onlyRead, ...notCovered.map((entry) => entry.id), ...unaccounted];
    expect(ids.toSorted()).toEqual(['T1.001', 'T1.002', 'T1.003', 'T1.004', 'T1.005', 'T1.006']);
    expect(total).toBe(6);
  });

  it('prints both counts in both languages', () => {
    expect(coverageText([coverage!], 'en')).toContain('6 clauses, 3 read by the engine, 2 of them with a test');
    expect(coverageText([coverage!], 'zh')).toContain('共 6 条，引擎读取 3，其中有测试 2');
  });

  it('takes ids from titles only where they stand in full', () => {
    expect([...clauseIdsInTitles(['S0-5c.031, S1.030 and S2.12', 'XS1.0311', '(S4.007)'])]).toEqual([
      'S0-5c.031',
      'S1.030',
      'S4.007',
    ]);
  });
});

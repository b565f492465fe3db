import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../kernel/index.ts';
import { packCanonicalText, packHash, packOfCanonicalText } from './canonical-pack.ts';
import { registerFrom, type ClauseRegister } from './clause-register.ts';
import type { KnownFigure } from './load-values.ts';
import { readLog, settingOf } from './pack.ts';
import { readPackText } from './pack.reader.ts';
import { exactText } from './rational.ts';

const figures: readonly KnownFigure[] = [
  { id: 'newFarmland', unit: 'dm2' },
  { id: 'farmlandBefore', unit: 'dm2' },
  { id: 'plots', unit: 'count' },
  { id: 'gradeAfter', unit: 'grade' },
];

function register(): ClauseRegister {
  const lines = ['T1.001', 'T1.002', 'T1.003'].map((id) =>
    JSON.stringify({ id, document: 'T1', section: '一', quote: `原文${id}`, row: 'A5' }),
  );
  const result = registerFrom(
    [{ short: 'T1', title: { zh: '试行方案', en: 'trial plan' } }],
    [{ name: 'T1', text: lines.join('\n') }],
  );
  if (!result.ok) throw new Error('register');
  return result.value;
}

/** A sound pack; a test changes one line of it. */
const SOUND = `id: trial
version: 1.0.0
title: {zh: 试, en: trial}
locality: {zh: 某县, en: some county}
plans: [T1]
about:
  - {id: basis, title: {zh: 依据, en: basis}, value: 文号, source: {clause: T1.003}}
parameters:
  - {id: share, title: {zh: 比例, en: share}, value: 5, unit: percent, source: {clause: T1.001}}
settings:
  areaTolerance: {absoluteSquareMetres: 0.05, relative: 0.000001, source: {standard: S}, confidence: unverified}
  majorClasses: {overrides: {'1103': unused}, source: {standard: S}, confidence: unverified}
  contiguity:
    chosen: near
    presets: [{id: near, gapMetres: 10, widthMetres: 8}]
    passableClasses: ['1006']
    source: {standard: S}
    confidence: unverified
  reachedVillage: {atLeastSquareMetres: 100, source: {standard: S}, confidence: unverified}
  basicFarmlandReview: {minimumAddedShare: notSet, source: {clause: T1.002}}
  minimumMappedAreas: {constructionAndFacilities: 200, agricultural: 400, other: 600, source: {standard: S}, confidence: unverified}
checks:
  - id: enough
    title: {zh: 足够, en: enough}
    formula: newFarmland / farmlandBefore
    atLeast: {parameter: share}
    effect: refuse
    source: {clause: T1.001, also: [T1.002]}
    remedy: {zh: 增加, en: add}
reviews: []
notCovered: []
`;

const load = (text: string) => readPackText(text, 'trial/pack.yaml', register(), figures);

function refusedFor(from: string, to: string): { code: string; line: number | undefined; message: string } {
  expect(SOUND).toContain(from);
  const result = load(SOUND.replace(from, to));
  if (result.ok) throw new Error(`${to} was accepted`);
  const [first] = result.error;
  expect(first!.message.zh).not.toBe('');
  return { code: first!.code, line: first!.place?.line, message: first!.message.en };
}

describe('a pack', () => {
  it('is loaded with its formulas parsed, its values exact and its sources in full words', () => {
    const pack = load(SOUND);
    if (!pack.ok) throw new Error(JSON.stringify(pack.error));
    expect(exactText(pack.value.parameters.get('share')!.value!)).toBe('1/20');
    const [check] = pack.value.checks;
    expect(check!.formula.names).toEqual(['newFarmland', 'farmlandBefore']);
    expect(check!.source).toMatchObject({
      kind: 'clause',
      clause: { quote: '原文T1.001', section: '一' },
      also: [{ id: 'T1.002' }],
    });
    expect(check!.confidence).toBe('verified');
  });

  it('gives the analysis its settings, and the log every value read', () => {
    const pack = load(SOUND);
    if (!pack.ok) throw new Error('refused');
    const log = readLog();
    expect(settingOf(pack.value, 'contiguity', log)).toEqual({
      gapMetres: 10,
      widthMetres: 8,
      passableClasses: ['1006'],
      presets: [{ id: 'near', gapMetres: 10, widthMetres: 8 }],
    });
    expect(settingOf(pack.value, 'majorClasses')).toEqual({ '1103': 'unused' });
    expect(log.paths.has('settings.contiguity')).toBe(true);
    expect(log.paths.has('settings.majorClasses')).toBe(false);
  });

  it.each([
    ['a key nobody knows', 'effect: refuse', 'effects: refuse', 'PACK-FORM', 23],
    ['a misspelt effect', 'effect: refuse', 'effect: refuze', 'PACK-FORM', 27],
    ['a missing language', 'title: {zh: 足够, en: enough}', 'title: {zh: 足够}', 'PACK-FORM', 24],
    [
      'a clause that does not exist',
      'source: {clause: T1.001, also',
      'source: {clause: T1.009, also',
      'PACK-CLAUSE',
      28,
    ],
    ['a range of clauses', 'also: [T1.002]', 'also: [T1.002-003]', 'PACK-FORM', 28],
    ['no source at all', 'source: {clause: T1.001, also: [T1.002]}', 'source: {}', 'PACK-SOURCE', 28],
    [
      'two sources',
      'source: {clause: T1.001, also: [T1.002]}',
      'source: {clause: T1.001, standard: X}',
      'PACK-SOURCE',
      28,
    ],
    [
      'a standard without confidence',
      'source: {clause: T1.001, also: [T1.002]}',
      'source: {standard: X}',
      'PACK-CONFIDENCE',
      28,
    ],
    ['an unknown figure', 'newFarmland / farm', 'newFarmlands / farm', 'PACK-FIGURE', 25],
    ['a bad formula', 'newFarmland / farm', 'newFarmland // farm', 'PACK-FORMULA', 25],
    ['a number without a source in a formula', 'newFarmland / farm', '2 * newFarmland / farm', 'PACK-UNCITED', 25],
    ['units that do not fit the threshold', 'newFarmland / farmlandBefore', 'newFarmland', 'PACK-UNIT', 26],
    ['units that do not fit each other', 'newFarmland / farm', '(newFarmland + plots) / farm', 'PACK-UNIT', 25],
    [
      'two comparisons',
      'atLeast: {parameter: share}',
      'atLeast: {parameter: share}\n    atMost: {value: 1, unit: ratio}',
      'PACK-COMPARISON',
      23,
    ],
    ['an unknown parameter', 'atLeast: {parameter: share}', 'atLeast: {parameter: shares}', 'PACK-THRESHOLD', 26],
    ['a threshold without unit', 'atLeast: {parameter: share}', 'atLeast: {value: 5}', 'PACK-THRESHOLD', 26],
    ['a number that is no plain decimal', 'value: 5, unit: percent', 'value: 1.0e-9, unit: percent', 'PACK-NUMBER', 9],
    ['a parameter named like a figure', 'id: share', 'id: plots', 'PACK-NAME', 9],
    ['a key written twice', 'version: 1.0.0', 'version: 1.0.0\nversion: 1.0.1', 'PACK-YAML', 3],
    ['a document the register does not have', 'plans: [T1]', 'plans: [T1, T7]', 'PACK-PLAN', 5],
    [
      'a clause not covered of another plan',
      'notCovered: []',
      'notCovered: [{id: T2.001, reason: later, note: x}]',
      'PACK-CLAUSE',
      31,
    ],
    [
      'a reason nobody knows',
      'notCovered: []',
      'notCovered: [{id: T1.002, reason: too hard, note: x}]',
      'PACK-FORM',
      31,
    ],
    ['a preset that does not exist', 'chosen: near', 'chosen: far', 'PACK-SETTING', 14],
    ['a share that is no parameter', 'minimumAddedShare: notSet', 'minimumAddedShare: shares', 'PACK-SETTING', 20],
    ['a land class that does not exist', "'1103': unused", "'9903': unused", 'PACK-CLASS', 12],
    ['a negative tolerance', 'absoluteSquareMetres: 0.05', 'absoluteSquareMetres: -1', 'PACK-NUMBER', 11],
  ])('is refused for %s, with code and line', (_, from, to, code, line) => {
    expect(refusedFor(from, to)).toMatchObject({ code, line });
  });

  it('is refused for a bad formula with the column', () => {
    expect(refusedFor('newFarmland / farm', 'newFarmland // farm').message).toContain('column 14');
  });

  it('tells everything that is wrong at once', () => {
    const result = load(SOUND.replace('T1.001, also', 'T1.009, also').replace('{clause: T1.003}', '{clause: T1.008}'));
    expect(result.ok ? [] : result.error.map((refusal) => refusal.place?.field)).toEqual([
      'about.0.source.clause',
      'checks.0.source.clause',
    ]);
  });

  it('may leave a parameter open', () => {
    const pack = load(SOUND.replace('value: 5, unit: percent', 'value: notSet, unit: percent'));
    expect(pack.ok && pack.value.parameters.get('share')!.value).toBeNull();
  });

  it('does not run code, whatever the YAML says', () => {
    expect(load(SOUND.replace('value: 文号', "value: !!js/function 'function(){}'")).ok).toBe(true);
    expect(load('&a [*a, *a]').ok).toBe(false);
    expect(load('- 1').ok).toBe(false);
    expect(load('').ok).toBe(false);
  });
});

describe('the canonical bytes of a pack', () => {
  const hash = (text: string): string => `hash:${text.length}`;

  it('do not depend on the order of keys, on comments or on what is not covered', () => {
    const plain = load(SOUND);
    const reordered = load(
      `# a comment\n${SOUND.replace('id: trial\nversion: 1.0.0\n', 'version: 1.0.0\nid: trial\n').replace('notCovered: []', 'notCovered: [{id: T1.002, reason: later, note: x}]')}`,
    );
    if (!plain.ok || !reordered.ok) throw new Error('refused');
    expect(packCanonicalText(reordered.value)).toBe(packCanonicalText(plain.value));
    expect(packHash(plain.value, hash)).toBe(hash(packCanonicalText(plain.value)));
  });

  it('change with any rule and with any cited word', () => {
    const plain = load(SOUND);
    const other = load(SOUND.replace('value: 5, unit: percent', 'value: 4, unit: percent'));
    if (!plain.ok || !other.ok) throw new Error('refused');
    expect(packCanonicalText(other.value)).not.toBe(packCanonicalText(plain.value));
    expect(packCanonicalText(plain.value)).toContain('原文T1.002');
  });

  it('give the same pack again without the register', () => {
    const plain = load(SOUND);
    if (!plain.ok) throw new Error('refused');
    const text = packCanonicalText(plain.value);
    const again = packOfCanonicalText(text, figures);
    if (!again.ok) throw new Error(JSON.stringify(again.error));
    expect(packCanonicalText(again.value)).toBe(text);
    expect(again.value.checks).toEqual(plain.value.checks);
  });

  it('are refused when damaged', () => {
    expect(packOfCanonicalText('{', figures)).toMatchObject({ ok: false, error: [{ code: 'PACK-STORED' }] });
    expect(packOfCanonicalText(canonicalJson({ format: 'other' } as Json), figures).ok).toBe(false);
  });
});

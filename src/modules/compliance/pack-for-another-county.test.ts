import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { seededRandom } from '../../kernel/index.ts';
import { readPackText } from '../../policy/pack.reader.ts';
import { FIGURES } from '../balance/index.ts';
import { specimenFigures } from './pack-check.ts';
import { checkPackById, judgeRun, listPacks, loadClauseRegister, loadPack, productDirectory } from './server.ts';

const file = (...parts: string[]): Promise<string> => readFile(join(productDirectory(), ...parts), 'utf8');

/** A pack for a county that ships with no pack, from the text of another plan of the register. */
const another = (settings: string, checks: string, reviews: string): string => `id: siyang-2020
version: 0.1.0
title: {zh: 泗阳型规则, en: rules of the Siyang type}
locality: {zh: 某县, en: some county}
plans: [S0-5a]
about: []
parameters: []
${settings}
checks:
${checks}
reviews:
${reviews === '' ? '  []' : reviews}
notCovered: []
`;

let directory: string;
let settings: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'packs-'));
  const shipped = await file('packs', 'haining-2021', 'pack.yaml');
  settings = /^settings:\n(?:(?: {2}.*)?\n)+/m.exec(shipped)![0];
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** The examples of the handbook: entries of `checks` (with a formula) and of `reviews` (with lookAt). */
function examples(page: string): { checks: string[]; reviews: string[] } {
  const blocks = [...page.matchAll(/```yaml\n( {2}- id:[\s\S]*?)```/g)].map((match) => match[1]!);
  return {
    checks: blocks.filter((block) => block.includes('\n    formula:')),
    reviews: blocks.filter((block) => block.includes('\n    lookAt:')),
  };
}

describe('a pack for another county', () => {
  it.each(['zh', 'en'])('is written from the examples of the %s handbook without touching code', async (language) => {
    const { checks, reviews } = examples(await file('docs', 'handbook', language, 'pack-writing.md'));
    expect([checks.length, reviews.length]).toEqual([1, 1]);
    await mkdir(join(directory, 'siyang-2020'), { recursive: true });
    await writeFile(join(directory, 'siyang-2020', 'pack.yaml'), another(settings, checks.join(''), reviews.join('')));
    const pack = await loadPack('siyang-2020', directory);
    if (!pack.ok) throw new Error(JSON.stringify(pack.error));
    const findings = judgeRun(pack.value, specimenFigures(), {
      inputHash: 'x',
      projectName: null,
      divisionCode: null,
      layers: [],
    });
    expect(findings.findings.map((finding) => [finding.checkId, finding.verdict])).toEqual([
      ['newFarmlandShare', 'pass'],
      ['hearingCountyAndCity', 'person'],
    ]);
    // Nothing yet accounts for the clauses of its plan, and pack check says so.
    const problems = await checkPackById('siyang-2020', directory);
    expect(problems.ok && problems.value.filter((problem) => problem.rule === 'pack.unaccounted')).toHaveLength(79);
  });

  it('is refused where the folder and the id differ, and listed with its refusals where it does not load', async () => {
    await mkdir(join(directory, 'renamed'), { recursive: true });
    await writeFile(join(directory, 'renamed', 'pack.yaml'), another(settings, '  []', ''));
    expect(await loadPack('renamed', directory)).toMatchObject({ ok: false, error: [{ code: 'PACK-NAME' }] });
    await writeFile(join(directory, 'renamed', 'pack.yaml'), 'id: [');
    const listed = (await listPacks(directory)).find((pack) => pack.packId === 'renamed')!;
    expect(listed).toMatchObject({ summary: null, hash: null });
    expect(listed.refusals[0]).toMatchObject({ code: 'PACK-YAML', place: { file: 'renamed/pack.yaml', line: 1 } });
  });
});

describe('the schema for editors', () => {
  it('accepts the packs as shipped and refuses a misspelt key, as the loader does', async () => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(await file('packs', 'pack.schema.json')) as object);
    for (const id of ['qinzhou-2020', 'haining-2021']) {
      const data = parse(await file('packs', id, 'pack.yaml')) as { checks: Record<string, unknown>[] };
      expect(validate(data), JSON.stringify(validate.errors)).toBe(true);
      data.checks[0]!['treshold'] = 5;
      expect(validate(data)).toBe(false);
    }
  });
});

describe('a damaged pack', () => {
  it('never loads by accident into something else, and never throws: 150 random cuts (seed 20)', async () => {
    const register = await loadClauseRegister();
    if (!register.ok) throw new Error('refused');
    const random = seededRandom(20);
    const shipped = await file('packs', 'haining-2021', 'pack.yaml');
    const end = shipped.indexOf('# Every other id of the plan');
    const text = `${shipped.slice(0, end)}notCovered: []\n`;
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const from = random.integer(0, end - 1);
      const cut = random.pick(['', ': ', '- ', '{', '}', '"', '\n', '&a ', '*a ', '\u0000', '0', '条']);
      const damaged = text.slice(0, from) + cut + text.slice(from + random.integer(0, 12));
      const result = readPackText(damaged, 'damaged', register.value, FIGURES);
      if (result.ok) continue;
      refused++;
      for (const refusal of result.error) {
        expect(refusal.code).toMatch(/^PACK-[A-Z-]+$/);
        expect(refusal.message.zh).not.toBe('');
        expect(refusal.remedy.en).not.toBe('');
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});

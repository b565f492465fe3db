import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clauseIdsInTitles, clauseIdsOfSource, rationalOfExactText, type Pack } from '../../policy/index.ts';
import { figureDefinition, type FigureSet, type FigureValue } from '../balance/index.ts';
import { judgeRun, loadPack, productDirectory } from './server.ts';

interface Case {
  readonly id: string;
  readonly clauses?: readonly string[];
  readonly figures: Readonly<Record<string, string | number>>;
  readonly plots?: Readonly<Record<string, readonly string[]>>;
  readonly verdict: 'pass' | 'fail' | 'person' | 'notApplicable';
  readonly value?: string | null;
  readonly threshold?: string | null;
  readonly display?: string;
  readonly effect?: string;
  readonly exception?: boolean;
  readonly missing?: readonly string[];
  readonly readings?: readonly { readonly value: string; readonly holds: boolean }[];
  readonly points?: readonly string[];
}

interface Block {
  readonly pack: string;
  readonly rule: string;
  readonly clauses: readonly string[];
  readonly cases: readonly Case[];
}

const page = readFileSync(join(productDirectory(), 'docs', 'domain', 'worked-findings.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => parse(match[1]!) as Block);
const packs = new Map<string, Pack>();
const used = new Set<string>();

beforeAll(async () => {
  for (const id of ['qinzhou-2020', 'haining-2021']) {
    const pack = await loadPack(id);
    if (!pack.ok) throw new Error(JSON.stringify(pack.error));
    packs.set(id, pack.value);
  }
});

function figuresOf(work: Case): FigureSet {
  const set: Record<string, FigureValue> = {};
  for (const [id, text] of Object.entries(work.figures)) {
    expect(figureDefinition(id), `${id} is a figure of the catalogue`).toBeDefined();
    const value = rationalOfExactText(String(text));
    set[id] =
      value === undefined
        ? { known: false, missing: [{ zh: `缺 ${id}`, en: `no ${id}` }] }
        : { known: true, ...value, parcels: [], plots: work.plots?.[id] ?? [] };
  }
  return set;
}

/** Judges one case of the page under its pack and compares everything the page says. */
function worked(id: string): void {
  const block = blocks.find((candidate) => candidate.cases.some((entry) => entry.id === id))!;
  const work = block.cases.find((entry) => entry.id === id)!;
  used.add(id);
  const pack = packs.get(block.pack)!;
  const rule = pack.checks.find((check) => check.id === block.rule)!;
  const clauses = work.clauses ?? block.clauses;
  expect(clauseIdsOfSource(rule.source)).toEqual(expect.arrayContaining([...clauses]));
  expect([...clauseIdsInTitles([expect.getState().currentTestName!])].toSorted()).toEqual([...clauses].toSorted());

  const run = { inputHash: 'worked', projectName: null, divisionCode: null, layers: [] };
  const findings = judgeRun(pack, figuresOf(work), run);
  const finding = findings.findings.find((entry) => entry.checkId === block.rule);
  if (work.verdict === 'notApplicable') {
    expect(finding).toBeUndefined();
    expect(findings.notApplicable.map((entry) => entry.checkId)).toContain(block.rule);
    return;
  }
  expect(finding!.verdict).toBe(work.verdict);
  expect(finding!.comparison!.value).toBe(work.value);
  if (work.threshold !== undefined) expect(finding!.comparison!.threshold).toBe(work.threshold);
  if (work.display !== undefined) expect(finding!.comparison!.valueDisplay!.en).toBe(work.display);
  if (work.effect !== undefined) expect(finding!.effect).toBe(work.effect);
  if (work.exception !== undefined) expect(finding!.exceptionAllowed).toBe(work.exception);
  if (work.points !== undefined) expect(finding!.plots).toEqual(work.points);
  const reasons = finding!.missing.map((reason) => reason.en);
  const expected = work.missing ?? [];
  expect(reasons).toHaveLength(expected.length);
  expected.forEach((part, i) => expect(reasons[i]).toContain(part));
  work.readings?.forEach((reading, i) => expect(finding!.readings[i]).toMatchObject(reading));
}

describe('worked findings, Qinzhou', () => {
  it('S0-5c.031 S0-5c.180 new farmland at exactly 5 % passes', () => worked('Q1'));
  it('S0-5c.031 S0-5c.180 new farmland one dm² below 5 % fails and does not print as 5 %', () => worked('Q2'));
  it('S0-5c.031 S0-5c.180 new farmland without the farmland before needs a person', () => worked('Q3'));
  it('S0-5c.031 S0-5c.180 new farmland where there was none needs a person', () => worked('Q4'));
  it('S0-5c.165 illegal occupation reclaimed does not count as new farmland', () => worked('Q5'));
  it('S0-5c.030 S0-5c.180 quality up passes', () => worked('Q6'));
  it('S0-5c.030 S0-5c.180 quality unchanged fails', () => worked('Q7'));
  it('S0-5c.030 S0-5c.180 quality unknown needs a person', () => worked('Q8'));
  it('S0-5c.032 S0-5c.114 county construction land unchanged passes', () => worked('Q9'));
  it('S0-5c.032 S0-5c.114 county construction land up by one dm² fails', () => worked('Q10'));
  it('S0-5c.032 S0-5c.114 county construction land not stated needs a person', () => worked('Q11'));
  it('S0-5c.033 S0-5c.002 S0-5c.205 no overlap with the red line passes', () => worked('Q12'));
  it('S0-5c.033 S0-5c.002 S0-5c.205 one dm² on the red line fails and names the plot', () => worked('Q13'));
  it('S0-5c.033 S0-5c.002 S0-5c.205 without a red-line layer needs a person', () => worked('Q14'));
  it('S0-5c.114 S0-5c.002 farmland unchanged passes', () => worked('Q15'));
  it('S0-5c.114 S0-5c.002 farmland down by one dm² fails', () => worked('Q16'));
  it('S0-5c.114 capacity unchanged passes', () => worked('Q17'));
  it('S0-5c.114 more but poorer farmland fails', () => worked('Q18'));
  it('S0-5c.204 construction land down passes', () => worked('Q19'));
  it('S0-5c.204 construction land not down needs a person', () => worked('Q20'));
  it('S0-5c.028 S0-5c.145 a plan with a plot passes', () => worked('Q21'));
  it('S0-5c.028 S0-5c.145 a plan with an empty plots layer fails', () => worked('Q22'));
  it('S0-5c.028 S0-5c.145 a bare boundary needs a person', () => worked('Q23'));
  it('S0-5c.028 plots with all fields pass', () => worked('Q24'));
  it('S0-5c.028 plots with empty fields fail and are named', () => worked('Q25'));
  it('S0-5c.028 completeness does not apply without plots', () => worked('Q26'));
  it('S0-5c.145 plots inside the project area pass', () => worked('Q27'));
  it('S0-5c.145 one dm² outside the project area fails', () => worked('Q28'));
  it('S0-5c.142 adjoining villages of two townships pass', () => worked('Q29'));
  it('S0-5c.142 a single township passes', () => worked('Q30'));
  it('S0-5c.142 scattered villages of two townships fail', () => worked('Q31'));
  it('S0-5c.142 an area reaching no township needs a person', () => worked('Q32'));
  it('S0-5c.146 one part passes', () => worked('Q33'));
  it('S0-5c.146 two parts need a person', () => worked('Q34'));
  it('S0-5c.185 S0-5c.186 no building on basic farmland passes', () => worked('Q35'));
  it('S0-5c.185 S0-5c.186 building on one dm² of basic farmland fails', () => worked('Q36'));
  it('S0-5c.143 S0-5c.109 building inside the growth boundary passes', () => worked('Q37'));
  it('S0-5c.143 S0-5c.109 building outside the growth boundary needs a person', () => worked('Q38'));
  it('no new farmland on steep land passes', () => worked('Q39'));
  it('new farmland on steep land needs a person, for the rule is unverified', () => worked('Q40'));
  it('S0-5c.103 S0-5c.187 S0-5c.190 S0-5c.203 exactly 1.05 times moved in passes', () => worked('Q41'));
  it('S0-5c.103 S0-5c.187 S0-5c.190 S0-5c.203 one dm² below 1.05 times fails', () => worked('Q42'));
  it('S0-5c.103 S0-5c.187 S0-5c.190 S0-5c.203 nothing moved out is not applicable', () => worked('Q43'));
  it('S0-5c.103 S0-5c.187 S0-5c.190 S0-5c.203 both readings are shown', () => worked('Q44'));
  it('S0-5c.103 S0-5c.187 S0-5c.190 S0-5c.203 without the layer needs a person', () => worked('Q45'));
  it('S0-5c.187 land moved in that is new passes', () => worked('Q46'));
  it('S0-5c.187 land moved in that is basic farmland already fails', () => worked('Q47'));
  it('S0-5c.188 S0-5c.101 S0-5c.190 S0-5c.203 better land moved in passes', () => worked('Q48'));
  it('S0-5c.188 S0-5c.101 S0-5c.190 S0-5c.203 equal land moved in fails', () => worked('Q49'));
  it('S0-5c.188 S0-5c.101 S0-5c.190 S0-5c.203 larger mean patch passes', () => worked('Q50'));
  it('S0-5c.188 S0-5c.101 S0-5c.190 S0-5c.203 equal mean patch fails', () => worked('Q51'));
  it('S0-5c.188 S0-5c.101 S0-5c.190 S0-5c.203 a zero mean patch needs a person', () => worked('Q52'));
  it('S0-5c.190 S0-5c.203 fewer scattered patches pass', () => worked('Q53'));
  it('S0-5c.190 S0-5c.203 as many scattered patches warn', () => worked('Q54'));
  it('S0-5c.190 S0-5c.203 no scattered patch at all is not applicable', () => worked('Q55'));
  it('S0-5c.101 S0-5c.188 stability without a figure in the plan needs a person', () => worked('Q56'));
  it('S0-5c.192 complete lists pass', () => worked('Q57'));
  it('S0-5c.192 an incomplete adjustment plot fails and is named', () => worked('Q58'));
  it('S0-5c.192 an empty adjustment is not applicable', () => worked('Q59'));
  it('S0-5c.194 consolidated land moved in with its sub-project passes', () => worked('Q60'));
  it('S0-5c.194 consolidated land moved in without sub-project fails', () => worked('Q61'));
  it('S0-5c.194 nothing moved in from consolidation is not applicable', () => worked('Q62'));
});

describe('worked findings, Haining', () => {
  it('S1.027 adjoining villages pass', () => worked('H1'));
  it('S1.027 villages apart fail', () => worked('H2'));
  it('S1.027 without a village layer needs a person', () => worked('H3'));
  it('S1.028 S1.029 all three contents pass', () => worked('H4'));
  it('S1.028 S1.029 two of three contents fail', () => worked('H5'));
  it('S1.028 one further content passes', () => worked('H6'));
  it('S1.028 no further content needs a person', () => worked('H7'));
  it('S1.030 the first dm² above 1,000 mu passes', () => worked('H8'));
  it('S1.030 the last dm² below 1,000 mu fails', () => worked('H9'));
  it('S1.030 blocks not computed need a person', () => worked('H10'));
  it('S1.010 quantity unchanged passes', () => worked('H11'));
  it('S1.010 quantity down by one dm² warns', () => worked('H12'));
  it('S1.010 quality unchanged passes', () => worked('H13'));
  it('S1.010 quality down warns', () => worked('H14'));
  it('S1.010 red line untouched passes', () => worked('H15'));
  it('S1.010 red line touched warns', () => worked('H16'));
  it('S1.014 capacity up passes', () => worked('H17'));
  it('S1.014 capacity unchanged warns', () => worked('H18'));
  it('S1.019 building inside the growth boundary passes', () => worked('H19'));
  it('S1.019 building outside the growth boundary needs a person', () => worked('H20'));
  it('S1.024 no conflict with the control lines passes', () => worked('H21'));
  it('S1.024 a conflict with a control line needs a person', () => worked('H22'));
  it('S1.024 with a control line missing needs a person', () => worked('H23'));
  it('S1.013 mean patch up passes', () => worked('H24'));
  it('S1.013 mean patch unchanged warns', () => worked('H25'));
  it('S1.013 without an adjustment is not applicable', () => worked('H26'));
  it('S1.048 a contiguous project with a thousand-mu square passes', () => worked('H27'));
  it('S1.048 a contiguous project without any square warns', () => worked('H28'));
  it('S1.048 a comprehensive project is not asked for squares', () => worked('H29'));
  it('S1.049 two ten-thousand-mu squares pass', () => worked('H30'));
  it('S1.049 one ten-thousand-mu square needs a person', () => worked('H31'));
  it('S1.051 eighteen thousand-mu squares pass', () => worked('H32'));
  it('S1.051 seventeen thousand-mu squares need a person', () => worked('H33'));
  it('S1.048 twenty squares pass', () => worked('H34'));
  it('S1.048 nineteen squares need a person', () => worked('H35'));
  it('S1.050 20,000 mu of farmland pass', () => worked('H36'));
  it('S1.050 just below 20,000 mu of farmland need a person', () => worked('H37'));
  it('S1.052 exactly 30,000 mu of farmland pass', () => worked('H38'));
  it('S1.052 just below 30,000 mu of farmland need a person', () => worked('H39'));
  it('S1.052 without thousand-mu squares is not applicable', () => worked('H40'));
});

afterAll(() => {
  const all = blocks.flatMap((block) => block.cases.map((entry) => entry.id));
  expect([...used].toSorted(), 'every case of the page is judged by a test').toEqual(all.toSorted());
  for (const pack of packs.values()) {
    const rules = blocks.filter((block) => block.pack === pack.id).map((block) => block.rule);
    expect(rules.toSorted(), 'every check of the pack has a worked case').toEqual(
      pack.checks.map((check) => check.id).toSorted(),
    );
  }
});

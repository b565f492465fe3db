import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { citedValues, clauseIdsOfSource, exactText, type Pack } from '../../policy/index.ts';
import { FIGURES, type FigureSet, type FigureValue } from '../balance/index.ts';
import { findingsOfText, findingsText } from './canonical-findings.ts';
import { diffFindings } from './findings-diff.ts';
import type { Finding, Findings, RunFacts } from './findings.ts';
import { checkPack, specimenFigures } from './pack-check.ts';
import {
  checkPackById,
  coverageReport,
  judgeRun,
  listPacks,
  loadClauseRegister,
  loadPack,
  packOfStoredText,
  productDirectory,
  storedPackText,
} from './server.ts';
import { comparisonLine, sourceLine } from './words.ts';

const run: RunFacts = {
  inputHash: 'abc',
  projectName: '示范项目',
  divisionCode: '450799',
  layers: [{ role: 'parcels', sourceHash: 'def', asOf: '2020-12-31' }],
};
let qinzhou: Pack;
let haining: Pack;

beforeAll(async () => {
  const loaded = await Promise.all([loadPack('qinzhou-2020'), loadPack('haining-2021')]);
  const [first, second] = loaded.map((pack) => {
    if (!pack.ok) throw new Error(JSON.stringify(pack.error));
    return pack.value;
  });
  qinzhou = first!;
  haining = second!;
});

const known = (value: bigint, plots: readonly string[] = [], parcels: readonly number[] = []): FigureValue => ({
  known: true,
  numerator: value,
  denominator: 1n,
  parcels,
  plots,
});

/** All figures 1, with the given ones changed. */
const figuresWith = (changed: Readonly<Record<string, FigureValue>>): FigureSet => ({
  ...specimenFigures(),
  ...changed,
});

function review(findings: Findings, checkId: string): Finding {
  const finding = findings.findings.find((entry) => entry.checkId === checkId);
  if (finding === undefined) throw new Error(`no finding ${checkId}`);
  return finding;
}

/** The review asks a person when the plan adjusts basic farmland, cites the clauses, and is silent when it does not. */
function asksWhenAdjusting(pack: () => Pack, checkId: string, clauses: readonly string[], documents: number): void {
  const asked = review(judgeRun(pack(), figuresWith({ basicFarmlandChangePlots: known(4n) }), run), checkId);
  expect(asked.verdict).toBe('person');
  expect(asked.missing).toEqual([]);
  expect([asked.source.clause, ...asked.source.also].map((clause) => clause!.id)).toEqual(clauses);
  expect(asked.source.clause!.quote.length).toBeGreaterThan(5);
  expect(asked.documents).toHaveLength(documents);
  expect(asked.lookAt!.zh).not.toBe('');
  const silent = judgeRun(pack(), figuresWith({ basicFarmlandChangePlots: known(0n) }), run);
  expect(silent.findings.map((entry) => entry.checkId)).not.toContain(checkId);
  expect(silent.notApplicable.map((entry) => entry.checkId)).toContain(checkId);
}

describe('what only a person can judge, Qinzhou', () => {
  const pack = (): Pack => qinzhou;

  it('S0-5c.001 the legal basis is printed with the findings', () => {
    const fact = judgeRun(qinzhou, specimenFigures(), run).about.find((entry) => entry.id === 'basis')!;
    expect(fact.source.clause!.id).toBe('S0-5c.001');
    expect(fact.source.clause!.quote).toContain(fact.value);
  });

  it('S0-5c.165 reclaimed illegal occupation is shown to a person, and only where there is some', () => {
    const asked = review(
      judgeRun(qinzhou, figuresWith({ illegalOccupationReclaimed: known(20_000n, ['P-3']) }), run),
      'illegalOccupationEvidence',
    );
    expect(asked.plots).toEqual(['P-3']);
    expect(asked.figures[0]!.display!.en).toBe('200.00 m² (0.3000 mu)');
    const silent = judgeRun(qinzhou, figuresWith({ illegalOccupationReclaimed: known(0n) }), run);
    expect(silent.notApplicable.map((entry) => entry.checkId)).toContain('illegalOccupationEvidence');
  });

  it('S0-5c.204 structure of village construction land is asked with the areas before and after', () => {
    const asked = review(judgeRun(qinzhou, specimenFigures(), run), 'villageConstructionStructure');
    expect(asked).toMatchObject({ verdict: 'person', source: { clause: { id: 'S0-5c.204' } } });
    expect(asked.figures.map((figure) => figure.id)).toEqual([
      'constructionBefore',
      'constructionAfter',
      'countyConstructionBefore',
      'countyConstructionAfter',
    ]);
  });

  it('S0-5c.205 ecological space and historical context are asked with the red-line overlap', () => {
    const asked = review(judgeRun(qinzhou, specimenFigures(), run), 'ecologicalSpace');
    expect(asked).toMatchObject({
      verdict: 'person',
      source: { clause: { id: 'S0-5c.205' } },
      figures: [{ id: 'redLineOverlap' }],
    });
  });

  it('S0-5c.186 S0-5c.185 S0-5c.190 S0-5c.203 necessity of the adjustment', () =>
    asksWhenAdjusting(pack, 'adjustmentNecessary', ['S0-5c.186', 'S0-5c.185', 'S0-5c.190', 'S0-5c.203'], 1));
  it('S0-5c.102 the adjustment plan', () => asksWhenAdjusting(pack, 'adjustmentPlan', ['S0-5c.102'], 1));
  it('S0-5c.171 the adjustment in the feasibility report', () =>
    asksWhenAdjusting(pack, 'adjustmentInFeasibility', ['S0-5c.171'], 1));
  it('S0-5c.188 S0-5c.101 ecology better after the adjustment', () =>
    asksWhenAdjusting(pack, 'adjustmentEcology', ['S0-5c.188', 'S0-5c.101'], 0));
  it('S0-5c.189 both county departments prepare the plan', () =>
    asksWhenAdjusting(pack, 'adjustmentAuthors', ['S0-5c.189'], 0));
  it('S0-5c.191 what is moved in is explained', () => asksWhenAdjusting(pack, 'adjustmentExplained', ['S0-5c.191'], 0));
  it('S0-5c.193 maps, tables and report: three papers', () =>
    asksWhenAdjusting(pack, 'adjustmentDocuments', ['S0-5c.193'], 3));
  it('S0-5c.195 hearing and argument at both levels', () =>
    asksWhenAdjusting(pack, 'hearingCountyAndCity', ['S0-5c.195'], 2));
  it('S0-5c.104 first review by both city bureaus', () => asksWhenAdjusting(pack, 'cityFirstReview', ['S0-5c.104'], 2));
  it('S0-5c.105 S0-5c.196 approval by the region', () =>
    asksWhenAdjusting(pack, 'regionApproval', ['S0-5c.105', 'S0-5c.196'], 1));
  it('S0-5c.197 S0-5c.106 taken into both plans', () =>
    asksWhenAdjusting(pack, 'intoBothPlans', ['S0-5c.197', 'S0-5c.106'], 0));

  it('is asked too where nobody knows whether the plan adjusts basic farmland, with the reason', () => {
    const { basicFarmlandChangePlots: _, ...figures } = specimenFigures();
    const asked = review(judgeRun(qinzhou, figures, run), 'hearingCountyAndCity');
    expect(asked.verdict).toBe('person');
    expect(asked.missing.map((reason) => reason.en)).toEqual(['not computed: plots of the basic-farmland adjustment']);
  });
});

describe('what only a person can judge, Haining', () => {
  const pack = (): Pack => haining;

  it('S1.001 S1.002 S1.003 S1.004 S1.005 S1.007 S1.008 the text is identified in the findings, in its own words', () => {
    const { about } = judgeRun(haining, specimenFigures(), run);
    expect(about.map((fact) => fact.source.clause!.id).toSorted()).toEqual([
      'S1.001',
      'S1.002',
      'S1.003',
      'S1.004',
      'S1.005',
      'S1.007',
      'S1.008',
    ]);
    for (const fact of about) expect(fact.source.clause!.quote).toContain(fact.value);
  });

  it('S1.027 the unit is a whole village: asked with the villages reached', () => {
    expect(review(judgeRun(haining, specimenFigures(), run), 'wholeVillage')).toMatchObject({
      verdict: 'person',
      source: { clause: { id: 'S1.027' } },
      figures: [{ id: 'villages' }, { id: 'projectParts' }],
    });
  });

  it('S1.041 combination with a contiguous basic-farmland project is asked with the blocks there are', () => {
    expect(review(judgeRun(haining, specimenFigures(), run), 'combinedWithContiguousProject')).toMatchObject({
      verdict: 'person',
      source: { clause: { id: 'S1.041' } },
      figures: [{ id: 'contiguousProject' }, { id: 'blocks1000MuAfter' }, { id: 'blocks10000MuAfter' }],
    });
  });

  it('S1.079 the layout adjustment plan', () => asksWhenAdjusting(pack, 'layoutAdjustmentPlan', ['S1.079'], 1));
  it('S1.080 joint review by both bureaus', () => asksWhenAdjusting(pack, 'jointReview', ['S1.080'], 2));
  it('S1.081 examined by the department above', () => asksWhenAdjusting(pack, 'examinedAbove', ['S1.081'], 1));
});

describe('findings', () => {
  it('give one outcome for every rule of the pack', () => {
    for (const pack of [qinzhou, haining]) {
      const findings = judgeRun(pack, figuresWith({ basicFarmlandOut: known(0n), contiguousProject: known(0n) }), run);
      const outcomes = [...findings.findings, ...findings.notApplicable].map((entry) => entry.checkId);
      expect(outcomes.toSorted()).toEqual([...pack.checks, ...pack.reviews].map((rule) => rule.id).toSorted());
      const { pass, fail, person, notApplicable } = findings.counts;
      expect(pass + fail + person).toBe(findings.findings.length);
      expect(notApplicable).toBe(findings.notApplicable.length);
    }
  });

  it('never pass with nothing known: every check needs a person', () => {
    for (const pack of [qinzhou, haining]) {
      const findings = judgeRun(pack, {}, run);
      expect(findings.findings.map((finding) => finding.verdict)).toEqual(findings.findings.map(() => 'person'));
      expect(findings.notApplicable).toEqual([]);
      for (const finding of findings.findings.filter((entry) => entry.kind === 'check'))
        expect(finding.missing).not.toEqual([]);
    }
  });

  it('carry figure, threshold, formula, clause, plots, parcels, remedy, pack and input', () => {
    const figures = figuresWith({
      newFarmland: known(499_999n, ['P-2', 'P-1'], [12, 3]),
      farmlandBefore: known(10_000_000n, [], [1, 2]),
      illegalOccupationReclaimed: known(0n),
    });
    const finding = review(judgeRun(qinzhou, figures, run), 'newFarmlandShare');
    expect(finding).toMatchObject({
      verdict: 'fail',
      effect: 'refuse',
      exceptionAllowed: true,
      parcels: [3, 12],
      plots: ['P-1', 'P-2'],
      packId: 'qinzhou-2020',
      packVersion: '1.0.0',
      inputHash: 'abc',
      comparison: {
        formula: 'newFarmland / farmlandBefore',
        value: '499999/10000000',
        threshold: '1/20',
        holds: false,
      },
      source: {
        clause: {
          id: 'S0-5c.031',
          document: 'S0-5c',
          section: '二(一)',
          quote: '新增耕地面积原则上不少于原有耕地面积的5%',
        },
      },
    });
    expect(finding.packHash).toMatch(/^[0-9a-f]{64}$/);
    expect(finding.figures.map((figure) => [figure.id, figure.exact])).toEqual([
      ['newFarmland', '499999'],
      ['farmlandBefore', '10000000'],
      ['illegalOccupationReclaimed', '0'],
    ]);
    expect(comparisonLine(finding).en).toBe('4.99999% (at least 5%)');
    expect(comparisonLine(finding).zh).toBe('4.99999%（应不小于 5%）');
    expect(sourceLine(finding).zh).toBe('S0-5c.031 《钦州市全域土地综合整治工作实施方案》 二(一)');
  });

  it('replay to the same bytes, from the stored pack too', () => {
    const figures = figuresWith({ redLineOverlap: known(7n, ['Z', 'A', '甲', 'a']) });
    const bytes = findingsText(judgeRun(qinzhou, figures, run));
    expect(findingsText(judgeRun(qinzhou, figures, run))).toBe(bytes);
    const stored = storedPackText(qinzhou);
    const again = packOfStoredText(stored.hash, stored.text);
    if (!again.ok) throw new Error(JSON.stringify(again.error));
    expect(findingsText(judgeRun(again.value, figures, run))).toBe(bytes);
    expect(packOfStoredText(stored.hash, stored.text.replace('"value":5', '"value":4'))).toMatchObject({
      ok: false,
      error: [{ code: 'PACK-STORED' }],
    });
  });

  it('hold no time and survive being written and read', () => {
    const findings = judgeRun(haining, specimenFigures(), run);
    const text = findingsText(findings);
    const read = findingsOfText(text);
    expect(read.ok && findingsText(read.value)).toBe(text);
    expect(findingsOfText('{}').ok).toBe(false);
    expect(findingsOfText('not json').ok).toBe(false);
    expect(findingsOfText('null').ok).toBe(false);
  });

  it('do not depend on the order the figures come in', () => {
    const figures = specimenFigures();
    const reversed = Object.fromEntries(Object.entries(figures).toReversed());
    expect(findingsText(judgeRun(qinzhou, reversed, run))).toBe(findingsText(judgeRun(qinzhou, figures, run)));
  });

  it('never pass a check one of whose figures is missing, whatever the others are', () => {
    const figureIds = FIGURES.map((figure) => figure.id);
    fc.assert(
      fc.property(
        fc.constantFrom(...figureIds),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: figureIds.length, maxLength: figureIds.length }),
        (missingId, values) => {
          const figures: FigureSet = Object.fromEntries(
            figureIds.map((id, i) => [
              id,
              id === missingId ? { known: false, missing: [{ zh: '缺', en: 'missing' }] } : known(values[i]!),
            ]),
          );
          for (const pack of [qinzhou, haining]) {
            for (const finding of judgeRun(pack, figures, run).findings) {
              const rule = pack.checks.find((check) => check.id === finding.checkId);
              if (rule?.formula.names.includes(missingId)) expect(finding.verdict).toBe('person');
            }
          }
        },
      ),
      { seed: 450799, numRuns: 200 },
    );
  });
});

describe('the difference of two findings', () => {
  it('is empty for the same run', () => {
    const findings = judgeRun(qinzhou, specimenFigures(), run);
    expect(diffFindings(findings, findings)).toEqual({ samePack: true, sameInput: true, changes: [] });
  });

  it('names the rules a mended plan turned, with the value before and after', () => {
    const before = judgeRun(qinzhou, figuresWith({ redLineOverlap: known(100n, ['P-7']) }), run);
    const after = judgeRun(qinzhou, figuresWith({ redLineOverlap: known(0n) }), { ...run, inputHash: 'new' });
    const diff = diffFindings(before, after);
    expect(diff).toMatchObject({ samePack: true, sameInput: false });
    const change = diff.changes.find((entry) => entry.checkId === 'redLine')!;
    expect(change).toMatchObject({ before: 'fail', after: 'pass', changed: ['verdict', 'value', 'places'] });
    expect(change.valueBefore!.en).toBe('1.00 m² (0.0015 mu)');
    expect(diff.changes.map((entry) => entry.checkId)).toEqual(['redLine', 'ecologicalSpace', 'adjustmentEcology']);
  });

  it('tells rules that stopped applying and rules another pack does not have', () => {
    const before = judgeRun(qinzhou, figuresWith({ basicFarmlandOut: known(1n) }), run);
    const after = judgeRun(qinzhou, figuresWith({ basicFarmlandOut: known(0n) }), run);
    expect(diffFindings(before, after).changes).toContainEqual(
      expect.objectContaining({ checkId: 'basicFarmlandAdded', after: 'notApplicable', changed: ['verdict'] }),
    );
    const other = diffFindings(before, judgeRun(haining, figuresWith({}), run));
    expect(other.samePack).toBe(false);
    expect(other.changes).toContainEqual(expect.objectContaining({ checkId: 'newFarmlandShare', after: 'absent' }));
    expect(other.changes).toContainEqual(expect.objectContaining({ checkId: 'contiguousBlock', before: 'absent' }));
  });
});

describe('the packs as shipped', () => {
  it('load, are listed with their hash, and have no error in pack check', async () => {
    const packs = await listPacks();
    expect(packs.map((pack) => pack.summary?.packId)).toEqual(['haining-2021', 'qinzhou-2020']);
    for (const pack of packs) {
      expect(pack.refusals).toEqual([]);
      expect(pack.hash).toMatch(/^[0-9a-f]{64}$/);
      const problems = await checkPackById(pack.packId);
      expect(problems.ok && problems.value.filter((problem) => problem.severity !== 'note')).toEqual([]);
    }
  });

  it('account for every clause of their plans, and name a test for every clause they carry out', async () => {
    const coverages = await coverageReport();
    if (!coverages.ok) throw new Error(JSON.stringify(coverages.error));
    expect(coverages.value.map((coverage) => coverage.plan)).toEqual(['S1', 'S0-5c']);
    for (const coverage of coverages.value) {
      expect(coverage.unaccounted).toEqual([]);
      expect(coverage.contradicted).toEqual([]);
      expect(coverage.onlyRead).toEqual([]);
      expect(coverage.covered.length + coverage.notCovered.length).toBe(coverage.total);
    }
  });

  it('carry out every clause of balance checks and basic-farmland adjustment', async () => {
    const register = await loadClauseRegister();
    const coverages = await coverageReport();
    if (!register.ok || !coverages.ok) throw new Error('refused');
    for (const coverage of coverages.value) {
      const wanted = [...register.value.clauses.values()].filter(
        (clause) => clause.document === coverage.plan && ['A5', 'A6'].includes(clause.row),
      );
      expect(wanted.length).toBeGreaterThan(5);
      expect(wanted.map((clause) => clause.id).filter((id) => !coverage.covered.includes(id))).toEqual([]);
    }
  });

  it('cite numbers that stand in the cited words', () => {
    // Thresholds other than 0 and 1 and the words the quote writes them with.
    const words: Record<string, RegExp> = {
      '5percent': /5%/,
      '3count': /3项/,
      '1000mu': /千亩/,
      '2count': /不少于2个/,
      '18count': /不少于18个/,
      '20count': /20个/,
      '20000mu': /2万亩/,
      '30000mu': /3万亩/,
    };
    let seen = 0;
    for (const pack of [qinzhou, haining]) {
      for (const check of pack.raw.checks) {
        const threshold = check.atLeast ?? check.atMost ?? check.above ?? check.below ?? check.equals;
        if (threshold?.value === undefined || Number(threshold.value) <= 1) continue;
        const clause = pack.checks.find((entry) => entry.id === check.id)!.source;
        const quote = clause.kind === 'clause' ? clause.clause.quote : '';
        expect(quote, check.id).toMatch(words[`${threshold.value}${threshold.unit}`]!);
        seen++;
      }
    }
    expect(seen).toBe(8);
    const share = qinzhou.parameters.get('basicFarmlandAddedShare')!;
    expect(exactText(share.value!)).toBe('1/20');
    expect(share.source.kind === 'clause' && share.source.clause.quote).toContain('5%');
  });

  it('allow an exception exactly where the rule rests on 原则上', () => {
    const excepted = [qinzhou, haining].flatMap((pack) => pack.checks.filter((check) => check.exceptionAllowed));
    expect(excepted.map((check) => check.id)).toEqual(['newFarmlandShare', 'projectUnit', 'basicFarmlandAdded']);
    for (const check of excepted)
      expect(check.source.kind === 'clause' && check.source.clause.quote).toContain('原则上');
  });
});

describe('pack check', () => {
  it('finds dead values, contradictions and clauses nobody accounts for', async () => {
    const register = await loadClauseRegister();
    if (!register.ok) throw new Error('refused');
    const unused = { ...[...qinzhou.parameters.values()][0]!, path: 'parameters.unused', id: 'unused' };
    const broken: Pack = {
      ...qinzhou,
      parameters: new Map([...qinzhou.parameters, ['unused', unused]]),
      notCovered: [
        ...qinzhou.notCovered.filter((entry) => entry.id !== 'S0-5c.003'),
        { id: 'S0-5c.031', reason: 'later', note: 'x' },
      ],
    };
    const problems = checkPack(broken, register.value);
    expect(problems).toContainEqual(
      expect.objectContaining({ rule: 'pack.dead-value', id: 'parameters.unused', severity: 'error' }),
    );
    expect(problems).toContainEqual(expect.objectContaining({ rule: 'pack.contradiction', id: 'S0-5c.031' }));
    expect(problems).toContainEqual(expect.objectContaining({ rule: 'pack.unaccounted', id: 'S0-5c.003' }));
  });

  it('notes what is not set and what is unverified, and forbids refusing on it', async () => {
    const register = await loadClauseRegister();
    if (!register.ok) throw new Error('refused');
    const problems = checkPack(qinzhou, register.value);
    expect(problems).toContainEqual(expect.objectContaining({ rule: 'pack.not-set', severity: 'note' }));
    expect(problems).toContainEqual(
      expect.objectContaining({ rule: 'pack.unverified', id: 'checks.newFarmlandSteep' }),
    );
    const harsh: Pack = {
      ...qinzhou,
      checks: qinzhou.checks.map((check) => (check.id === 'newFarmlandSteep' ? { ...check, effect: 'refuse' } : check)),
    };
    expect(checkPack(harsh, register.value)).toContainEqual(
      expect.objectContaining({ rule: 'pack.unverified-refusal', id: 'checks.newFarmlandSteep' }),
    );
  });

  it('refuses a pack that is not there, naming those that are', async () => {
    const pack = await loadPack('nowhere-1999');
    expect(pack).toMatchObject({ ok: false, error: [{ code: 'PACK-UNKNOWN' }] });
    expect(pack.ok ? '' : pack.error[0]!.remedy.en).toContain('qinzhou-2020');
    expect((await loadPack('clauses')).ok).toBe(false);
    expect((await loadPack('../packs/qinzhou-2020')).ok).toBe(false);
  });

  it('every cited value of a shipped pack has words behind it or a standard', () => {
    for (const pack of [qinzhou, haining]) {
      for (const value of citedValues(pack)) {
        expect(
          value.source.kind === 'standard' ? value.source.standard : clauseIdsOfSource(value.source)[0],
        ).toBeTruthy();
        if (value.source.kind === 'standard') expect(value.confidence).toBe('unverified');
      }
    }
    expect(productDirectory()).not.toBe('');
  });
});

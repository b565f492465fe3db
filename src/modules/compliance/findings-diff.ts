import { canonicalJson, type Json, type Localized } from '../../kernel/index.ts';
import type { Finding, Findings, Verdict } from './findings.ts';

/** How a rule ended in one run. `absent`: the pack of that run has no such rule. */
export type Outcome = Verdict | 'notApplicable' | 'absent';

/** What of a rule is not the same in two runs. */
export type ChangedPart = 'verdict' | 'value' | 'threshold' | 'rule' | 'reasons' | 'places';

export interface FindingChange {
  readonly checkId: string;
  readonly title: Localized;
  readonly before: Outcome;
  readonly after: Outcome;
  readonly changed: readonly ChangedPart[];
  readonly valueBefore: Localized | null;
  readonly valueAfter: Localized | null;
}

export interface FindingsDiff {
  readonly samePack: boolean;
  readonly sameInput: boolean;
  /** Only rules that changed, in the order of the later run, then those only the earlier one has. */
  readonly changes: readonly FindingChange[];
}

interface Ended {
  readonly title: Localized;
  readonly outcome: Outcome;
  readonly finding: Finding | null;
}

function endings(findings: Findings): Map<string, Ended> {
  const ended = new Map<string, Ended>();
  for (const finding of findings.findings) {
    ended.set(finding.checkId, { title: finding.title, outcome: finding.verdict, finding });
  }
  for (const skipped of findings.notApplicable) {
    ended.set(skipped.checkId, { title: skipped.title, outcome: 'notApplicable', finding: null });
  }
  return ended;
}

const same = (a: unknown, b: unknown): boolean => canonicalJson(a as Json) === canonicalJson(b as Json);

function changedParts(before: Ended | undefined, after: Ended | undefined): ChangedPart[] {
  const changed: ChangedPart[] = [];
  if (before?.outcome !== after?.outcome) changed.push('verdict');
  const [a, b] = [before?.finding, after?.finding];
  if (!a || !b) return changed;
  if (a.comparison?.value !== b.comparison?.value || !same(a.figures, b.figures)) changed.push('value');
  if (a.comparison?.threshold !== b.comparison?.threshold) changed.push('threshold');
  const rule = (finding: Finding): unknown => [
    finding.kind,
    finding.effect,
    finding.exceptionAllowed,
    finding.comparison?.formula ?? null,
    finding.comparison?.comparison ?? null,
    finding.source,
  ];
  if (!same(rule(a), rule(b))) changed.push('rule');
  if (!same(a.missing, b.missing)) changed.push('reasons');
  if (!same([a.parcels, a.plots], [b.parcels, b.plots])) changed.push('places');
  return changed;
}

/** What a second run changed: after mending the plan, or under another version of the pack. */
export function diffFindings(before: Findings, after: Findings): FindingsDiff {
  const earlier = endings(before);
  const later = endings(after);
  const changes: FindingChange[] = [];
  for (const checkId of new Set([...later.keys(), ...earlier.keys()])) {
    const [a, b] = [earlier.get(checkId), later.get(checkId)];
    const changed = changedParts(a, b);
    if (changed.length === 0) continue;
    changes.push({
      checkId,
      title: (b ?? a)!.title,
      before: a?.outcome ?? 'absent',
      after: b?.outcome ?? 'absent',
      changed,
      valueBefore: a?.finding?.comparison?.valueDisplay ?? null,
      valueAfter: b?.finding?.comparison?.valueDisplay ?? null,
    });
  }
  return { samePack: before.packHash === after.packHash, sameInput: before.inputHash === after.inputHash, changes };
}

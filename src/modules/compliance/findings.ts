import type { LayerRole, Localized } from '../../kernel/index.ts';
import type { BaseUnit, CitedClause, ComparisonKind, Confidence, Effect } from '../../policy/index.ts';

/** pass · fail · person: a person must look, because only a person can or because something is missing. */
export type Verdict = 'pass' | 'fail' | 'person';

/** A figure as a finding shows it: the exact fraction that was compared, a text for people, or why it is unknown. */
export interface FigureShown {
  readonly id: string;
  readonly name: Localized;
  readonly unit: BaseUnit;
  /** `"1/20"`, `"18"`; null where unknown. In the base unit (areas in dm²). */
  readonly exact: string | null;
  readonly display: Localized | null;
  readonly missing: readonly Localized[];
}

/** A formula compared with its threshold, as written and as computed. */
export interface Comparison {
  readonly formula: string;
  /** The formula with the names of its figures and parameters, for people; absent in findings of older versions. */
  readonly formulaWords?: Localized;
  readonly comparison: ComparisonKind;
  readonly unit: BaseUnit;
  readonly value: string | null;
  readonly valueDisplay: Localized | null;
  /** Null where the text leaves the threshold open. */
  readonly threshold: string | null;
  readonly thresholdDisplay: Localized | null;
  /** Whether the comparison holds; null where nobody can say. */
  readonly holds: boolean | null;
}

/** Where a finding's rule comes from. `clause` is null for a law or standard outside the register. */
export interface FindingSource {
  readonly clause: CitedClause | null;
  readonly also: readonly CitedClause[];
  readonly standard: string | null;
  readonly place: string | null;
  readonly confidence: Confidence;
}

export interface Finding {
  readonly checkId: string;
  readonly kind: 'check' | 'review';
  readonly title: Localized;
  readonly verdict: Verdict;
  /** What a miss means: refuse, warn, or a person decides. Reviews: person. */
  readonly effect: Effect;
  /** 原则上: a recorded exception may lift the refusal. */
  readonly exceptionAllowed: boolean;
  readonly comparison: Comparison | null;
  /** Other readings of the clause, shown and never deciding. */
  readonly readings: readonly (Comparison & { readonly title: Localized })[];
  readonly figures: readonly FigureShown[];
  /** Why nobody can judge, where that is so. */
  readonly missing: readonly Localized[];
  /** featureNo of survey parcels, plot ids: where to look on the map. */
  readonly parcels: readonly number[];
  readonly plots: readonly string[];
  /** What a person looks at (reviews). */
  readonly lookAt: Localized | null;
  readonly documents: readonly Localized[];
  readonly remedy: Localized;
  readonly source: FindingSource;
  readonly packId: string;
  readonly packVersion: string;
  readonly packHash: string;
  readonly inputHash: string;
}

/** A rule that does not apply to this plan, with the condition that says so. */
export interface NotApplicable {
  readonly checkId: string;
  readonly title: Localized;
  readonly condition: Comparison;
  readonly source: FindingSource;
}

/** What was judged: hashes and names only, never the time. */
export interface RunFacts {
  readonly inputHash: string;
  readonly projectName: string | null;
  readonly divisionCode: string | null;
  readonly layers: readonly { readonly role: LayerRole; readonly sourceHash: string; readonly asOf: string | null }[];
}

/** The verdicts of one run. The same pack bytes and the same input give the same bytes again. */
export interface Findings {
  readonly format: 'tianchou.findings/1';
  readonly packId: string;
  readonly packVersion: string;
  readonly packHash: string;
  readonly inputHash: string;
  readonly packTitle: Localized;
  readonly locality: Localized;
  /** Facts about the text the rules come from: number, date, legal basis. */
  readonly about: readonly {
    readonly id: string;
    readonly title: Localized;
    readonly value: string;
    readonly source: FindingSource;
  }[];
  readonly run: RunFacts;
  readonly counts: {
    readonly pass: number;
    readonly fail: number;
    readonly person: number;
    readonly notApplicable: number;
  };
  readonly findings: readonly Finding[];
  readonly notApplicable: readonly NotApplicable[];
}

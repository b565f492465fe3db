import type { Localized, MajorClass } from '../kernel/index.ts';
import type { CitedClause } from './clause-register.ts';
import type { Formula } from './formula.ts';
import type { NOT_COVERED_REASONS, RawPack } from './pack-schema.ts';
import type { Rational } from './rational.ts';
import type { BaseUnit } from './units.ts';

/** Where a value comes from, with the words themselves. */
export type Source =
  | { readonly kind: 'clause'; readonly clause: CitedClause; readonly also: readonly CitedClause[] }
  | { readonly kind: 'standard'; readonly standard: string; readonly place: string | null };

export type Confidence = 'verified' | 'unverified';

/** What every value of a pack has: its place in the pack (for logs and messages), its source, how sure it is. */
export interface Cited {
  readonly path: string;
  readonly source: Source;
  readonly confidence: Confidence;
}

/** A value formulas and thresholds may name. `value` is null where the text leaves it open ("not set"). */
export interface PackParameter extends Cited {
  readonly id: string;
  readonly title: Localized;
  readonly value: Rational | null;
  readonly unit: BaseUnit;
}

export const COMPARISONS = ['atLeast', 'above', 'atMost', 'below', 'equals'] as const;
export type ComparisonKind = (typeof COMPARISONS)[number];

/** The threshold of a comparison: a number in the unit of the figures, or a parameter. */
export type Threshold =
  | { readonly kind: 'value'; readonly value: Rational; readonly unit: BaseUnit }
  | { readonly kind: 'parameter'; readonly parameter: PackParameter };

/** `formula` compared with a threshold. */
export interface Condition {
  readonly formula: Formula;
  readonly comparison: ComparisonKind;
  readonly threshold: Threshold;
  /** Unit the value of the formula is shown in: that of the threshold. */
  readonly unit: BaseUnit;
}

export interface Reading extends Condition {
  readonly title: Localized;
}

export type Effect = 'refuse' | 'warn' | 'person';

export interface PackCheck extends Cited, Condition {
  readonly id: string;
  readonly title: Localized;
  readonly appliesWhen: Condition | null;
  readonly effect: Effect;
  readonly exceptionAllowed: boolean;
  readonly readings: readonly Reading[];
  readonly shows: readonly string[];
  /** Null: every figure of the formula. */
  readonly pointsTo: readonly string[] | null;
  readonly remedy: Localized;
}

/** Something only a person can judge, with what to look at and the figures that help. */
export interface PackReview extends Cited {
  readonly id: string;
  readonly title: Localized;
  readonly lookAt: Localized;
  readonly documents: readonly Localized[];
  readonly figures: readonly string[];
  readonly appliesWhen: Condition | null;
}

/** A fact about the text itself. */
export interface PackFact extends Cited {
  readonly id: string;
  readonly title: Localized;
  readonly value: string;
}

/** Values analysis and quality take from the pack instead of from code. */
export interface AnalysisSettings {
  readonly areaTolerance: { readonly absoluteSquareMetres: number; readonly relative: number };
  /** Land classes counted to another major class than the default table says. */
  readonly majorClasses: Readonly<Record<string, MajorClass>>;
  /** The chosen preset, and all there are. */
  readonly contiguity: {
    readonly gapMetres: number;
    readonly widthMetres: number;
    readonly passableClasses: readonly string[];
    readonly presets: readonly { readonly id: string; readonly gapMetres: number; readonly widthMetres: number }[];
  };
  readonly reachedVillage: { readonly atLeastSquareMetres: number };
  /** What is moved in beyond what is moved out, over what is moved out; null where the text sets no share. */
  readonly basicFarmlandReview: { readonly minimumAddedShare: Rational | null };
  /** Square metres by group of land classes. */
  readonly minimumMappedAreas: {
    readonly constructionAndFacilities: number;
    readonly agricultural: number;
    readonly other: number;
  };
}

export type NotCoveredReason = (typeof NOT_COVERED_REASONS)[number];

export interface NotCovered {
  readonly id: string;
  readonly reason: NotCoveredReason;
  readonly note: string;
}

/** A pack ready to judge with: checked, formulas parsed, every source resolved to the words it cites. */
export interface Pack {
  readonly id: string;
  readonly version: string;
  readonly title: Localized;
  readonly locality: Localized;
  readonly plans: readonly string[];
  readonly about: readonly PackFact[];
  readonly parameters: ReadonlyMap<string, PackParameter>;
  readonly settings: AnalysisSettings;
  readonly settingsCited: readonly Cited[];
  readonly checks: readonly PackCheck[];
  readonly reviews: readonly PackReview[];
  readonly notCovered: readonly NotCovered[];
  /** The data as written, for its canonical bytes. */
  readonly raw: RawPack;
}

/** Told which values of a pack were used in computing something; coverage counts nothing else. */
export interface ReadLog {
  read(path: string): void;
}

/** A log that remembers. */
export function readLog(): ReadLog & { readonly paths: ReadonlySet<string> } {
  const paths = new Set<string>();
  return { paths, read: (path) => void paths.add(path) };
}

/** One setting of the pack, noted in the log as read. */
export function settingOf<Name extends keyof AnalysisSettings>(
  pack: Pack,
  name: Name,
  log?: ReadLog,
): AnalysisSettings[Name] {
  log?.read(`settings.${name}`);
  return pack.settings[name];
}

/** Every value of the pack that carries a source, in the order of the file. */
export function citedValues(pack: Pack): Cited[] {
  return [...pack.about, ...pack.parameters.values(), ...pack.settingsCited, ...pack.checks, ...pack.reviews];
}

/** Clause ids a source names, the main one first. */
export function clauseIdsOfSource(source: Source): string[] {
  return source.kind === 'clause' ? [source.clause.id, ...source.also.map((clause) => clause.id)] : [];
}

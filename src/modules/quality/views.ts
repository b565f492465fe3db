import type { Localized, Severity } from '../../kernel/index.ts';

/** GET /api/layers/:id/quality → the last report, or null when none ran. POST starts a job: {jobId}. */
export interface QualityReportView {
  readonly layerVersionId: string;
  readonly features: number;
  readonly errors: number;
  readonly warnings: number;
  /** Every rule that ran, those with no problem too. */
  readonly rules: readonly {
    readonly rule: string;
    readonly title: Localized;
    readonly severity: Severity;
    readonly count: number;
    /** `notChecked`: something it needs is missing (see `missing`); it has not been passed. Default `checked`. */
    readonly state?: 'checked' | 'notChecked' | 'doesNotApply';
    readonly missing?: readonly Localized[];
    readonly citation?: Localized;
  }[];
  readonly ranAt: string;
}

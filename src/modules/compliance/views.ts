import type { Localized } from '../../kernel/index.ts';

/** GET /api/packs → PackSummary[]: what a pack is called and where it holds, for the picker of a run. */
export interface PackSummary {
  readonly packId: string;
  readonly version: string;
  readonly title: Localized;
  readonly locality: Localized;
}

/* GET /api/runs/:id/findings → Findings (findings.ts); GET /api/runs/:id/balance → BalanceTable[] (balance/table.ts). */

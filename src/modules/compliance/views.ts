import type { Localized } from '../../kernel/index.ts';

/** GET /api/packs → PackSummary[]: what a pack is called and where it holds, for the picker of a run. */
export interface PackSummary {
  readonly packId: string;
  readonly version: string;
  readonly title: Localized;
  readonly locality: Localized;
}

/** GET /api/packs/texts → PackText[]: the packs themselves, for a page that judges plans by itself. */
export interface PackText extends PackSummary {
  /** SHA-256 of `text`, which findings name the pack by. */
  readonly hash: string;
  /** Canonical bytes of the pack (`packOfCanonicalText`). */
  readonly text: string;
}

/* GET /api/runs/:id/findings → Findings (findings.ts); GET /api/runs/:id/balance → BalanceTable[] (balance/table.ts). */

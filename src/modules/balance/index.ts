/** Balance tables, the figures checks use, and the shares behind every cell. Pure. */
export * from './balance.ts';
export * from './balance-json.ts';
export * from './cell-parcels.ts';
export * from './cell-text.ts';
export * from './figure-catalogue.ts';
export { computeFigures } from './figures.ts';
export * from './land-states.ts';
export * from './review.ts';
export { DEFAULT_REVIEW_THRESHOLDS, reviewResults, type ReviewThresholds } from './review-tables.ts';
export * from './table.ts';
export type { TracedTable } from './table-builder.ts';

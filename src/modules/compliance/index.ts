export * from './settings-of-pack.ts';
export * from './canonical-findings.ts';
export * from './findings.ts';
export * from './findings-diff.ts';
export * from './judge.ts';
export * from './pack-check.ts';
export * from './words.ts';
export * from './views.ts';

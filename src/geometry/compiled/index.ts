export * from './instance.ts';
export * from './kernel-layer.ts';
export * from './overlay-job.ts';
export * from './tabulate.ts';
export * from './install.ts';
export * from './coverage.ts';
export * from './contiguity.ts';

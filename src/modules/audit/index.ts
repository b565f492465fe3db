export * from './chain-check.ts';
export * from './event.ts';
export * from './head.ts';
export type * from './views.ts';
export * from './visibility.ts';

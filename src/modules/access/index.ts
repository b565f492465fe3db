export * from './context.ts';
export * from './matrix.ts';
export * from './roles.ts';
export type * from './views.ts';

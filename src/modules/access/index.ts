export * from './context.ts';
export * from './matrix.ts';
export * from './may-call.ts';
export * from './roles.ts';
export type * from './views.ts';
export * from './appointments.ts';
export * from './organisations.ts';
export type * from './record.ts';
export * from './password-rules.ts';

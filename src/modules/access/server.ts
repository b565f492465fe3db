/** What the access module offers to other server code. */
export { addMissingDivisions, type DivisionRow, hasDemoDivision, insertDivisions } from './divisions.store.ts';
export { type Access, type AccessOptions, accessParts, createAccess } from './access.server.ts';
export { resetAtTerminal } from './people.server.ts';
export { makeSetupCode } from './setup.server.ts';
export type { OidcSettings } from './oidc-settings.ts';
export { rightsRoutes } from './rights-routes.server.ts';
export type { RightsParts } from './rights.server.ts';

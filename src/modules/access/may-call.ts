import { type Method, permissionFor } from './matrix.ts';
import type { Role } from './roles.ts';

/**
 * Whether a role may call a route, named as it stands in the matrix (`/api/layers/:layerVersionId/withdraw`). The screens ask this
 * before they show a button; the server decides again, and about the division too. A route that is not in the matrix: no.
 */
export function mayCall(role: Role, method: Method, path: string): boolean {
  return permissionFor(method, path)?.roles.includes(role) ?? false;
}

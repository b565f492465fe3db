import { randomBytes } from 'node:crypto';

const ids = new WeakMap<Request, string>();

/**
 * The name of a request, in its answer (`x-request-id`), in the log and in what a user is shown of a fault. Made here: a name
 * that a client chose could be another's.
 */
export function requestIdOf(request: Request): string {
  let id = ids.get(request);
  if (id === undefined) {
    id = randomBytes(9).toString('base64url');
    ids.set(request, id);
  }
  return id;
}

/** Whoever asked may not any more: signed out, revoked or disabled while the request was on its way. */
export class StandingLostError extends Error {
  override readonly name = 'StandingLostError';
}

const looks = new WeakMap<Request, () => Promise<boolean>>();

/** From now on `confirmStanding(request)` asks this. Done once a request, by the HTTP application. */
export function rememberStanding(request: Request, mayStill: () => Promise<boolean>): void {
  looks.set(request, mayStill);
}

/**
 * Looks again whether who asked may still ask, after a body that took its time: an upload lasts up to two hours.
 *
 * @throws StandingLostError answered with 401 by the HTTP application
 */
export async function confirmStanding(request: Request): Promise<void> {
  if ((await looks.get(request)?.()) === false) throw new StandingLostError('the right was lost on the way');
}

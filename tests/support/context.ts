import type { ActorContext, Clock, Ids } from '../../src/modules/access/index.ts';

/** A clock that stands still unless told, starting at 2026-01-01T00:00:00.000Z, and goes on by one millisecond a look. */
export function testClock(start = '2026-01-01T00:00:00.000Z'): Clock {
  let at = Date.parse(start);
  return { now: () => new Date(at++).toISOString() };
}

/** Identifiers 00000000-0000-7000-8000-000000000001, …2, … */
export function testIds(): Ids {
  let last = 0;
  return { next: () => `00000000-0000-7000-8000-${String(++last).padStart(12, '0')}` };
}

/** An operator of a county (or of the whole country by default) with a test clock and test ids. */
export function testActor(divisionCode = '', clock: Clock = testClock(), ids: Ids = testIds()): ActorContext {
  return { actor: 'tester', role: 'clerk', divisionCode, clock, ids };
}

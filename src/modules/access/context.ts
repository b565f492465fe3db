import { divisionContains } from '../../kernel/index.ts';
import type { Role } from './roles.ts';

/** The time, asked for and never taken from the host in pure code. ISO text in UTC with milliseconds. */
export interface Clock {
  now(): string;
}

/** New identifiers: UUIDs that rise with time. */
export interface Ids {
  next(): string;
}

/** Who acts, for which division, and where time and identifiers come from. Every operation takes one. */
export interface ActorContext {
  readonly actor: string;
  readonly role: Role;
  /** What the actor may see: a division code (6, 9 or 12 digits, or a shorter prefix); empty is the whole country. */
  readonly divisionCode: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Whether the actor may touch data of this county. Checked on every read and write of county data. */
export function mayTouchCounty(context: Pick<ActorContext, 'divisionCode'>, countyCode: string): boolean {
  // An actor of a township or village works on the layers of its county.
  return divisionContains(context.divisionCode.slice(0, 6), countyCode);
}

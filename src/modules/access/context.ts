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

/** Division code of somebody who may see no division's data. No code begins with it. */
export const NO_DIVISION = '-';

/** Who acts, for which division, and where time and identifiers come from. Every operation takes one. */
export interface ActorContext {
  /** Name a person signs in with; `system` for the program itself, empty for the public. It stands in the audit log. */
  readonly actor: string;
  readonly role: Role;
  /**
   * What the actor may see: a division code (6, 9 or 12 digits) or its beginning (two digits a province, four a city); empty is
   * the whole country, `NO_DIVISION` nothing.
   */
  readonly divisionCode: string;
  /** Network address the request came from; null for the program's own work and the terminal. */
  readonly address?: string | null;
  /** The person signed in, the session, the appointment acted under and its organisation; absent where nobody signs in. */
  readonly personId?: string;
  readonly sessionId?: string;
  readonly appointmentId?: string;
  readonly organisationId?: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Whether the actor may touch data of this county. Checked on every read and write of county data. */
export function mayTouchCounty(context: Pick<ActorContext, 'divisionCode'>, countyCode: string): boolean {
  // An actor of a township or village works on the layers of its county.
  return divisionContains(context.divisionCode.slice(0, 6), countyCode);
}

/** The program itself at work: loading, clearing up, signing the day's heads. */
export function systemActor(clock: Clock, ids: Ids): ActorContext {
  return { actor: 'system', role: 'system', divisionCode: '', address: null, clock, ids };
}

import type { OrganisationKind } from './organisations.ts';
import type { AppointableRole, Role } from './roles.ts';
import type { Localized } from '../../kernel/index.ts';

/** GET /api/roles → RoleView[]: every role with its names. */
export interface RoleView {
  readonly role: Role;
  readonly name: Localized;
  /** A person can be appointed to it. */
  readonly isAppointable: boolean;
  readonly isAdministrator: boolean;
}

/** GET /api/organisations?divisionCode=&closed=true → OrganisationView[]; POST {divisionCode, name, kind} → the new one (201). */
export interface OrganisationView {
  readonly organisationId: string;
  readonly divisionCode: string;
  readonly name: string;
  readonly kind: OrganisationKind;
  readonly kindName: Localized;
  /** Roles its people can be appointed to. */
  readonly roles: readonly AppointableRole[];
  /** Appointments that hold today. */
  readonly appointments: number;
  readonly createdAt: string;
  readonly closedAt: string | null;
}

export type AppointmentState = 'valid' | 'future' | 'expired' | 'revoked';

/**
 * GET /api/appointments?personId=&organisationId=&divisionCode= → AppointmentView[], newest first;
 * POST {personId, organisationId | null, role, divisionCode, validFrom, validUntil | null} → the new one (201);
 * POST /api/appointments/:appointmentId/revoke → it, revoked.
 */
export interface AppointmentView {
  readonly appointmentId: string;
  readonly personId: string;
  readonly username: string;
  readonly displayName: string;
  readonly organisationId: string | null;
  readonly organisationName: string | null;
  readonly role: AppointableRole;
  readonly roleName: Localized;
  /** 6, 9 or 12 digits; empty is the whole country. */
  readonly divisionCode: string;
  /** Legal dates, Asia/Shanghai, both inclusive. */
  readonly validFrom: string;
  readonly validUntil: string | null;
  readonly state: AppointmentState;
  readonly grantedBy: string;
  readonly grantedAt: string;
  readonly revokedBy: string | null;
  readonly revokedAt: string | null;
}

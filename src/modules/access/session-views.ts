import type { AdministratorRole, AppointableRole, Role } from './roles.ts';

/** An appointment one may act under. */
export interface AppointmentChoice {
  readonly appointmentId: string;
  readonly role: AppointableRole;
  readonly divisionCode: string;
  readonly organisationName: string | null;
}

/** What is still to be done before a session is good for work. */
export type SignInStep = 'done' | 'second-factor' | 'change-password' | 'enrol-second-factor';

/** GET /api/session → who is asking. `divisionCode` empty: the whole country; `-`: nothing. */
export interface SessionView {
  readonly signedIn: boolean;
  /** `demo`: nobody signs in, and the role is switched by PUT /api/session/demo. */
  readonly mode: 'demo' | 'sign-in';
  /** Username; empty for the public. */
  readonly actor: string;
  readonly displayName: string;
  readonly role: Role;
  readonly divisionCode: string;
  readonly organisation: { readonly organisationId: string; readonly name: string } | null;
  readonly appointmentId: string | null;
  readonly appointments: readonly AppointmentChoice[];
  readonly mustChangePassword: boolean;
  /** `required`: on by policy, and not enrolled yet. */
  readonly secondFactor: 'off' | 'on' | 'required';
  /** `second-factor` also where `signedIn` is false: the password was right, the code is still to come. */
  readonly next: SignInStep;
  readonly idleSeconds: number;
  readonly expiresAt: string | null;
  /** Nobody was set up yet: POST /api/setup with the code printed at the start. */
  readonly setupNeeded: boolean;
  readonly oidc: { readonly name: string } | null;
}

/** POST /api/session/sign-in {username, password} and POST /api/session/second-factor {code} → this, and the cookie. */
export interface SignInReply {
  readonly next: SignInStep;
}

/** POST /api/setup */
export interface SetupRequest {
  readonly code: string;
  readonly administrators: readonly {
    readonly role: AdministratorRole;
    readonly username: string;
    readonly displayName: string;
    readonly password: string;
  }[];
}

/** GET /api/account */
export interface AccountView {
  readonly personId: string;
  readonly username: string;
  readonly displayName: string;
  readonly createdAt: string;
  readonly lastSignInAt: string | null;
  readonly passwordChangedAt: string | null;
  readonly mustChangePassword: boolean;
  readonly secondFactor: 'off' | 'on' | 'required';
  /** Codes left to use where the authenticator is lost; null without a second factor. */
  readonly backupCodesLeft: number | null;
  /** Sign-in through the provider of identities is linked. */
  readonly oidcLinked: boolean;
  readonly appointments: readonly AppointmentChoice[];
  readonly passwordRules: PasswordRulesView;
}

export interface PasswordRulesView {
  /** Enough by itself … */
  readonly minimumLength: number;
  /** … or this, with so many of: small letters, capitals, digits, others. */
  readonly minimumLengthMixed: number;
  readonly mixedClasses: number;
  readonly maximumLength: number;
  readonly lastNotAgain: number;
}

/** POST /api/account/second-factor {password} → what to enter into an authenticator; it holds once confirmed with a code. Shown once. */
export interface SecondFactorEnrolment {
  readonly uri: string;
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

/** GET /api/account/sessions → SessionEntry[] */
export interface SessionEntry {
  readonly sessionId: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly address: string | null;
  readonly agent: string | null;
  /** The one that asks. */
  readonly current: boolean;
}

/** One account. POST /api/people/:personId/{disable,enable,reset-second-factor,end-sessions,unlock,allow-link} reply with it. */
export interface PersonView {
  readonly personId: string;
  readonly username: string;
  readonly displayName: string;
  readonly organisationId: string | null;
  readonly organisationName: string | null;
  readonly createdAt: string;
  readonly disabledAt: string | null;
  readonly lastSignInAt: string | null;
  readonly mustChangePassword: boolean;
  readonly secondFactor: boolean;
  readonly lockedUntil: string | null;
  readonly sessions: number;
  /** May be linked to the provider of identities by its username claim at the next sign-in there. */
  readonly mayLink: boolean;
}

/** GET /api/people?query=&offset=&limit= and GET /api/people/stale?days= */
export interface PeopleView {
  readonly people: readonly PersonView[];
  readonly total: number;
}

/** POST /api/people {username, displayName, organisationId | null} (201) and POST /api/people/:personId/reset-password */
export interface PersonWithPassword {
  readonly person: PersonView;
  /** Shown this once; to be changed at the first sign-in. */
  readonly initialPassword: string;
}

/** How often may be guessed at one thing: `guesses` in `windowSeconds`, then locked for `lockSeconds`; `guessesADay` in any case. */
export interface GuessLimit {
  readonly guesses: number;
  readonly windowSeconds: number;
  readonly lockSeconds: number;
  readonly guessesADay: number;
}

export interface AccessLimits {
  /** A session ends after so long without a request … */
  readonly idleSeconds: number;
  /** … and so long after it began, whatever is done in it. */
  readonly absoluteSeconds: number;
  /** Between the password and the second factor. */
  readonly secondFactorSeconds: number;
  /** Sessions of one person at a time; with one more the oldest ends. */
  readonly sessionsAPerson: number;
  /** An account, guessed at from addresses it was never signed in from. */
  readonly account: GuessLimit;
  /** An account, guessed at from one address it was signed in from. */
  readonly knownAddress: GuessLimit;
  /** An account, guessed at from all those addresses together. */
  readonly knownAddressesADay: number;
  /** An address, guessing at accounts never signed in from there. */
  readonly address: GuessLimit;
  /** For so long an address counts as known after a sign-in. */
  readonly knownAddressDays: number;
  readonly setupCodeSeconds: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * Failed sign-ins, sessions and idling as GB/T 22239-2019 8.1.4.1 b) asks to limit them; five failures and 15 minutes are the
 * defaults of HashiCorp Vault's user lockout. 10 guesses a day from unknown addresses and 10 from known ones: 20 an account.
 */
export const ACCESS_LIMITS: AccessLimits = {
  idleSeconds: 30 * MINUTE,
  absoluteSeconds: 12 * HOUR,
  secondFactorSeconds: 10 * MINUTE,
  sessionsAPerson: 3,
  account: { guesses: 5, windowSeconds: 15 * MINUTE, lockSeconds: 15 * MINUTE, guessesADay: 10 },
  knownAddress: { guesses: 5, windowSeconds: 15 * MINUTE, lockSeconds: 15 * MINUTE, guessesADay: 10 },
  knownAddressesADay: 10,
  address: { guesses: 5, windowSeconds: 15 * MINUTE, lockSeconds: 15 * MINUTE, guessesADay: 50 },
  knownAddressDays: 30,
  setupCodeSeconds: 24 * HOUR,
};

/** What a locality decides about passwords and second factors. */
export interface AccessPolicy {
  /** `administrators`: without a second factor the three administrators may do nothing but enrol one. */
  readonly secondFactor: 'optional' | 'administrators';
  /** Passwords are changed after so many days; null: only when somebody thinks so. */
  readonly passwordDays: number | null;
}

export const ACCESS_POLICY: AccessPolicy = { secondFactor: 'optional', passwordDays: null };

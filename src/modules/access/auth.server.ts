import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Database, Transaction } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/logging.ts';
import { authAdapter } from './auth-adapter.store.ts';
import type { Ids } from './context.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** Name of the credential that is a password. better-auth's own word. */
export const PASSWORD_PROVIDER = 'credential';
/** Name under which the provider of identities is known. */
export const OIDC_PROVIDER = 'oidc';

/** OWASP's first choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/** SHA-256 in hex: of tokens and codes that are random enough not to need a slow hash. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The same letters, however an input method composed them. */
function plain(password: string): string {
  return password.normalize('NFKC');
}

export function hashPassword(password: string): Promise<string> {
  return hash(plain(password), ARGON2);
}

export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  try {
    return await verify(stored, plain(password));
  } catch {
    return false;
  }
}

export interface AuthParts {
  readonly db: Database;
  readonly ids: Ids;
  readonly logger: Logger;
  /** At least 32 characters; encrypts the secrets of second factors. */
  readonly secret: string;
  readonly oidc: OidcSettings | null;
}

type Instance = Awaited<ReturnType<typeof instance>>;

/** better-auth, behind this module: nothing of it is reached from outside, and it opens no route of its own. */
export interface Auth {
  /** better-auth's API and internals, its reads and writes going through `tx`. */
  within<T>(tx: Transaction, work: (auth: Instance) => Promise<T>): Promise<T>;
  /** Outside a transaction: what only reads, and short-lived values of no consequence. */
  outside(): Promise<Instance>;
  /** With the provider of identities; asked anew where it did not answer before. */
  withProvider(): Promise<Instance>;
  randomText(length: number): Promise<string>;
}

async function instance(parts: AuthParts, open: AsyncLocalStorage<Transaction>, oidc: OidcSettings | null) {
  // Loaded with the first sign-in and not with the program: half of the time a server needs to start.
  const [{ betterAuth }, { bearer, genericOAuth, twoFactor }] = await Promise.all([
    import('better-auth/minimal'),
    import('better-auth/plugins'),
  ]);
  const auth = betterAuth({
    appName: 'Tianchou',
    baseURL: 'http://tianchou.invalid',
    secret: parts.secret,
    telemetry: { enabled: false },
    database: authAdapter(
      () => open.getStore() ?? parts.db,
      (model, field, value) => {
        if (model !== 'session' || field !== 'token_hash') return value;
        if (Array.isArray(value)) return value.map((one) => digest(String(one)));
        return typeof value === 'string' ? digest(value) : value;
      },
    ),
    logger: {
      level: 'error',
      log: (level, message) => parts.logger.log(level === 'error' ? 'error' : 'info', 'auth', { message }),
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      password: { hash: hashPassword, verify: ({ hash: stored, password }) => verifyPassword(stored, password) },
    },
    user: {
      modelName: 'person',
      fields: { name: 'display_name', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: {
        username: { type: 'string', required: true, input: false },
        mustChangePassword: {
          type: 'boolean',
          required: false,
          input: false,
          fieldName: 'must_change_password',
        },
        passwordChangedAt: { type: 'date', required: false, input: false, fieldName: 'password_changed_at' },
        organisationId: { type: 'string', required: false, input: false, fieldName: 'organisation_id' },
        mayLink: { type: 'boolean', required: false, input: false, fieldName: 'may_link' },
      },
    },
    account: {
      modelName: 'credential',
      fields: {
        userId: 'person_id',
        providerId: 'provider_id',
        accountId: 'account_id',
        password: 'password_hash',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    session: {
      modelName: 'session',
      disableSessionRefresh: true,
      fields: {
        userId: 'person_id',
        token: 'token_hash',
        expiresAt: 'expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
        ipAddress: 'address',
        userAgent: 'agent',
      },
      additionalFields: {
        lastSeenAt: { type: 'date', required: true, input: false, fieldName: 'last_seen_at' },
        appointmentId: { type: 'string', required: false, input: false, fieldName: 'appointment_id' },
        secondFactorPending: {
          type: 'boolean',
          required: false,
          input: false,
          fieldName: 'second_factor_pending',
        },
      },
    },
    verification: {
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
      storeIdentifier: 'hashed',
    },
    advanced: {
      database: { generateId: () => parts.ids.next() },
    },
    plugins: [
      bearer(),
      twoFactor({
        issuer: 'Tianchou',
        // Guesses are counted by our own guard, with those of the password.
        accountLockout: { enabled: false },
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            modelName: 'two_factor',
            fields: {
              userId: 'person_id',
              backupCodes: 'backup_codes',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
      ...(oidc === null
        ? []
        : [
            genericOAuth({
              config: [
                {
                  providerId: OIDC_PROVIDER,
                  discoveryUrl: `${oidc.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
                  clientId: oidc.clientId,
                  clientSecret: oidc.clientSecret,
                  scopes: ['openid', 'profile'],
                  pkce: true,
                  requireIdTokenVerification: true,
                  disableSignUp: true,
                  disableImplicitSignUp: true,
                  // Verified before it is read: nothing but the token itself is asked for.
                  getUserInfo: async ({ idToken }) => claimsOf(idToken),
                },
              ],
            }),
          ]),
    ],
  });
  return { api: auth.api, context: await auth.$context };
}

/** The claims of an ID token somebody has verified. */
function claimsOf(idToken: string | undefined): never | null {
  const payload = idToken?.split('.')[1];
  if (payload === undefined) return null;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { sub?: unknown };
  return { ...claims, id: claims.sub, emailVerified: false } as never;
}

export function openAuth(parts: AuthParts): Auth {
  const open = new AsyncLocalStorage<Transaction>();
  let plainInstance: Promise<Instance> | undefined;
  let providerInstance: Promise<Instance> | undefined;
  const outside = (): Promise<Instance> => (plainInstance ??= instance(parts, open, null));
  return {
    outside,
    async within(tx, work) {
      const auth = await outside();
      return open.run(tx, () => work(auth));
    },
    async withProvider() {
      const found = await (providerInstance ??= instance(parts, open, parts.oidc));
      // The provider did not answer when it was asked what it offers: the next one asks again.
      if (!found.context.socialProviders.some((one) => one.id === OIDC_PROVIDER)) providerInstance = undefined;
      return found;
    },
    async randomText(length) {
      const { generateRandomString } = await import('better-auth/crypto');
      return generateRandomString(length, 'a-z', 'A-Z', '0-9');
    },
  };
}

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { accessModeOf, accessSettingsOf, oidcSettingsOf, signInSecret } from './sign-in-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-sign-in-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('settings of sign-in', () => {
  const mode = (environment: Record<string, string>): string => accessModeOf(readConfig(environment), environment);

  it('are in demo mode on this machine alone, with the embedded database', () => {
    expect(mode({})).toBe('demo');
    expect(mode({ HOST: '::1' })).toBe('demo');
    expect(mode({ TIANCHOU_DEMO: 'off' })).toBe('sign-in');
    expect(mode({ DATABASE_URL: 'postgresql://localhost/x' })).toBe('sign-in');
    expect(mode({ HOST: '0.0.0.0', TIANCHOU_BEHIND_PROXY: '1' })).toBe('sign-in');
    expect(mode({ TIANCHOU_BEHIND_PROXY: '1' })).toBe('sign-in');
    expect(mode({ TIANCHOU_TRUSTED_PROXIES: '127.0.0.1' })).toBe('sign-in');
  });

  it('keep one key, readable by its owner alone, or take the file they are given', () => {
    const file = join(folder, 'no-folder');
    writeFileSync(file, '');
    expect(() => signInSecret(file, {})).toThrow(ConfigError);
    const secret = signInSecret(folder, {});
    expect(secret.length).toBeGreaterThanOrEqual(64);
    expect(signInSecret(folder, {})).toBe(secret);
    expect(statSync(join(folder, 'keys', 'sign-in.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'keys', 'sign-in.key'), 'utf8').trim()).toBe(secret);
    const given = join(folder, 'given');
    writeFileSync(given, 'too short');
    expect(() => signInSecret(folder, { TIANCHOU_SECRET_FILE: given })).toThrow(ConfigError);
    writeFileSync(given, 'x'.repeat(40));
    expect(signInSecret(folder, { TIANCHOU_SECRET_FILE: given })).toBe('x'.repeat(40));
    expect(() => signInSecret(folder, { TIANCHOU_SECRET_FILE: join(folder, 'none') })).toThrow('TIANCHOU_SECRET_FILE');
  });

  it('name a provider of identities whole, over https but on this machine', () => {
    const file = join(folder, 'client');
    writeFileSync(file, 'client secret\n');
    const whole = {
      TIANCHOU_OIDC_ISSUER: 'https://id.example.cn',
      TIANCHOU_OIDC_CLIENT_ID: 'tianchou',
      TIANCHOU_OIDC_CLIENT_SECRET_FILE: file,
    };
    expect(oidcSettingsOf({})).toBeNull();
    expect(oidcSettingsOf(whole)).toMatchObject({ clientSecret: 'client secret', usernameClaim: 'preferred_username' });
    expect(() => oidcSettingsOf({ TIANCHOU_OIDC_ISSUER: 'https://id.example.cn' })).toThrow('TIANCHOU_OIDC_CLIENT_ID');
    expect(() => oidcSettingsOf({ ...whole, TIANCHOU_OIDC_ISSUER: 'http://id.example.cn' })).toThrow('https://');
    expect(oidcSettingsOf({ ...whole, TIANCHOU_OIDC_ISSUER: 'http://127.0.0.1:9000' })).not.toBeNull();
    expect(() => oidcSettingsOf({ ...whole, TIANCHOU_PUBLIC_URL: 'http://tianchou.example.cn' })).toThrow(
      'TIANCHOU_PUBLIC_URL',
    );
  });

  it('refuse a policy they do not know', () => {
    const config = readConfig({});
    expect(() => accessSettingsOf(config, { TIANCHOU_SECOND_FACTOR: 'always' })).toThrow(ConfigError);
    expect(() => accessSettingsOf(config, { TIANCHOU_PASSWORD_DAYS: '0' })).toThrow(ConfigError);
    expect(
      accessSettingsOf(config, { TIANCHOU_SECOND_FACTOR: 'administrators', TIANCHOU_PASSWORD_DAYS: '90' }),
    ).toMatchObject({
      mode: 'demo',
      policy: { secondFactor: 'administrators', passwordDays: 90 },
    });
  });
});

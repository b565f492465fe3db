import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { testCertificate } from '../../tests/support/certificate.ts';
import { ENGINES } from '../../tests/support/databases.ts';
import { readCertificate } from '../platform/http/tls.ts';
import { ConfigError, isLoopback, readConfig } from './config.ts';
import { readinessOf } from './readiness.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('settings', () => {
  it('serve this machine alone, without TLS, measures or trusted proxies, unless told otherwise', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8321, tls: null, metrics: null, rateFactor: 1 });
    expect(config.proxies.isEmpty).toBe(true);
  });

  it.each([
    [{ HOST: '0.0.0.0' }, 'TLS-NEEDED'],
    [{ HOST: '::' }, 'TLS-NEEDED'],
    [{ HOST: '192.168.1.20' }, 'TLS-NEEDED'],
    [{ HOST: '127.evil.example' }, 'TLS-NEEDED'],
    [{ HOST: '0.0.0.0', TIANCHOU_BEHIND_PROXY: '0' }, 'TLS-NEEDED'],
    [{ HOST: '0.0.0.0', TIANCHOU_TRUSTED_PROXIES: 'proxy.local' }, /CIDR block: proxy\.local/],
    [{ TIANCHOU_TLS_CERT: '/nowhere/cert.pem' }, /together/],
    [{ TIANCHOU_METRICS_PORT: '9464', TIANCHOU_METRICS_HOST: '0.0.0.0' }, 'METRICS-TOKEN-NEEDED'],
    [{ TIANCHOU_METRICS_PORT: 'x' }, /TIANCHOU_METRICS_PORT is not a port/],
    [{ DATABASE_URL_FILE: '/nowhere/url' }, /DATABASE_URL_FILE .*ENOENT/],
    [{ TIANCHOU_RATE_FACTOR: '0' }, /TIANCHOU_RATE_FACTOR/],
    [{ TIANCHOU_STOP_SECONDS: 'soon' }, /TIANCHOU_STOP_SECONDS/],
  ])('%j is refused', (environment, expected) => {
    let thrown: unknown;
    try {
      readConfig(environment as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    const { refusal, message } = thrown as ConfigError;
    if (typeof expected === 'string') expect(refusal?.code).toBe(expected);
    else expect(message).toMatch(expected);
  });

  it('let other machines in with TLS or behind a proxy', () => {
    expect(readConfig({ HOST: '0.0.0.0', TIANCHOU_TLS_CERT: 'c', TIANCHOU_TLS_KEY: 'k' }).tls).toMatchObject({
      cert: join(process.cwd(), 'c'),
    });
    expect(readConfig({ HOST: '0.0.0.0', TIANCHOU_BEHIND_PROXY: '1' }).proxies.isEmpty).toBe(true);
    const { proxies } = readConfig({ HOST: '0.0.0.0', TIANCHOU_TRUSTED_PROXIES: '10.0.0.0/8' });
    expect(proxies.isTrusted('10.1.2.3')).toBe(true);
    for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '::1']) expect(isLoopback(host), host).toBe(true);
  });

  it('take secrets from files, and what is set itself first', () => {
    const file = join(folder, 'url');
    writeFileSync(file, 'postgresql://tianchou:s3cret@db/tianchou\n');
    expect(readConfig({ DATABASE_URL_FILE: file }).databaseUrl).toBe('postgresql://tianchou:s3cret@db/tianchou');
    expect(readConfig({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgresql://a/b' }).databaseUrl).toBe(
      'postgresql://a/b',
    );
  });
});

describe('a certificate', () => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const first = testCertificate();

  it.each([
    ['', first.key, /no certificate in PEM/],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', first.key, /no certificate in PEM/],
    [first.cert, 'nothing', /key does not belong/],
    [first.cert, testCertificate().key, /key does not belong/],
  ])('that is none, or not a pair with its key, is refused', (certText, keyText, said) => {
    writeFileSync(cert, certText);
    writeFileSync(key, keyText);
    const read = readCertificate({ cert, key });
    expect(read.ok).toBe(false);
    if (!read.ok) {
      expect(read.error.code).toBe('TLS-FILES');
      expect(read.error.message.en).toMatch(said);
      expect(JSON.stringify(read.error)).not.toContain('PRIVATE KEY');
    }
  });

  it('that cannot be read is named', () => {
    const read = readCertificate({ cert: join(folder, 'none.pem'), key });
    expect(read).toMatchObject({ ok: false, error: { code: 'TLS-FILES', place: { file: join(folder, 'none.pem') } } });
  });
});

describe.each(ENGINES)('readiness on $name', ({ open }) => {
  it('names what is missing: room, jobs, a schema of ours, the database, or that we stop', async () => {
    const test = await open();
    let stopping = false;
    const codes = async (change: { minFreeMegabytes?: number; jobs?: boolean }): Promise<string[]> => {
      const readiness = readinessOf({
        db: test.db,
        dataFolder: folder,
        minFreeMegabytes: change.minFreeMegabytes ?? 0,
        areJobsAlive: () => change.jobs ?? true,
        isStopping: () => stopping,
      });
      return (await readiness()).map(({ code }) => code);
    };
    expect(await codes({})).toEqual([]);
    expect(await codes({ minFreeMegabytes: 1e9 })).toEqual(['NOT-READY-DISK']);
    expect(await codes({ jobs: false, minFreeMegabytes: 1e9 })).toEqual(['NOT-READY-DISK', 'NOT-READY-JOBS']);
    stopping = true;
    expect(await codes({})).toEqual(['NOT-READY-STOPPING']);
    stopping = false;
    const { sql } = await import('../platform/db/index.ts');
    await test.db.run(sql`insert into schema_migration (number, name, checksum) values (9999, 'newer', 'x')`);
    expect(await codes({})).toEqual(['NOT-READY-SCHEMA']);
    await test.db.run(sql`delete from schema_migration where number = 9999`);
    await test.close();
    expect(await codes({})).toEqual(['NOT-READY']);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCertificate } from '../../tests/support/certificate.ts';
import { PROJECT_ROOT } from '../platform/project-root.ts';

const work = mkdtempSync(join(tmpdir(), 'tianchou-operate-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: () => string;
  readonly exit: Promise<number | null>;
}

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

let folders = 0;

/** The real program, on the embedded database of a folder of its own. */
function start(environment: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Running | Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'serve', ...args], {
    cwd: PROJECT_ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      TIANCHOU_DATA: join(work, `data-${++folders}`),
      TIANCHOU_DEMO: 'off',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  return new Promise((resolve) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      const match = /(https?:\/\/\S+?:\d+)\//.exec(chunk.toString());
      if (match !== null) resolve({ child, url: match[1]!.replace('0.0.0.0', '127.0.0.1'), log: () => said, exit });
    });
    void exit.then((code) => resolve({ code, said }));
  });
}

async function started(environment: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Running> {
  const outcome = await start(environment, args);
  if ('said' in outcome) throw new Error(`it ended with ${outcome.code}: ${outcome.said}`);
  return outcome;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function ask(
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const request = url.startsWith('https') ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const call = request(url, { ...options, rejectUnauthorized: false, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

async function until(isTrue: () => boolean | Promise<boolean>, milliseconds = 20_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    void import('node:net').then(({ createServer }) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as { port: number };
        probe.close(() => resolve(port));
      });
    });
  });

describe('the server as a process', () => {
  let server: Running;
  let metricsUrl = '';
  const cert = join(work, 'cert.pem');
  const key = join(work, 'key.pem');
  const write = (made: { readonly cert: string; readonly key: string }): void => {
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.key, { mode: 0o600 });
  };
  const served = (url: string): Promise<{ readonly name: string; readonly protocol: string | null }> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const socket = tlsConnect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
        resolve({ name: String(socket.getPeerCertificate().subject.CN), protocol: socket.getProtocol() });
        socket.destroy();
      });
      socket.on('error', reject);
    });

  beforeAll(async () => {
    const port = await freePort();
    metricsUrl = `http://127.0.0.1:${port}/metrics`;
    write(testCertificate('first'));
    server = await started({ TIANCHOU_METRICS_PORT: String(port), TIANCHOU_METRICS_TOKEN: 'of-the-scraper' }, [
      '--cert',
      cert,
      '--key',
      key,
    ]);
  });

  it('says that it lives, that it can serve, and gives each request a number', async () => {
    const health = await ask(`${server.url}/api/health`);
    expect(health.status).toBe(200);
    await until(async () => (await ask(`${server.url}/api/ready`)).status === 200);
    const first = await ask(`${server.url}/api/ready`, { headers: { 'x-request-id': 'mine' } });
    expect(JSON.parse(first.text)).toEqual({ status: 'ready', database: 'embedded' });
    expect(first.headers['x-request-id']).toMatch(/^[\w-]{12}$/);
    expect(first.headers['x-request-id']).not.toBe(health.headers['x-request-id']);
  });

  it('speaks TLS with HSTS, and reads the certificate again on SIGHUP; a wrong one is not taken', async () => {
    expect(server.url).toMatch(/^https:/);
    const answer = await ask(`${server.url}/api/health`);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(await served(server.url)).toEqual({ name: 'first', protocol: 'TLSv1.3' });
    await expect(ask(server.url.replace('https', 'http'))).rejects.toThrow();

    write(testCertificate('second', new Date(Date.now() + 5 * 24 * 3600 * 1000)));
    server.child.kill('SIGHUP');
    await until(async () => (await served(server.url)).name === 'second');
    // It ends in five days: that is said.
    await until(() => /"warning","event":"certificate".*"days":4/.test(server.log()));

    writeFileSync(key, testCertificate().key);
    server.child.kill('SIGHUP');
    await until(() => server.log().includes('TLS-FILES'));
    expect((await served(server.url)).name).toBe('second');
    expect(server.log()).not.toContain('PRIVATE KEY');
  });

  it('measures itself for who has the token, by closed lists of labels', async () => {
    await ask(`${server.url}/api/nowhere/7f3c-secret-place?password=hidden`, { method: 'POST' });
    expect((await ask(metricsUrl)).status).toBe(401);
    expect((await ask(metricsUrl, { headers: { authorization: 'Bearer of-the-scrapes' } })).status).toBe(401);
    const headers = { authorization: 'Bearer of-the-scraper' };
    expect((await ask(metricsUrl.replace('/metrics', '/'), { headers })).status).toBe(404);
    const { status, text, headers: sent } = await ask(metricsUrl, { headers });
    expect(status).toBe(200);
    expect(sent['content-type']).toContain('text/plain');
    for (const wanted of [
      /^tianchou_http_request_duration_seconds_count\{method="GET",route="\/api\/ready",status="2xx"\} [1-9]/m,
      /^tianchou_http_request_duration_seconds_count\{method="other",route="other",status="4xx"\} 1$/m,
      /^tianchou_http_requests_in_flight 0$/m,
      /^tianchou_rooms\{room="quick",place="atWork"\} 0$/m,
      /^tianchou_audit_events \d+$/m,
      /^tianchou_disk_free_bytes [1-9]/m,
      /^tianchou_build_info\{version="[\d.]+",database="embedded",node="v\d/m,
      /^nodejs_eventloop_lag_p99_seconds /m,
      /^# TYPE tianchou_jobs gauge$/m,
      /^# TYPE tianchou_sign_in_failures_total counter$/m,
      /^# TYPE tianchou_http_turned_away_total counter$/m,
    ]) {
      expect(text).toMatch(wanted);
    }
    expect(text).not.toMatch(/7f3c|hidden|of-the-scraper|[0-9a-f]{8}-[0-9a-f]{4}-/);
    // Not on the door of the product.
    expect((await ask(`${server.url}/metrics`)).text).not.toContain('tianchou_build_info');
  });

  it('stops in order: takes no more, ends its streams, lets go of the folder; exit code 0', async () => {
    const socket = tlsConnect({ port: Number(new URL(server.url).port), host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    // A request under way: its headers are not whole yet.
    socket.write('GET /api/health HTTP/1.1\r\nHost: x\r\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString();
    });
    server.child.kill('SIGTERM');
    await until(() => server.log().includes('"stopping"'));
    socket.write('\r\n');
    expect(await server.exit).toBe(0);
    expect(got).toMatch(/^HTTP\/1\.1 200/);
    expect(server.log()).toContain('"stopped"');
    await expect(ask(`${server.url}/api/health`)).rejects.toThrow();
  });
});

describe('stopping', () => {
  it('is told to balancers first, and ended by a second signal', async () => {
    const server = await started({ TIANCHOU_DRAIN_SECONDS: '30' });
    await until(async () => (await ask(`${server.url}/api/ready`)).status === 200);
    server.child.kill('SIGTERM');
    await until(async () => (await ask(`${server.url}/api/ready`)).status === 503);
    expect((await ask(`${server.url}/api/ready`)).text).toContain('NOT-READY-STOPPING');
    expect((await ask(`${server.url}/api/health`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(130);
  });
});

describe('TLS', () => {
  it('is needed where other machines are served: refused before anything is opened', async () => {
    const outcome = (await start({ HOST: '0.0.0.0' })) as Ended;
    expect(outcome.code).toBe(2);
    expect(outcome.said).toMatch(/^TLS-NEEDED /);
  });
});

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';

// There is no container engine in the tests: what can be seen without one is looked at here.

const read = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of the Dockerfile, continued lines joined, in stages. */
function stagesOf(text: string): Instruction[][] {
  const lines = text
    .replace(/^\s*#.*$/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [word = '', ...rest] = line.split(/\s+/);
    if (word === 'FROM') stages.push([]);
    stages.at(-1)!.push({ word, rest: rest.join(' ') });
  }
  return stages;
}

describe('Dockerfile', () => {
  const stages = stagesOf(read('Dockerfile'));
  const last = stages.at(-1)!;
  const one = (word: string): string => last.find((instruction) => instruction.word === word)?.rest ?? '';

  it('builds in stages from a Debian Node we support, and ships none of the tools', () => {
    expect(stages).toHaveLength(3);
    for (const [{ rest } = { rest: '' }] of stages) expect(rest).toMatch(/^node:(20|22|24)-bookworm-slim( AS \w+)?$/);
    expect(stages[1]!.map(({ rest }) => rest).join('\n')).toContain('npm ci --omit=dev');
    expect(last.map(({ rest }) => rest).join('\n')).not.toMatch(/npm |COPY src|scripts/);
  });

  it('runs as nobody in particular, under an init, by a command of arguments', () => {
    const [user = '', group = ''] = one('USER').split(':');
    expect(Number(user)).toBeGreaterThan(1000);
    expect(Number(group)).toBeGreaterThan(1000);
    const entry = z.array(z.string()).parse(JSON.parse(one('ENTRYPOINT')));
    expect(entry[0]).toBe('/usr/bin/tini');
    expect(last.some(({ rest }) => rest.includes('install -y --no-install-recommends tini'))).toBe(true);
    expect(entry.slice(-2)).toEqual(['node', 'bin/tianchou.js']);
    expect(JSON.parse(one('CMD'))).toEqual(['serve']);
    expect(JSON.parse(/CMD (\[.*\])/.exec(one('HEALTHCHECK'))![1]!)).toEqual(['node', 'bin/tianchou-health.js']);
    // Nothing after USER needs more rights.
    const after = last.slice(last.findIndex(({ word }) => word === 'USER') + 1).map(({ word }) => word);
    expect(after).not.toContain('RUN');
    expect(after).not.toContain('COPY');
  });

  it('copies only what is there, and lets the builder see no more', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored.find((line) => !line.startsWith('#'))).toBe('*');
    const made = ['dist', '.cache', 'node_modules'];
    for (const instruction of stages.flat().filter(({ word }) => word === 'COPY')) {
      const parts = instruction.rest.split(' ').filter((part) => !part.startsWith('--'));
      for (const source of parts.slice(0, -1)) {
        const name = source.replace(/^\/src\//, '');
        if (instruction.rest.startsWith('--from=')) expect(made).toContain(name);
        else {
          expect(existsSync(join(PROJECT_ROOT, name)), name).toBe(true);
          const seen = ignored.some(
            (line) =>
              line.startsWith('!') &&
              new RegExp(`^${line.slice(1).replaceAll('.', '\\.').replace('*', '.*')}(/|$)`).test(name),
          );
          expect(seen, `${name} in .dockerignore`).toBe(true);
        }
      }
    }
    // What the program reads at run time, beside dist: whoever adds a folder must add it here.
    for (const wanted of ['packs', 'migrations', 'bin', 'package.json']) {
      expect(
        last.some(({ word, rest }) => word === 'COPY' && rest.split(' ').some((part) => part === wanted)),
        wanted,
      ).toBe(true);
    }
  });

  it('starts files that the build makes', () => {
    for (const path of ['bin/tianchou.js', 'bin/tianchou-health.js'])
      expect(statSync(join(PROJECT_ROOT, path)).isFile()).toBe(true);
    expect(read('bin/tianchou.js')).toContain('../dist/cli/main.js');
    expect(read('scripts/build.js')).toContain("'src/cli/main.ts'");
  });
});

const Service = z
  .object({
    image: z.string(),
    build: z.string().optional(),
    init: z.literal(true),
    restart: z.string(),
    read_only: z.boolean().optional(),
    tmpfs: z.array(z.string()).optional(),
    cap_drop: z.array(z.string()).optional(),
    security_opt: z.array(z.string()).optional(),
    shm_size: z.string().optional(),
    stop_grace_period: z.string().regex(/^\d+s$/),
    command: z.array(z.string()).optional(),
    depends_on: z
      .record(z.string(), z.object({ condition: z.enum(['service_healthy', 'service_started']) }))
      .optional(),
    environment: z.record(z.string(), z.string()),
    secrets: z.array(z.string()),
    ports: z.array(z.string()).optional(),
    volumes: z.array(z.string()),
    healthcheck: z
      .union([
        z.object({ test: z.array(z.string()), interval: z.string(), timeout: z.string(), retries: z.number() }),
        z.object({ disable: z.literal(true) }),
      ])
      .optional(),
    logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  })
  .strict();

const Compose = z
  .object({
    name: z.string(),
    services: z.record(z.string(), Service),
    volumes: z.record(z.string(), z.null()),
    secrets: z.record(z.string(), z.object({ file: z.string() }).strict()),
    'x-program': z.unknown(),
    'x-log': z.unknown(),
  })
  .strict();

describe('compose.yaml', () => {
  const compose = Compose.parse(parse(read('compose.yaml'), { merge: true }));
  const { database, server, worker } = compose.services;

  it('names a database with PostGIS, a server and a worker, each under an init, of one data folder', () => {
    expect(Object.keys(compose.services)).toEqual(['database', 'server', 'worker']);
    expect(database!.image).toMatch(/^postgis\/postgis:1[5-9]-3\.[3-9]/);
    expect(server!.volumes).toEqual(worker!.volumes);
    expect(worker!.command).toEqual(['work']);
    expect(server!.environment['TIANCHOU_JOBS']).toBe('off');
    expect(database!.command).toContain('fsync=on');
    expect(database!.command).toContain('synchronous_commit=on');
  });

  it('holds no secret, opens no port to other machines, and gives the program no more rights than it needs', () => {
    const declared = Object.keys(compose.secrets);
    for (const service of Object.values(compose.services)) {
      for (const secret of service.secrets) expect(declared).toContain(secret);
      for (const [name, value] of Object.entries(service.environment)) {
        if (/PASSWORD|TOKEN|DATABASE_URL/.test(name)) expect(value, name).toMatch(/^\/run\/secrets\/[a-z-]+$/);
      }
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const volume of service.volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
      for (const needed of Object.keys(service.depends_on ?? {}))
        expect(Object.keys(compose.services)).toContain(needed);
    }
    for (const service of [server!, worker!]) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
    expect(read('.gitignore')).toMatch(/^secrets\/$/m);
  });

  it('waits longer for the end of the server than the server itself does', () => {
    // Twenty seconds for what is being answered, ten for the rest (docs/operations/run.md).
    expect(Number.parseInt(server!.stop_grace_period, 10)).toBeGreaterThan(30);
  });
});

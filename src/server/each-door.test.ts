import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z, type ZodType } from 'zod';
import { testActor } from '../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../tests/support/databases.ts';
import type { ActorContext, Role } from '../modules/access/index.ts';
import { permissionFor } from '../modules/access/index.ts';
import { openFiles } from '../platform/files/index.ts';
import type { Route } from '../platform/http/route.ts';
import { jsonLoggerOf } from '../platform/logging.ts';
import { systemClock, systemIds } from '../platform/clock.ts';
import { type ComposedApp, createApp } from './compose.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-doors-'));
let test: TestDatabase;
let composed: ComposedApp;
let role: Role = 'clerk';
let isClosed = false;
const lines: string[] = [];

beforeAll(async () => {
  test = await ENGINES[1]!.open();
  composed = createApp({
    db: test.db,
    files: await openFiles(folder),
    logger: jsonLoggerOf('info', (line) => lines.push(line)),
    actorOf: (): ActorContext => ({ ...testActor('', systemClock, systemIds), role }),
  });
});
afterAll(async () => {
  await composed?.stop();
  if (!isClosed) await test?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An address of the route with these parameters. */
function addressOfRoute({ path }: Route, value: (name: string) => string): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, (_match, name: string) => encodeURIComponent(value(name)));
}

const FITTING: Readonly<Record<string, string>> = {
  z: '3',
  x: '1',
  featureNo: '1',
  name: 'report.docx',
  code: '330481',
};
const fitting = (name: string): string => FITTING[name] ?? (name === 'y' ? '1.mvt' : systemIds.next());

/** Does what the matrix allows to somebody, as somebody it allows it to. */
async function askAllowed(route: Route, path: string, init: RequestInit = {}): Promise<Response> {
  role = permissionFor(route.method, route.path)!.roles.find((one) => one !== 'public' && one !== 'unappointed')!;
  return composed.app.request(path, { method: route.method, ...init });
}

interface JsonSchema {
  readonly type?: string;
  readonly [key: string]: unknown;
}

/** Places of a schema where a value from outside has no bound. */
function unbounded(schema: JsonSchema, at: string): string[] {
  if ('const' in schema || 'enum' in schema) return [];
  const several = (schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']) as JsonSchema[] | undefined;
  if (several !== undefined) return several.flatMap((one) => unbounded(one, at));
  switch (schema.type) {
    case 'string':
      return 'maxLength' in schema || 'format' in schema || /^\^.*\$$/.test(String(schema['pattern'] ?? ''))
        ? []
        : [`${at}: text of any length`];
    case 'number':
    case 'integer':
      return ('minimum' in schema || 'exclusiveMinimum' in schema) &&
        ('maximum' in schema || 'exclusiveMaximum' in schema)
        ? []
        : [`${at}: a number without bounds`];
    case 'boolean':
    case 'null':
      return [];
    case 'array':
      return [
        ...('maxItems' in schema ? [] : [`${at}: a list of any length`]),
        ...unbounded((schema['items'] ?? {}) as JsonSchema, `${at}[]`),
      ];
    case 'object':
      return [
        ...Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>).flatMap(([name, inner]) =>
          unbounded(inner, `${at}.${name}`),
        ),
        ...(typeof schema['additionalProperties'] === 'object' &&
        Object.keys(schema['additionalProperties'] as object).length > 0
          ? unbounded(schema['additionalProperties'] as JsonSchema, `${at}.*`)
          : []),
      ];
    default:
      return [`${at}: anything at all`];
  }
}

function jsonOf(schema: ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
}

/** Unbounded as it comes in and as it is used: `coerce` says nothing of what comes in, `transform` nothing of what goes out. */
function trouble(schema: ZodType | undefined, at: string): string[] {
  if (schema === undefined) return [];
  const [incoming, outgoing] = [unbounded(jsonOf(schema, 'input'), at), unbounded(jsonOf(schema, 'output'), at)];
  return incoming.filter((one) => outgoing.some((other) => other.split(':')[0] === one.split(':')[0]));
}

describe('every door', () => {
  it('has a schema for each parameter, and each value a bound', () => {
    const found: string[] = [];
    for (const route of composed.routes) {
      const name = `${route.method} ${route.path}`;
      const named = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
      const known = route.params === undefined ? {} : (jsonOf(route.params, 'input')['properties'] as object);
      for (const parameter of named) if (!(parameter in known)) found.push(`${name} params.${parameter}: no schema`);
      for (const parameter of Object.keys(known))
        if (!named.includes(parameter)) found.push(`${name} params.${parameter}: not in the path`);
      for (const part of ['params', 'query', 'body'] as const) found.push(...trouble(route[part], `${name} ${part}`));
      if (route.isUpload && route.body !== undefined) found.push(`${name}: an upload with a body`);
      if (route.method === 'GET' && (route.body !== undefined || route.isUpload)) found.push(`${name}: a body to GET`);
    }
    expect(found).toEqual([]);
  });

  it('sees through schemas without bounds', () => {
    const wrong = z.object({
      a: z.string(),
      b: z.array(z.uuid()),
      c: z.number(),
      d: z.unknown(),
      e: z.object({ f: z.string().optional() }),
      g: z.coerce.number(),
      h: z.string().transform(Number),
      i: z.record(z.string().max(5), z.string()),
    });
    expect(trouble(wrong, 'x').map((one) => one.split(':')[0])).toEqual([
      'x.a',
      'x.b',
      'x.c',
      'x.d',
      'x.e.f',
      'x.g',
      'x.h',
      'x.i.*',
    ]);
    const right = z.object({
      a: z.string().max(5).nullable(),
      b: z.array(z.uuid()).max(3),
      c: z.number().int().min(0).max(7),
      g: z.coerce.number().min(0).max(9).default(3),
      h: z.string().max(9).transform(Number),
      j: z.enum(['a']),
    });
    expect(trouble(right, 'x')).toEqual([]);
  });

  const GARBAGE: readonly (readonly [contentType: string, body: string])[] = [
    ['application/json', '{'],
    ['application/json', '[]'],
    ['application/json', 'null'],
    ['application/json', '"text"'],
    ['application/json', '{"__proto__":{"a":1},"constructor":1}'],
    ['application/json', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['application/json', JSON.stringify({ name: 'x'.repeat(1_000_000) })],
    ['application/xml', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="../../x"\r\n\r\nx',
    ],
    ['multipart/form-data', 'no boundary'],
    ['application/json\u0000', '{}'.repeat(3)],
  ];

  it('refuses what does not fit in problem+json, with a code and both languages, whatever the language asked for', async () => {
    for (const route of composed.routes) {
      const name = `${route.method} ${route.path}`;
      const asked: Response[] = [];
      for (const language of ['zh-CN', 'en', 'fr;q=0.1', '*']) {
        asked.push(
          await askAllowed(
            route,
            addressOfRoute(route, () => '\u0000x'),
            { headers: { 'accept-language': language } },
          ),
        );
      }
      if (route.method !== 'GET') {
        for (const [type, body] of GARBAGE) {
          const headers = { 'content-type': type.replace('\u0000', '') };
          asked.push(await askAllowed(route, addressOfRoute(route, fitting), { headers, body }));
        }
      } else asked.push(await askAllowed(route, addressOfRoute(route, fitting)));
      for (const response of asked) {
        expect(response.status, `${name}: ${lines.at(-1)}`).not.toBe(500);
        if (response.status < 400) {
          await response.body?.cancel();
          continue;
        }
        expect(response.headers.get('content-type'), name).toBe('application/problem+json; charset=utf-8');
        const { refusals } = (await response.json()) as {
          refusals: { code: string; message: Record<string, string>; remedy: Record<string, string> }[];
        };
        for (const { code, message, remedy } of refusals) {
          expect(code, name).toMatch(/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/);
          for (const text of [message, remedy])
            expect(
              [text['zh'], text['en']].every((one) => one !== undefined && one !== ''),
              name,
            ).toBe(true);
        }
      }
    }
  });
});

describe('a write asked for by another site', () => {
  const own = 'http://tianchou.example:8321';
  it.each([
    [{ origin: own, host: 'tianchou.example:8321' }, true],
    [{ host: 'tianchou.example:8321' }, true],
    [{ origin: own, host: 'tianchou.example:8321', 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: own, host: 'tianchou.example:8321', 'sec-fetch-site': 'none' }, true],
    [{ origin: 'null', host: 'tianchou.example:8321' }, false],
    [{ origin: '', host: 'tianchou.example:8321' }, false],
    [{ origin: 'http://tianchou.example', host: 'tianchou.example:8321' }, false],
    [{ origin: 'http://tianchou.example:8322', host: 'tianchou.example:8321' }, false],
    [{ origin: 'http://evil.example', host: 'tianchou.example:8321' }, false],
    [{ origin: 'http://tianchou.example.evil.example:8321', host: 'tianchou.example:8321' }, false],
    [{ origin: 'http://tianchou.example:8321@evil.example', host: 'tianchou.example:8321' }, false],
    [{ origin: 'http://evil.example#tianchou.example:8321', host: 'tianchou.example:8321' }, false],
    [{ origin: 'file://', host: 'tianchou.example:8321' }, false],
    [{ origin: own, host: 'tianchou.example:8321', 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: own, host: 'tianchou.example:8321', 'sec-fetch-site': 'same-site' }, false],
    [{ origin: own, host: 'tianchou.example:8321', 'sec-fetch-site': 'something-new' }, false],
    // Without a host header the address of the request decides.
    [{ origin: 'http://localhost' }, true],
    [{ origin: 'http://evil.example' }, false],
  ])('%j is let in: %s', async (headers, isLetIn) => {
    for (const route of composed.routes.filter(({ method }) => method !== 'GET')) {
      const response = await askAllowed(route, addressOfRoute(route, fitting), {
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"nothing":"of this"}',
      });
      const text = response.status >= 400 ? await response.text() : '';
      expect(text.includes('FOREIGN-ORIGIN'), `${route.method} ${route.path}`).toBe(!isLetIn);
      if (!isLetIn) expect(response.status).toBe(403);
    }
  });
});

describe('the log', () => {
  it('holds no secret that came by header, cookie, query or body, whatever was asked and however it failed', async () => {
    const before = lines.length;
    let number = 0;
    const canaries: string[] = [];
    const canary = (): string => {
      const made = `canary${(++number).toString(36)}Zx9${'q'.repeat(number % 3)}`;
      canaries.push(made);
      return made;
    };
    const secretHeaders = (): Record<string, string> => ({
      cookie: `tianchou=${canary()}; __Host-tianchou=${canary()}; other=${canary()}`,
      authorization: `Bearer ${canary()}`,
      'x-api-key': canary(),
      'x-csrf-token': canary(),
      'user-agent': canary(),
      referer: `http://localhost/?token=${canary()}`,
      'x-request-id': canary(),
    });
    for (const route of composed.routes) {
      const query = `password=${canary()}&token=${canary()}&search=${canary()}&rule=${canary()}&county=${canary()}`;
      const bodies = [
        JSON.stringify({
          password: canary(),
          name: canary(),
          token: canary(),
          code: canary(),
          packId: canary(),
          mapping: [{ source: canary(), target: canary() }],
        }),
        `{"password":"${canary()}`,
        canary(),
      ];
      const paths = [addressOfRoute(route, fitting), addressOfRoute(route, canary)];
      for (const path of paths) {
        for (const body of route.method === 'GET' ? [undefined] : bodies) {
          const response = await askAllowed(route, `${path}?${query}`, {
            headers: { 'content-type': 'application/json', ...secretHeaders() },
            ...(body === undefined ? {} : { body }),
          });
          await response.body?.cancel();
        }
      }
    }
    await composed.app.request(`/api/${canary()}?password=${canary()}`, { method: 'POST', headers: secretHeaders() });
    await composed.app.request(`/${canary()}`, { method: canary().toUpperCase(), headers: secretHeaders() });

    // The database gone: every route fails on its way.
    await test.close();
    isClosed = true;
    for (const route of composed.routes) {
      const response = await askAllowed(
        route,
        `${addressOfRoute(route, fitting)}?search=${canary()}&password=${canary()}`,
        {
          headers: { 'content-type': 'application/json', ...secretHeaders() },
          ...(route.method === 'GET'
            ? {}
            : { body: JSON.stringify({ password: canary(), packId: canary(), choice: 'goodRows' }) }),
        },
      );
      await response.body?.cancel();
    }
    const log = lines.slice(before).join('').toLowerCase();
    expect(number).toBeGreaterThan(1_000);
    expect(lines.length - before).toBeGreaterThan(50);
    expect(canaries.filter((one) => log.includes(one.toLowerCase()))).toEqual([]);
  });
});

import { Hono, type Context } from 'hono';
import type { ZodType } from 'zod';
import { assert, localized, type Localized, type Refusal } from '../../kernel/index.ts';
import { type ActorContext, permissionFor, type Role } from '../../modules/access/index.ts';
import { errorFields, type Logger } from '../logging.ts';
import {
  clientAddress,
  isSecureConnection,
  NO_PROXIES,
  rememberConnection,
  type TrustedProxies,
} from './client-address.ts';
import { refuse, type RefusedReply, type Reply, type Route, type RouteAnswer } from './route.ts';
import { foreignWrite, SECURITY_HEADERS } from './security.ts';
import type { Statics } from './static.ts';

export interface AppOptions {
  readonly routes: readonly Route[];
  /** Who is asking. Undefined: nobody we know (401, but for what the public may see). */
  readonly actorOf: (request: Request) => Promise<ActorContext | undefined> | ActorContext | undefined;
  /** Who acts where nobody has signed in, on routes open to the public; without it these want a sign-in too. */
  readonly visitor?: (request: Request) => ActorContext;
  readonly logger: Logger;
  /** The built screens; without them only the API answers. */
  readonly statics?: Statics | undefined;
  /** Proxies in front of us whose word on the client's address is taken. Default: none. */
  readonly proxies?: TrustedProxies | undefined;
}

const MAX_JSON_BYTES = 4 * 1024 * 1024;

const BODY_NOT_JSON: Refusal = {
  code: 'BODY-NOT-JSON',
  message: localized('请求内容不是有效的 JSON。', 'The request body is not valid JSON.'),
  remedy: localized('请按接口说明发送 JSON。', 'Send JSON as the interface asks.'),
};
const BODY_TOO_LARGE: Refusal = {
  code: 'BODY-TOO-LARGE',
  message: localized('请求内容过大。', 'The request body is too large.'),
  remedy: localized('请分成几次发送，或以文件上传。', 'Send it in parts, or upload it as a file.'),
};
const NOT_FOUND: Refusal = {
  code: 'ROUTE-NOT-FOUND',
  message: localized('没有这个接口。', 'There is no such interface.'),
  remedy: localized('请检查地址。', 'Check the address.'),
};
const FOREIGN_WRITE: Refusal = {
  code: 'FOREIGN-ORIGIN',
  message: localized('拒绝来自其他网站的写入请求。', 'A write asked for by another web site is refused.'),
  remedy: localized('请在田畴自己的页面上操作。', 'Use the pages of Tianchou itself.'),
};
const UNKNOWN_ACTOR: Refusal = {
  code: 'NOT-SIGNED-IN',
  message: localized('您尚未登录。', 'You are not signed in.'),
  remedy: localized('请先登录。', 'Sign in first.'),
};
const NOT_ALLOWED: Refusal = {
  code: 'NOT-ALLOWED',
  message: localized('您的角色不能使用此功能。', 'Your role may not do this.'),
  remedy: localized('请联系管理员。', 'Ask your administrator.'),
};
const NOT_APPOINTED: Refusal = {
  code: 'NOT-APPOINTED',
  message: localized(
    '您目前没有有效的任职，不能使用此功能。',
    'You hold no appointment that is valid today and may not do this.',
  ),
  remedy: localized('请联系安全管理员办理任职。', 'Ask the security administrator for an appointment.'),
};
const INTERNAL: Refusal = {
  code: 'INTERNAL-FAULT',
  message: localized(
    '程序内部出错，操作没有完成。',
    'Something failed inside the program; the operation was not carried out.',
  ),
  remedy: localized(
    '请重试；仍不行请把时间和此代码告诉管理员。',
    'Try again; if it stays, tell your administrator the time and this code.',
  ),
};
const UNAVAILABLE: Refusal = {
  code: 'DATABASE-UNAVAILABLE',
  message: localized(
    '数据库暂时不可用，操作没有完成。',
    'The database cannot be reached; the operation was not carried out.',
  ),
  remedy: localized('请稍后重试。', 'Try again in a moment.'),
};

const STATUS_TITLES: Readonly<Record<number, Localized>> = {
  400: localized('请求有误', 'Bad request'),
  401: localized('未登录', 'Not signed in'),
  403: localized('不允许', 'Not allowed'),
  404: localized('不存在', 'Not found'),
  409: localized('现在不行', 'Conflict'),
  413: localized('过大', 'Too large'),
  415: localized('类型不支持', 'Unsupported type'),
  422: localized('数据不能处理', 'Cannot be processed'),
  500: localized('内部错误', 'Internal fault'),
  503: localized('暂不可用', 'Unavailable'),
};

/** application/problem+json (RFC 9457) with our refusals: the first one gives code and detail. */
export function problemResponse(status: number, refusals: readonly Refusal[]): Response {
  const first = refusals[0];
  assert(first !== undefined, 'a refusal without a reason');
  const body = {
    type: 'about:blank',
    status,
    title: STATUS_TITLES[status]?.en ?? 'Refused',
    detail: first.message.en,
    code: first.code,
    refusals,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
  });
}

function isKind<T extends { readonly kind: string }>(answer: unknown, kind: T['kind']): answer is T {
  return typeof answer === 'object' && answer !== null && (answer as { kind?: unknown }).kind === kind;
}

function responseOf(answer: RouteAnswer): Response {
  if (answer instanceof Response) return answer;
  if (answer === undefined) return new Response(null, { status: 204 });
  if (isKind<RefusedReply>(answer, 'refused')) return problemResponse(answer.status, answer.refusals);
  const [status, value] = isKind<Reply>(answer, 'reply') ? [answer.status, answer.value] : [200, answer];
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** NUL and halves of a character: JSON and addresses may hold them, PostgreSQL text and UTF-8 may not. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Where in a value from outside there is a text no database takes; undefined where there is none. */
function pathOfUnstorable(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? path || '(all)' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    // A key of this kind is not repeated to the sender.
    const at = UNSTORABLE.test(key) ? '?' : key;
    const found = at === '?' ? path || '(all)' : pathOfUnstorable(inner, path === '' ? at : `${path}.${at}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A refusal for each field that does not fit the schema. */
function checked(
  schema: ZodType | undefined,
  value: unknown,
): { readonly value: unknown } | { readonly refusals: Refusal[] } {
  if (schema === undefined) return { value };
  const result = schema.safeParse(value);
  if (!result.success) {
    return {
      refusals: result.error.issues.map((issue) => ({
        code: 'FIELD-INVALID',
        message: localized(
          `字段 ${issue.path.join('.') || '（全部）'} 不符合要求：${issue.message}`,
          `The field ${issue.path.join('.') || '(all)'} does not fit: ${issue.message}`,
        ),
        remedy: localized('请更正后重试。', 'Correct it and try again.'),
        place: { field: issue.path.join('.') },
      })),
    };
  }
  // What fits the schema is as deep as the schema, so looking through it ends.
  const unstorable = pathOfUnstorable(result.data);
  if (unstorable !== undefined) {
    return {
      refusals: [
        {
          code: 'FIELD-INVALID',
          message: localized(
            `字段 ${unstorable} 不符合要求：含有无法保存的字符`,
            `The field ${unstorable} does not fit: it holds characters that cannot be stored`,
          ),
          remedy: localized('请更正后重试。', 'Correct it and try again.'),
          place: { field: unstorable },
        },
      ],
    };
  }
  return { value: result.data };
}

async function readJson(request: Request): Promise<{ readonly value: unknown } | RefusedReply> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? 'application/json'))
    return refuse(415, BODY_NOT_JSON);
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body !== null) {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > MAX_JSON_BYTES) return refuse(413, BODY_TOO_LARGE);
      chunks.push(chunk);
    }
  }
  try {
    return { value: size === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return refuse(400, BODY_NOT_JSON);
  }
}

async function serve(route: Route, roles: readonly Role[], options: AppOptions, context: Context): Promise<Response> {
  const request = context.req.raw;
  if (route.method !== 'GET' && foreignWrite(request)) return problemResponse(403, [FOREIGN_WRITE]);
  const actor = (await options.actorOf(request)) ?? (roles.includes('public') ? options.visitor?.(request) : undefined);
  if (actor === undefined) return problemResponse(401, [UNKNOWN_ACTOR]);
  if (!roles.includes(actor.role)) {
    return problemResponse(403, [actor.role === 'unappointed' ? NOT_APPOINTED : NOT_ALLOWED]);
  }
  const params = checked(route.params, context.req.param());
  const query = checked(route.query, context.req.query());
  const wrong = [params, query].flatMap((part) => ('refusals' in part ? part.refusals : []));
  if (wrong.length > 0 || 'refusals' in params || 'refusals' in query) return problemResponse(400, wrong);
  let body: unknown;
  if (route.body !== undefined) {
    const read = await readJson(request);
    if ('kind' in read) return responseOf(read);
    const parsed = checked(route.body, read.value);
    if ('refusals' in parsed) return problemResponse(400, parsed.refusals);
    body = parsed.value;
  }
  const parsedRequest = { actor, params: params.value, query: query.value, body, raw: request };
  return responseOf(await route.handle(parsedRequest as never));
}

/** What the server's adapter says of a request: absent where it did not come over a socket. */
interface Bindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string; readonly encrypted?: boolean } };
}

/** From now on `addressOf(request)` and `isSecure(request)` answer. */
function noteConnection(context: Context, proxies: TrustedProxies): void {
  const request = context.req.raw;
  const socket = (context.env as Bindings | undefined)?.incoming?.socket;
  const peer = socket?.remoteAddress;
  rememberConnection(request, {
    address: clientAddress(peer, request.headers.get('x-forwarded-for'), proxies),
    isSecure: isSecureConnection(peer, socket?.encrypted === true, request.headers.get('x-forwarded-proto'), proxies),
  });
}

/** The HTTP application: `app.fetch` for a server, `app.request()` for tests. */
export function createHttpApp(options: AppOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const begun = performance.now();
    noteConnection(context, options.proxies ?? NO_PROXIES);
    await next();
    for (const [name, value] of SECURITY_HEADERS) context.res.headers.set(name, value);
    const { pathname } = new URL(context.req.url);
    if (pathname.startsWith('/api/') && (context.res.status >= 400 || !['GET', 'HEAD'].includes(context.req.method))) {
      options.logger.log('info', 'request', {
        method: context.req.method,
        path: pathname,
        status: context.res.status,
        milliseconds: Math.round(performance.now() - begun),
      });
    }
  });
  const seen = new Set<string>();
  for (const route of options.routes) {
    const name = `${route.method} ${route.path}`;
    const permission = permissionFor(route.method, route.path);
    assert(permission !== undefined, `route ${name} is not in the authorisation matrix`);
    assert(!seen.has(name), `route ${name} is registered twice`);
    seen.add(name);
    app.on(route.method, route.path, (context) => serve(route, permission.roles, options, context));
  }
  app.all('/api/*', () => problemResponse(404, [NOT_FOUND]));
  const { statics } = options;
  if (statics !== undefined) app.get('*', (context) => statics(context.req.raw));
  app.notFound(() => problemResponse(404, [NOT_FOUND]));
  app.onError((error, context) => {
    const lost = ['57P01', '57P03', '08006', '08001', 'ECONNREFUSED', 'ECONNRESET'].includes(
      (error as { code?: string }).code ?? '',
    );
    options.logger.log('error', 'request failed', {
      method: context.req.method,
      path: new URL(context.req.url).pathname,
      ...errorFields(error),
    });
    return lost ? problemResponse(503, [UNAVAILABLE]) : problemResponse(500, [INTERNAL]);
  });
  return app;
}

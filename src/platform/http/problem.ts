import { assert, localized, type Localized, type Refusal } from '../../kernel/index.ts';

export const BODY_NOT_JSON: Refusal = {
  code: 'BODY-NOT-JSON',
  message: localized('请求内容不是有效的 JSON。', 'The request body is not valid JSON.'),
  remedy: localized('请按接口说明发送 JSON。', 'Send JSON as the interface asks.'),
};
export const BODY_TOO_LARGE: Refusal = {
  code: 'BODY-TOO-LARGE',
  message: localized('请求内容过大。', 'The request body is too large.'),
  remedy: localized('请分成几次发送，或以文件上传。', 'Send it in parts, or upload it as a file.'),
};
export const NOT_FOUND: Refusal = {
  code: 'ROUTE-NOT-FOUND',
  message: localized('没有这个接口。', 'There is no such interface.'),
  remedy: localized('请检查地址。', 'Check the address.'),
};
export const FOREIGN_WRITE: Refusal = {
  code: 'FOREIGN-ORIGIN',
  message: localized('拒绝来自其他网站的写入请求。', 'A write asked for by another web site is refused.'),
  remedy: localized('请在田畴自己的页面上操作。', 'Use the pages of Tianchou itself.'),
};
export const FOREIGN_HOST: Refusal = {
  code: 'FOREIGN-HOST',
  message: localized('演示服务只以本机地址应答。', 'The demo answers under the addresses of this machine alone.'),
  remedy: localized(
    '请打开 http://127.0.0.1 或 http://localhost。',
    'Open http://127.0.0.1 or http://localhost instead.',
  ),
};
export const UNKNOWN_ACTOR: Refusal = {
  code: 'NOT-SIGNED-IN',
  message: localized('您尚未登录。', 'You are not signed in.'),
  remedy: localized('请先登录。', 'Sign in first.'),
};
export const NOT_ALLOWED: Refusal = {
  code: 'NOT-ALLOWED',
  message: localized('您的角色不能使用此功能。', 'Your role may not do this.'),
  remedy: localized('请联系管理员。', 'Ask your administrator.'),
};
export const NOT_APPOINTED: Refusal = {
  code: 'NOT-APPOINTED',
  message: localized(
    '您目前没有有效的任职，不能使用此功能。',
    'You hold no appointment that is valid today and may not do this.',
  ),
  remedy: localized('请联系安全管理员办理任职。', 'Ask the security administrator for an appointment.'),
};
export const INTERNAL: Refusal = {
  code: 'INTERNAL-FAULT',
  message: localized(
    '程序内部出错，操作没有完成。',
    'Something failed inside the program; the operation was not carried out.',
  ),
  remedy: localized(
    '请重试；仍不行请把请求编号告诉管理员。',
    'Try again; if it stays, tell your administrator the number of the request.',
  ),
};

export const TOO_MANY_REQUESTS: Refusal = {
  code: 'TOO-MANY-REQUESTS',
  message: localized('请求过多，暂不能处理。', 'Too many requests: this one cannot be served now.'),
  remedy: localized('请稍候几秒再试；数据没有改变。', 'Try again in some seconds; nothing was changed.'),
};
export const BODY_TOO_SLOW: Refusal = {
  code: 'BODY-TOO-SLOW',
  message: localized('请求内容迟迟没有传完。', 'The request body did not arrive in time.'),
  remedy: localized('请检查网络后重试；没有留下任何内容。', 'Check the network and try again; nothing was kept.'),
};
export const REQUEST_MALFORMED: Refusal = {
  code: 'REQUEST-MALFORMED',
  message: localized('不是有效的 HTTP 请求。', 'This is not a valid HTTP request.'),
  remedy: localized('请检查发送请求的程序。', 'Check the program that sends it.'),
};
export const HEADERS_TOO_LARGE: Refusal = {
  code: 'HEADERS-TOO-LARGE',
  message: localized('请求头过大。', 'The headers of the request are too large.'),
  remedy: localized('请清除本站的 Cookie 后重试。', 'Clear the cookies of this site and try again.'),
};
export const FILE_NOT_FOUND: Refusal = {
  code: 'PAGE-NOT-FOUND',
  message: localized('没有这个页面文件。', 'There is no such file of the pages.'),
  remedy: localized('请刷新页面。', 'Refresh the page.'),
};

const STATUS_TITLES: Readonly<Record<number, Localized>> = {
  400: localized('请求有误', 'Bad request'),
  401: localized('未登录', 'Not signed in'),
  403: localized('不允许', 'Not allowed'),
  404: localized('不存在', 'Not found'),
  409: localized('现在不行', 'Conflict'),
  413: localized('过大', 'Too large'),
  408: localized('超时', 'Too slow'),
  415: localized('类型不支持', 'Unsupported type'),
  421: localized('地址不符', 'Misdirected'),
  422: localized('数据不能处理', 'Cannot be processed'),
  429: localized('请求过多', 'Too many requests'),
  431: localized('请求头过大', 'Headers too large'),
  500: localized('内部错误', 'Internal fault'),
  503: localized('暂不可用', 'Unavailable'),
  507: localized('磁盘已满', 'Insufficient storage'),
};

export interface ProblemExtras {
  /** Seconds until it is worth trying again. */
  readonly retryAfterSeconds?: number;
  /** Names the request, so that a user can name it to the administrator. */
  readonly requestId?: string;
}

/** The JSON of application/problem+json (RFC 9457) with our refusals: the first one gives code and detail. */
export function problemText(status: number, refusals: readonly Refusal[], requestId?: string): string {
  const first = refusals[0];
  assert(first !== undefined, 'a refusal without a reason');
  return JSON.stringify({
    type: 'about:blank',
    status,
    title: STATUS_TITLES[status]?.en ?? 'Refused',
    detail: first.message.en,
    code: first.code,
    ...(requestId === undefined ? {} : { requestId }),
    refusals,
  });
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** An answer that refuses: application/problem+json. */
export function problemResponse(status: number, refusals: readonly Refusal[], extras: ProblemExtras = {}): Response {
  const { retryAfterSeconds, requestId } = extras;
  return new Response(problemText(status, refusals, requestId), {
    status,
    headers: {
      'content-type': PROBLEM_TYPE,
      'cache-control': 'no-store',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  });
}

import type { Refusal } from '../../kernel/index.ts';
import type { RefusalReply } from '../../modules/access/views.ts';
import { takeEarly } from './early.ts';

/** A reply the server refused or that never came. Screens show `refusals` as they are: code, message, remedy. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly refusals: readonly Refusal[];
  /** Seconds until it is worth trying again, where the server said so. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, refusals: readonly Refusal[], retryAfterSeconds: number | null = null) {
    super(refusals[0]?.message.en ?? `HTTP ${status}`);
    this.status = status;
    this.refusals = refusals;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What the frame wants to hear of: somebody who is signed in no more, or may not what the screen thought. */
const REFUSED_ACCESS: ReadonlySet<string> = new Set(['NOT-SIGNED-IN', 'NOT-APPOINTED', 'NOT-ALLOWED']);
const accessListeners = new Set<(code: string) => void>();

/** Calls `listener` with the code of every refusal of access. Returns how to stop listening. */
export function onAccessRefused(listener: (code: string) => void): () => void {
  accessListeners.add(listener);
  return () => accessListeners.delete(listener);
}

function refused(error: ApiError): ApiError {
  const code = error.refusals[0]?.code;
  if (code !== undefined && REFUSED_ACCESS.has(code)) for (const listener of accessListeners) listener(code);
  return error;
}

const ASKED_KEY = 'tianchou.lastAsked';
let lastAsked = Date.now();

/** When this browser last asked the server for something, in any of its windows: sessions idle from then on. */
export function lastAskedAt(): number {
  return Math.max(lastAsked, Number(localStorage.getItem(ASKED_KEY)) || 0);
}

function noteAsked(): void {
  const now = Date.now();
  if (now - lastAsked > 5_000) localStorage.setItem(ASKED_KEY, String(now));
  lastAsked = now;
}

/** Questions a page asks by itself: they do not keep a session alive. */
const PASSIVE = /^\/api\/(session|status|jobs\/[^/]+)$/;

const UNREACHABLE: Refusal = {
  code: 'SERVER-UNREACHABLE',
  message: { zh: '连接不到田畴服务。', en: 'The Tianchou service cannot be reached.' },
  remedy: {
    zh: '请确认服务程序仍在运行（npm start 的窗口未关闭），然后重试。',
    en: 'Check that the service is still running (the npm start window is open), then try again.',
  },
};

function unexplained(status: number): Refusal {
  return {
    code: `HTTP-${status}`,
    message: { zh: `服务答复了 ${status}，没有说明原因。`, en: `The service answered ${status} without saying why.` },
    remedy: {
      zh: '请重试；仍不行请把此代码告诉管理员。',
      en: 'Try again; if it stays, tell your administrator this code.',
    },
  };
}

function isRefusalReply(body: unknown): body is RefusalReply {
  const refusals = (body as RefusalReply | null)?.refusals;
  return Array.isArray(refusals) && refusals.length > 0;
}

async function request(path: string, init: RequestInit): Promise<Response> {
  if (init.method !== undefined || !PASSIVE.test(path)) noteAsked();
  let response: Response;
  try {
    const early = init.method === undefined ? await takeEarly(path) : undefined;
    // What was refused early may have been asked by somebody else: before a sign-in, or in another role.
    response = early?.ok === true ? early : await fetch(path, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, [UNREACHABLE]);
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw refused(
    new ApiError(
      response.status,
      isRefusalReply(body) ? body.refusals : [unexplained(response.status)],
      Number.isFinite(wait) ? wait : null,
    ),
  );
}

async function json<T>(path: string, init: RequestInit): Promise<T> {
  const response = await request(path, init);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return json<T>(path, signal === undefined ? {} : { signal });
}

/** As getJson, but a 404 is an answer (nothing there yet), not an error. */
export async function getJsonOrNull<T>(path: string, signal?: AbortSignal): Promise<T | null> {
  try {
    return await getJson<T>(path, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function sendJson<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  return json<T>(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
}

/**
 * Sends a form with files. XMLHttpRequest, because fetch cannot report how much has been sent.
 * @param onSent share of the body sent, 0 … 1
 */
export function sendForm<T>(path: string, form: FormData, onSent?: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', path);
    call.responseType = 'text';
    call.upload.onprogress = (event) => {
      if (event.lengthComputable) onSent?.(event.loaded / event.total);
    };
    call.onerror = () => reject(new ApiError(0, [UNREACHABLE]));
    call.onload = () => {
      let body: unknown = null;
      try {
        body = JSON.parse(call.responseText);
      } catch {
        // A reply that is no JSON is answered below by its status.
      }
      if (call.status >= 200 && call.status < 300) resolve(body as T);
      else
        reject(refused(new ApiError(call.status, isRefusalReply(body) ? body.refusals : [unexplained(call.status)])));
    };
    noteAsked();
    call.send(form);
  });
}

/** `path?key=value` without the keys that have no value. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Refusal, Result } from '../../kernel/index.ts';
import { ok } from '../../kernel/index.ts';
import { errorFields, type Logger } from '../logging.ts';
import { turnedAway } from '../metrics.ts';
import { addressKey, NO_PROXIES, plainAddress, type TrustedProxies } from './client-address.ts';
import {
  BODY_TOO_SLOW,
  HEADERS_TOO_LARGE,
  INTERNAL,
  PROBLEM_TYPE,
  problemResponse,
  problemText,
  REQUEST_MALFORMED,
  TOO_MANY_REQUESTS,
} from './problem.ts';
import { endStalled, rawProblem, type StallLimits } from './stalled.ts';
import { type Certificate, readCertificate, type TlsFiles } from './tls.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly fetch: (request: Request, bindings: object) => Response | Promise<Response>;
  readonly logger: Logger;
  /** HTTPS with this certificate; without it plain HTTP. */
  readonly tls?: { readonly files: TlsFiles; readonly certificate: Certificate } | null;
  readonly proxies?: TrustedProxies;
  /** So much is at work that nothing more can be taken: requests of the interface are answered 429 unread. */
  readonly isJammed?: () => boolean;
  readonly stalled?: StallLimits;
  readonly headersMilliseconds?: number;
  /** Connections of one address that is no trusted proxy. */
  readonly perAddress?: number;
}

/** A server that listens. */
export interface Listening {
  readonly server: Server | TlsServer;
  readonly port: number;
  /** Reads the certificate again; where it cannot be used the old one stays. */
  reloadCertificate(): Result<Certificate | null, Refusal>;
  /** Takes no new connection; those that do nothing are closed. Resolves true once all have ended, false after so long. */
  finish(milliseconds: number): Promise<boolean>;
}

// Longer than proxies keep a connection, so that none uses one just as it is closed here.
const KEEP_ALIVE_MILLISECONDS = 65_000;
const HEADERS_MILLISECONDS = 30_000;
/** A county's survey over a slow line. What does not move is ended much earlier (`endStalled`). */
const REQUEST_MILLISECONDS = 2 * 60 * 60 * 1000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 8_192;
/** Connections the system keeps until they are taken: a crowd that comes at once would else try again after seconds, each. */
const BACKLOG = 4_096;
/** An office behind one address, six connections a browser; more is no office. */
const MAX_CONNECTIONS_AN_ADDRESS = 2_048;

/** Listens; rejects with the system's error where it cannot. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { logger, tls = null } = options;
  const settings = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: options.headersMilliseconds ?? HEADERS_MILLISECONDS,
    requestTimeout: REQUEST_MILLISECONDS,
    connectionsCheckingInterval: Math.min(2_000, (options.headersMilliseconds ?? HEADERS_MILLISECONDS) / 2),
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    requireHostHeader: true,
  };
  const listener = getRequestListener(options.fetch as never, {
    errorHandler: (error) => {
      // An address or a host that is none; everything else is answered by the application itself.
      if (error instanceof Error && error.name === 'RequestError') return problemResponse(400, [REQUEST_MALFORMED]);
      logger.log('error', 'request failed outside the application', errorFields(error));
      return problemResponse(500, [INTERNAL]);
    },
  });
  const { isJammed } = options;
  const front =
    isJammed === undefined
      ? listener
      : (request: IncomingMessage, response: ServerResponse): void => {
          if (isJammed() && isSheddable(request.url ?? '')) turnAwayUnread(request, response);
          else void listener(request, response);
        };
  const server =
    tls === null
      ? createServer(settings, front)
      : createTlsServer(
          { ...settings, cert: tls.certificate.cert, key: tls.certificate.key, minVersion: 'TLSv1.2' },
          front,
        );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'HPE_HEADER_OVERFLOW') {
      rawProblem(socket, '431 Request Header Fields Too Large', problemText(431, [HEADERS_TOO_LARGE]));
    } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
      rawProblem(socket, '408 Request Timeout', problemText(408, [BODY_TOO_SLOW]));
    } else if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else rawProblem(socket, '400 Bad Request', problemText(400, [REQUEST_MALFORMED]));
  });
  limitConnections(server, options.proxies ?? NO_PROXIES, options.perAddress ?? MAX_CONNECTIONS_AN_ADDRESS);
  endStalled(server as Server, options.stalled);

  const answering = new Set<ServerResponse>();
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    answering.add(response);
    response.once('close', () => answering.delete(response));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, backlog: BACKLOG }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    reloadCertificate() {
      if (tls === null) return ok(null);
      const read = readCertificate(tls.files);
      if (read.ok)
        (server as TlsServer).setSecureContext({ cert: read.value.cert, key: read.value.key, minVersion: 'TLSv1.2' });
      return read;
    },
    finish(milliseconds) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), milliseconds);
        // A connection whose answer has just been sent does nothing from now on, and would be kept for the next request.
        const idle = setInterval(() => server.closeIdleConnections(), 50);
        const begun = performance.now();
        server.close(() => {
          clearTimeout(timer);
          clearInterval(idle);
          resolve(performance.now() - begun < milliseconds);
        });
        // A stream of events has no end of its own; the browser asks again, and finds who is there then.
        for (const response of answering) {
          if (String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')) response.destroy();
        }
      });
    },
  };
}

const TURNED_AWAY = problemText(429, [TOO_MANY_REQUESTS]);

/** The interface, but not what watches it. By the beginning of the address as sent: another spelling is no way into the interface. */
function isSheddable(address: string): boolean {
  return /^\/api\//i.test(address) && !/^\/api\/(health|ready)$/.test(address);
}

const SHORT_BYTES = 64 * 1024;

function isShort({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= SHORT_BYTES;
}

/** The cheapest answer there is: a flood costs the server this and no more. */
function turnAwayUnread(request: IncomingMessage, response: ServerResponse): void {
  turnedAway.inc({ class: 'any', because: 'load' });
  request.resume();
  response.writeHead(429, {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(TURNED_AWAY),
    'cache-control': 'no-store',
    'retry-after': String(1 + Math.floor(Math.random() * 3)),
    'x-content-type-options': 'nosniff',
    // A long body is not waited for.
    ...(isShort(request) ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : TURNED_AWAY);
}

/** One address holds so many connections; the next is closed before it is read. */
function limitConnections(server: Server | TlsServer, proxies: TrustedProxies, perAddress: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const peer = plainAddress(socket.remoteAddress ?? '');
    if (proxies.isTrusted(peer)) return;
    const key = addressKey(peer);
    const count = (open.get(key) ?? 0) + 1;
    open.set(key, count);
    socket.once('close', () => {
      const left = open.get(key)! - 1;
      if (left === 0) open.delete(key);
      else open.set(key, left);
    });
    if (count > perAddress) socket.destroy();
  });
}

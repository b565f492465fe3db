import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { bodiesCutOff } from '../metrics.ts';
import { BODY_TOO_SLOW, PROBLEM_TYPE, problemText } from './problem.ts';

export interface StallLimits {
  /** In so many milliseconds … */
  readonly withinMilliseconds: number;
  /** … a body that is not whole yet must bring so many bytes, and a reader must take some. */
  readonly minBytes: number;
}

const DEFAULT: StallLimits = { withinMilliseconds: 30_000, minBytes: 1_024 };

interface Watched {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  at: number;
  received: number;
  sent: number;
}

/** An answer written by hand where the usual way is closed, after which the connection ends. */
export function rawProblem(socket: Socket, status: string, text: string): void {
  if (socket.writable) {
    const body = Buffer.from(text);
    socket.write(
      `HTTP/1.1 ${status}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${body.byteLength}\r\nconnection: close\r\n\r\n`,
    );
    socket.write(body);
  }
  socket.destroySoon();
}

/**
 * Ends requests whose body drips in, and answers nobody takes: such connections cost their owner nothing and us a place each.
 * Ends with the server.
 */
export function endStalled(server: Server, limits: StallLimits = DEFAULT): void {
  const watched = new Set<Watched>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const one: Watched = {
      request,
      response,
      at: performance.now(),
      received: request.socket.bytesRead,
      sent: request.socket.bytesWritten,
    };
    watched.add(one);
    response.once('close', () => watched.delete(one));
  });
  const timer = setInterval(
    () => {
      const now = performance.now();
      for (const one of watched) {
        const { request, response } = one;
        const { socket } = request;
        const isSending = !request.complete;
        const isKeptWaiting = response.writableNeedDrain;
        const moved = isSending
          ? socket.bytesRead - one.received >= limits.minBytes
          : !isKeptWaiting || socket.bytesWritten > one.sent;
        if (moved) {
          one.at = now;
          one.received = socket.bytesRead;
          one.sent = socket.bytesWritten;
        } else if (now - one.at >= limits.withinMilliseconds) {
          watched.delete(one);
          if (isSending) bodiesCutOff.inc();
          if (isSending && !response.headersSent) {
            rawProblem(socket, '408 Request Timeout', problemText(408, [BODY_TOO_SLOW]));
          } else socket.destroy();
        }
      }
    },
    Math.min(5_000, limits.withinMilliseconds / 4),
  );
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { metricsText } from '../metrics.ts';

export interface MetricsSettings {
  readonly host: string;
  readonly port: number;
  /** Asked for as `Authorization: Bearer …`; null only where nobody but this machine can reach the port. */
  readonly token: string | null;
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/**
 * GET /metrics on a port of its own: who scrapes is never turned away by a flood at the front door, and no reverse proxy in
 * front of the product hands the measures to the outside by accident.
 */
export async function serveMetrics({ host, port, token }: MetricsSettings): Promise<Server> {
  const server = createServer(
    { maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 10_000 },
    (request, response) => {
      const answer = (status: number, type: string, text: string): void => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' });
        response.end(text);
      };
      if (request.method !== 'GET' || request.url !== '/metrics') return answer(404, 'text/plain', 'GET /metrics\n');
      if (token !== null && !isSame(request.headers.authorization ?? '', `Bearer ${token}`)) {
        response.setHeader('www-authenticate', 'Bearer');
        return answer(401, 'text/plain', 'token needed\n');
      }
      metricsText().then(
        ({ type, text }) => answer(200, type, text),
        () => answer(503, 'text/plain', 'not now\n'),
      );
    },
  );
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  server.unref();
  return server;
}

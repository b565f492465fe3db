// The client of bench/server.ts, a process of its own: asks at a steady pace, whether or not the answers before have come
// (open loop), and counts the wait from the moment a request was due. Its parent sends the requests to mix, then `stop`.
import { Agent, get } from 'node:http';

/** One kind of request; several addresses are asked in turn. */
export interface LoadKind {
  readonly name: string;
  readonly urls: readonly string[];
}

export interface LoadOrder {
  readonly perSecond: number;
  readonly kinds: readonly LoadKind[];
}

/** One answered request: when it was due (milliseconds of the clock), how long it took, its status (0: no answer). */
export type LoadSample = readonly [kind: number, dueAt: number, milliseconds: number, status: number];

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const samples: LoadSample[] = [];
let open = 0;

function ask(kind: number, url: string, due: number): void {
  open++;
  const end = (status: number): void => {
    open--;
    samples.push([kind, performance.timeOrigin + due, performance.now() - due, status]);
  };
  const request = get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (response) => {
    response.on('data', () => {});
    response.on('end', () => end(response.statusCode ?? 0));
    response.on('error', () => end(0));
  });
  request.on('error', () => {
    // The server has closed a connection that was idle just as it was used again: as a browser does, ask once more.
    open--;
    if (request.reusedSocket) ask(kind, url, due);
    else samples.push([kind, performance.timeOrigin + due, performance.now() - due, 0]);
  });
}

process.on('message', (message: LoadOrder | 'stop') => {
  if (message === 'stop') {
    clearInterval(timer);
    const wait = setInterval(() => {
      if (open > 0) return;
      clearInterval(wait);
      process.send!(samples, () => process.exit(0));
    }, 20);
    return;
  }
  const { kinds, perSecond } = message;
  const begun = performance.now();
  let asked = 0;
  timer = setInterval(() => {
    for (; begun + (asked * 1000) / perSecond <= performance.now(); asked++) {
      const kind = asked % kinds.length;
      const { urls } = kinds[kind]!;
      ask(kind, urls[Math.floor(asked / kinds.length) % urls.length]!, begun + (asked * 1000) / perSecond);
    }
  }, 2);
});
let timer: NodeJS.Timeout | undefined;

// A process of users for tests/drills/load.ts: each looks at maps, lists, parcels and cells, thinks, and looks again; writers
// write at a steady pace. Answers are compared with what the quiet server said. Loopback only; ends by itself.
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Screen = readonly string[];

export interface UsersTask {
  readonly url: string;
  readonly users: number;
  readonly writesPerSecond: number;
  readonly seconds: number;
  readonly firstUser: number;
  readonly thinkSeconds: number;
  /** Screens of a user: the addresses asked for at once. */
  readonly screens: readonly Screen[];
  /** SHA-256 of the quiet answer of each address. */
  readonly quiet: Readonly<Record<string, string>>;
  readonly divisionCode: string;
  readonly writerRole: string;
}

export interface UsersResult {
  /** Milliseconds of each answered read and write. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly refusedReads: number;
  readonly refusedWrites: number;
  /** Milliseconds until a refusal. */
  readonly refusals: readonly number[];
  readonly refusedWithoutRetryAfter: number;
  /** Ids of what was acknowledged, by name. */
  readonly acknowledged: readonly (readonly [name: string, id: string])[];
  /** Names whose answer never came: nobody knows. */
  readonly unknown: readonly string[];
  readonly wrong: readonly string[];
  /** How late the writers were against their clock, at most, in milliseconds: the generator's own weakness. */
  readonly lateness: number;
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly retryAfter: string | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: 3_000, timeout: 60_000 });
const TIMEOUT_MILLISECONDS = 30_000;

function ask(task: UsersTask, user: number, role: string, path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${task.url}${path}`,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        timeout: TIMEOUT_MILLISECONDS,
        headers: {
          'x-drill-actor': `user-${user}/${role}/`,
          // Each user has an address, as behind a reverse proxy.
          'x-forwarded-for': `10.${(user >> 16) & 255}.${(user >> 8) & 255}.${user & 255}`,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            body: Buffer.concat(chunks),
            retryAfter: response.headers['retry-after'],
          }),
        );
        response.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', reject);
    call.end(body);
  });
}

async function run(task: UsersTask): Promise<UsersResult> {
  const [reads, writes, refusals]: number[][] = [[], [], []] as number[][] as [number[], number[], number[]];
  const acknowledged: [string, string][] = [];
  const unknown: string[] = [];
  const wrong: string[] = [];
  let [refusedReads, refusedWrites, refusedWithoutRetryAfter, lateness] = [0, 0, 0, 0];
  const end = performance.now() + task.seconds * 1000;

  const refused = (answer: Answer, took: number): void => {
    refusals!.push(took);
    if (!/^[1-9]\d*$/.test(answer.retryAfter ?? '') || !answer.body.includes('TOO-MANY-REQUESTS'))
      refusedWithoutRetryAfter++;
  };
  const read = async (user: number, path: string): Promise<void> => {
    const begun = performance.now();
    try {
      const answer = await ask(task, user, 'clerk', path);
      const took = performance.now() - begun;
      if (answer.status === 429) {
        refusedReads++;
        refused(answer, took);
      } else if (createHash('sha256').update(answer.body).digest('hex') !== task.quiet[path]) {
        wrong.push(`${answer.status} ${path}: ${answer.body.toString('utf8', 0, 200)}`);
      } else reads!.push(took);
    } catch (error) {
      wrong.push(`${path}: ${String(error)}`);
    }
  };
  const write = async (user: number, name: string): Promise<void> => {
    const begun = performance.now();
    try {
      const body = JSON.stringify({ divisionCode: task.divisionCode, name, kind: 'financeBureau' });
      const answer = await ask(task, user, task.writerRole, '/api/organisations', body);
      const took = performance.now() - begun;
      if (answer.status === 201) {
        writes!.push(took);
        acknowledged.push([name, (JSON.parse(answer.body.toString()) as { organisationId: string }).organisationId]);
      } else if (answer.status === 429) {
        refusedWrites++;
        refused(answer, took);
      } else wrong.push(`${answer.status} write ${name}: ${answer.body.toString('utf8', 0, 300)}`);
    } catch {
      unknown.push(name);
    }
  };
  const person = async (user: number): Promise<void> => {
    // Nobody begins at the same moment.
    await sleep(Math.random() * task.thinkSeconds * 1000);
    while (performance.now() < end) {
      const screen = task.screens[Math.floor(Math.random() * task.screens.length)]!;
      // A browser has six connections.
      const left = [...screen];
      await Promise.all(
        Array.from({ length: 6 }, async () => {
          for (let path = left.shift(); path !== undefined; path = left.shift()) await read(user, path);
        }),
      );
      await sleep(-Math.log(1 - Math.random()) * task.thinkSeconds * 1000);
    }
  };
  const writer = async (): Promise<void> => {
    const pending: Promise<void>[] = [];
    const begun = performance.now();
    const writers = Math.max(1, task.writesPerSecond);
    for (let number = 0; ; number++) {
      const due = begun + (number / task.writesPerSecond) * 1000;
      if (due > end) break;
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      lateness = Math.max(lateness, -wait);
      const user = task.firstUser + task.users + (number % writers);
      pending.push(write(user, `drill ${process.pid} ${number}`));
    }
    await Promise.all(pending);
  };
  await Promise.all([
    ...Array.from({ length: task.users }, (_, index) => person(task.firstUser + index)),
    ...(task.writesPerSecond > 0 ? [writer()] : []),
  ]);
  agent.destroy();
  return {
    reads: reads!,
    writes: writes!,
    refusedReads,
    refusedWrites,
    refusals: refusals!,
    refusedWithoutRetryAfter,
    acknowledged,
    unknown,
    wrong,
    lateness,
  };
}

process.send!('ready');
process.once('message', (task: UsersTask) => {
  void run(task).then((result) => process.send!(result, () => process.exit(0)));
});

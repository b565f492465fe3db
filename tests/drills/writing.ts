import { openAsBlob, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateDemoCounty } from '../../src/demo/index.ts';
import { assert, joinBatches, seededRandom } from '../../src/kernel/index.ts';
import { writeLayer } from '../../src/modules/intake/server.ts';
import { writePlan } from '../../src/modules/projects/server.ts';
import { type Book, newBook, write } from './kill-writers.ts';

const COUNTIES = ['990101', '990102', '990103', '990104'];

/** Writers at work through the API with real operations. */
export interface Writing {
  readonly book: Book;
  /** Resolves once nobody is being answered. */
  hold(): Promise<void>;
  goOn(): void;
  stop(): Promise<void>;
}

export interface WritingOptions {
  readonly url: string;
  readonly writers: number;
  readonly seed: number;
  /** For the files that are delivered. */
  readonly scratch: string;
  readonly parcels?: number;
  readonly heavy?: number;
}

/** Makes the counties, then lets the writers begin. */
export async function startWriting(options: WritingOptions): Promise<Writing> {
  const { url, seed, scratch } = options;
  const county = generateDemoCounty({ parcels: options.parcels ?? 200, seed });
  const layer = join(scratch, 'parcels.fgb');
  const plan = join(scratch, 'plan.gpkg');
  await writeLayer(layer, joinBatches([...county.parcels()], 4490));
  await writePlan(plan, county.plan);
  for (const code of COUNTIES) {
    const response = await fetch(`${url}/api/divisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-drill-actor': 'drill/systemAdministrator' },
      body: JSON.stringify({ code, nameZh: code, nameEn: code }),
    });
    const text = await response.text();
    assert(response.ok, `a county was not added: ${response.status} ${text}`);
  }
  const book = newBook();
  const deliveries = { layer: await openAsBlob(layer), plan: await openAsBlob(plan) };
  let open = true;
  let stopped = false;
  let waiting: (() => void)[] = [];
  const gate = (): Promise<void> => (open ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)));
  const goOn = (): void => {
    open = true;
    for (const go of waiting) go();
    waiting = [];
  };
  const all = Promise.all(
    Array.from({ length: options.writers }, (_, i) =>
      write({
        url,
        county: COUNTIES[i % COUNTIES.length]!,
        name: `writer-${i}`,
        random: seededRandom(seed * 1000 + i),
        book,
        gate,
        stopped: () => stopped,
        heavy: options.heavy ?? 1,
        ...deliveries,
      }),
    ),
  );
  all.catch(() => {});
  return {
    book,
    goOn,
    async hold() {
      open = false;
      while (waiting.length < options.writers) await Promise.race([sleep(10), all]);
    },
    async stop() {
      stopped = true;
      goOn();
      await all;
    },
  };
}

export function machine(): string {
  return `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`;
}

export const today = (): string => new Date().toISOString().slice(0, 10);

/** Answers by what they said, the most frequent first. */
export function answersOf(book: Book): string {
  return [...book.answers]
    .sort(([, a], [, b]) => b - a)
    .map(([said, count]) => `${said}: ${count}`)
    .join(', ');
}

/** Writes the page of evidence where one is asked for. */
export function writeEvidence(path: string | undefined, text: string): void {
  console.log(text);
  if (path !== undefined) writeFileSync(path, `${text.trim()}\n`);
}

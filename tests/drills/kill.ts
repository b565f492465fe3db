// Kills the app, PostgreSQL, or both (kill -9) at random moments while eight writers work through the API with real operations,
// starts again, and looks: is every acknowledged write there, with exactly one event, and nothing half?
//   npm run drill:kill -- [--kills 54] [--embedded 12] [--writers 8] [--seed 1] [--evidence docs/evidence/kill.md]
// Prints a line a kill and the figures; exit 1 where anything was lost or half. PostgreSQL is a throw-away cluster of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgresql } from '../support/postgresql.ts';
import { buildApp } from './kill-app.ts';
import { type DrillResult, killDrill, type Victim } from './kill-drill.ts';

const { values: given } = parseArgs({
  options: {
    kills: { type: 'string', default: '54' },
    embedded: { type: 'string', default: '12' },
    writers: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '3' },
    parcels: { type: 'string', default: '200' },
    heavy: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    evidence: { type: 'string' },
  },
});
const seed = Number(given.seed);
const machine = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
console.log(`seed ${seed}; ${machine}, load ${loadavg()[0]!.toFixed(1)}`);
const built = await buildApp();

async function round(name: string, kills: number): Promise<DrillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-kill-'));
  const postgresql = name === 'PostgreSQL' ? await startPostgresql({ durable: true }) : undefined;
  console.log(`${name}: ${kills} kills, ${given.writers} writers`);
  try {
    return await killDrill({
      program: built.program,
      folder,
      postgresql,
      kills,
      writers: Number(given.writers),
      seed,
      writeMilliseconds: Number(given.seconds) * 1000,
      parcels: Number(given.parcels),
      heavy: Number(given.heavy),
      say: console.log,
    });
  } finally {
    await postgresql?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function lines(name: string, { kills, book, lost, half }: DrillResult): string[] {
  const victims: readonly (Victim | 'all')[] = name === 'PostgreSQL' ? ['app', 'database', 'both', 'all'] : ['app'];
  return victims.map((victim) => {
    const times = kills
      .filter((kill) => victim === 'all' || kill.victim === victim)
      .map((kill) => kill.recoveryMilliseconds);
    const last = victim === victims.at(-1);
    return `| ${name} | ${victim} | ${times.length} | ${last ? book.acknowledged : ''} | ${last ? lost.length : ''} | ${last ? half.length : ''} | ${seconds(middle(times))} | ${seconds(Math.max(...times))} |`;
  });
}

const results: [string, DrillResult][] = [];
if (Number(given.kills) > 0) results.push(['PostgreSQL', await round('PostgreSQL', Number(given.kills))]);
if (Number(given.embedded) > 0) results.push(['embedded', await round('embedded', Number(given.embedded))]);

built.remove();
const table = [
  '| database | killed | kills | acknowledged writes | lost | half applied | recovery, median | recovery, worst |',
  '|---|---|---|---|---|---|---|---|',
  ...results.flatMap(([name, result]) => lines(name, result)),
];
const told = results.map(([name, { book, jobs }]) => {
  const answers = [...book.answers].sort(([, a], [, b]) => b - a).map(([said, count]) => `${said}: ${count}`);
  return `${name}. Answers: ${answers.join(', ')}.\nJobs: ${Object.entries(jobs)
    .map(([said, count]) => `${said}: ${count}`)
    .join(', ')}.`;
});
const found = results.flatMap(([name, { lost, half }]) => [
  ...lost.map((what) => `- ${name}: LOST ${what}`),
  ...half.map((what) => `- ${name}: HALF ${what}`),
]);
const text = `${table.join('\n')}\n\n${told.join('\n\n')}\n${found.length === 0 ? '' : `\n${found.join('\n')}\n`}`;
console.log(text);

if (given.evidence !== undefined) {
  writeFileSync(
    given.evidence,
    `# Killed while people write

${new Date().toISOString().slice(0, 10)} · ${machine}, load ${loadavg()[0]!.toFixed(1)} at the end · PostgreSQL with fsync on · \`npm run drill:kill\`, seed ${seed}

${given.writers} writers work through the API without pause: organisations made and closed, divisions added, deliveries uploaded, corrected, committed,
undone, withdrawn, discarded, layers checked, projects made from plans, runs started, jobs cancelled. At a random moment the app,
PostgreSQL (postmaster and every process of it) or both are ended by \`kill -9\` and started again. After each kill, with the
writers held back: is every acknowledged write there, with exactly one audit event; is anything half (a version without its
features, an import waiting for a job that is over, a run without a job, an event without its object, an object without its event,
an event too many); do the audit chains hold; are the files there. With the embedded database only the app can be killed, and all of it
is looked at at the end.

Recovery is the time from the kill until \`/api/ready\` answers; it holds up to 1.5 s in which the database was left dead on purpose.

${text}`,
  );
}
process.exit(found.length === 0 ? 0 : 1);

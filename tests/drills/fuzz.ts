// Reads every seed and any number of mutants of each format, and counts what became of them.
//   npm run drill:fuzz -- [--mutants 20000] [--format geojson,csv] [--seed 1] [--minutes 60] [--no-seeds] [--threads] [--json FILE]
//   npm run drill:fuzz -- --format geojson --only mutant:17     one case again, with what it came to
// Mutant n of a format is the same file everywhere; --seed is the number of the first. Offending files are kept. Exit 1 where
// anything was found.
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleChild, describeFinding, mutantKeys, runCases, seedKeys, type Tally } from '../corpus/fuzz/run.ts';
import { FUZZED_FORMATS, makeCase, seedsOf, type CaseKey, type FuzzedFormat } from '../corpus/fuzz/formats.ts';

const { values: given } = parseArgs({
  options: {
    mutants: { type: 'string', default: '20000' },
    format: { type: 'string' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    'no-seeds': { type: 'boolean', default: false },
    threads: { type: 'boolean', default: false },
  },
});

const formats = given.format === undefined ? FUZZED_FORMATS : (given.format.split(',') as FuzzedFormat[]);
for (const format of formats) {
  if (FUZZED_FORMATS.includes(format)) continue;
  console.error(`No such format: ${format}. One of: ${FUZZED_FORMATS.join(' ')}`);
  process.exit(2);
}

const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10}%`;
const often = (map: ReadonlyMap<string, number>, most: number): string =>
  [...map]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');

function report(what: string, tally: Tally): void {
  const { cases, accepted, withFeatures, refused, codes, rules, findings } = tally;
  console.log(
    `${tally.format} ${what}: ${cases} cases (${tally.files.size} different files) in ${tally.cpuSeconds.toFixed(0)} s CPU; accepted ${percent(accepted, cases)} (with features ${percent(withFeatures, cases)}), refused ${percent(refused, cases)}, findings ${findings.length}`,
  );
  console.log(`  refused by ${codes.size} codes: ${often(codes, 40)}`);
  console.log(`  said of accepted files, ${rules.size} rules: ${often(rules, 12)}`);
  console.log(
    `  slowest ${Math.round(tally.slowestMs)} ms (${tally.slowest}); most memory ${Math.round(tally.peakMegabytes)} MB (${tally.peak})`,
  );
}

console.log(
  `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GB, ${new Date().toISOString().slice(0, 10)}`,
);
const child = await bundleChild();
const done: {
  format: string;
  what: string;
  tally: Omit<Tally, 'codes' | 'rules' | 'files'> & { files: number; codes: object; rules: object };
}[] = [];
let found = 0;
const run = async (format: FuzzedFormat, what: string, keys: readonly CaseKey[]): Promise<void> => {
  const minutes = given.minutes === undefined ? {} : { longestMs: Number(given.minutes) * 60_000 };
  const tally = await runCases(child.path, format, keys, { threads: given.threads, ...minutes });
  report(what, tally);
  for (const finding of tally.findings.slice(0, 20)) console.log(describeFinding(finding));
  found += tally.findings.length;
  done.push({
    format,
    what,
    tally: {
      ...tally,
      files: tally.files.size,
      codes: Object.fromEntries(tally.codes),
      rules: Object.fromEntries(tally.rules),
    },
  });
  if (given.json !== undefined) writeFileSync(given.json, JSON.stringify(done, null, 1));
};
try {
  for (const format of formats) {
    if (given.only !== undefined) {
      const [kind, number] = given.only.split(':');
      const key: CaseKey = { kind: kind === 'seed' ? 'seed' : 'mutant', number: Number(number) };
      const made = await makeCase(format, key);
      console.log(`${made.name} (${made.file}, ${made.bytes.length} bytes)`);
      await run(format, 'again', [key]);
      continue;
    }
    if (!given['no-seeds']) await run(format, `seeds (${seedsOf(format).length})`, seedKeys(format));
    if (Number(given.mutants) > 0) await run(format, 'mutants', mutantKeys(Number(given.seed), Number(given.mutants)));
  }
} finally {
  child.drop();
}
process.exit(found === 0 ? 0 : 1);

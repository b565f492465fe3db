import { once } from 'node:events';
import { createWriteStream, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createGzip } from 'node:zlib';
import { Option } from 'commander';
import { systemActor } from '../../modules/access/index.ts';
import { AUDIT_CHAIN } from '../../modules/audit/index.ts';
import {
  exportLines,
  headsOfText,
  linesOf,
  publicKeysOf,
  recordEvent,
  verifyLines,
} from '../../modules/audit/server.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Registrar } from '../command.ts';
import { type PlaceOptions, placeOf, refuseExisting, withDatabase } from '../db/place.ts';
import { EXIT, refuse } from '../exit.ts';
import { progressOf, stopIfCancelled, type Terminal } from '../terminal.ts';
import { outputFailed } from '../whole-file.ts';

interface ExportOptions extends PlaceOptions {
  readonly out: string;
  readonly chain?: string;
  readonly from?: string;
  readonly to?: string;
}

interface VerifyOptions {
  readonly heads?: string;
  readonly key?: string;
  readonly chain?: string;
  readonly part?: boolean;
  readonly json?: boolean;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export const registerAudit: Registrar = (program, terminal, outcome) => {
  const audit = program
    .command('audit')
    .summary('the audit log: export, verify 审计日志')
    .description('Exports the audit log, and checks an export without any database. See docs/operations/audit.md.');

  audit
    .command('export')
    .description(
      'Writes the events of the chains, a line an event (JSONL; packed where the name ends in .gz). Is itself an event.',
    )
    .requiredOption('--out <file>', 'file to write, such as audit.jsonl.gz')
    .option('--chain <name>', 'system, audit, or a county code; default all')
    .option('--from <day>', 'first day, yyyy-mm-dd (UTC)')
    .option('--to <day>', 'last day, yyyy-mm-dd (UTC)')
    .option('--data <folder>', 'data folder; default TIANCHOU_DATA')
    .action(async (options: ExportOptions) => {
      outcome.code = await exportAudit(terminal, options);
    });

  audit
    .command('verify')
    .description(
      'Checks an export from its first line to its last, against signed heads. Needs no database. Exit code 1: something does not hold.',
    )
    .argument('<file>', 'export, .jsonl or .jsonl.gz')
    .option('--heads <file>', 'signed heads: heads.jsonl of the heads folder')
    .option('--key <file>', 'public half of the key, PEM; default the *.pem beside the heads')
    .option('--chain <name>', 'the file is of this chain alone')
    .option('--part', 'the file is an excerpt: chains may begin and end anywhere')
    .addOption(new Option('--json', 'the outcome as JSON, for programs'))
    .action(async (file: string, options: VerifyOptions) => {
      outcome.code = await verifyFile(terminal, file, options);
    });
};

function dayOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw refuse(
      'AUDIT-DAY',
      [`${name} 应为日期 yyyy-mm-dd：${text}`, `${name} must be a day yyyy-mm-dd: ${text}`],
      ['请更正后重试', 'Correct it and try again.'],
    );
  }
  return at;
}

async function exportAudit(terminal: Terminal, options: ExportOptions): Promise<number> {
  const from = dayOf('--from', options.from);
  const to = dayOf('--to', options.to);
  const path = resolve(options.out);
  refuseExisting(path);
  const filter = {
    chain: options.chain,
    from: from === undefined ? undefined : new Date(from).toISOString(),
    to: to === undefined ? undefined : new Date(to + DAY_MILLISECONDS).toISOString(),
  };
  const events = await withDatabase(placeOf(options), 'sharing', (db) => writeExport(terminal, db, path, filter));
  terminal.out(`${path}: ${events} events\n`);
  return EXIT.done;
}

/** The file takes its name when it is whole. */
async function writeExport(
  terminal: Terminal,
  db: Database,
  path: string,
  filter: { readonly chain: string | undefined; readonly from: string | undefined; readonly to: string | undefined },
): Promise<number> {
  // Who asks at the terminal is who the machine says.
  const actor = { ...systemActor(systemClock, systemIds), actor: `terminal:${userInfo().username}` };
  let count = 0;
  const pages = await exportLines(
    db,
    () => true,
    filter,
    (ranges) => {
      for (const [first, last] of Object.values(ranges)) count += last - first + 1;
      return db.transaction((tx) =>
        recordEvent(tx, actor, {
          operation: 'audit.export',
          objectKind: 'auditChain',
          objectId: filter.chain ?? '*',
          countyCode: null,
          chain: AUDIT_CHAIN,
          detail: { ranges, terminal: true },
        }),
      );
    },
  );
  if (pages === undefined) {
    throw refuse(
      'AUDIT-NOT-FOUND',
      ['没有这样的审计记录', 'There are no such events.'],
      ['请检查 --chain 与日期', 'Look at --chain and the days.'],
    );
  }
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  terminal.unfinished(path);
  const progress = progressOf(terminal, { zh: '导出审计日志', en: 'exporting the audit' });
  const file = createWriteStream(draft, { flags: 'wx', flush: true });
  const into = path.endsWith('.gz') ? createGzip() : file;
  if (into !== file) into.pipe(file);
  try {
    const failed = once(file, 'error').then(([error]) => Promise.reject(error as Error));
    failed.catch(() => {});
    let written = 0;
    for await (const page of pages) {
      stopIfCancelled(terminal);
      written += page.split('\n').length - 1;
      progress.at(written / count);
      if (!into.write(page)) await Promise.race([once(into, 'drain'), failed]);
    }
    into.end();
    await Promise.race([once(file, 'close'), failed]);
    renameSync(draft, path);
    return written;
  } catch (error) {
    rmSync(draft, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw typeof code === 'string' && /^E[A-Z]+$/.test(code) ? outputFailed(path, error) : error;
  } finally {
    progress.done();
  }
}

function readInput(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw inputFailed(path, error);
  }
}

function inputFailed(path: string, error: unknown): Error {
  const why = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
  return refuse(
    'INPUT-UNREADABLE',
    [`无法读取 ${path}（${why}）`, `${path} cannot be read (${why})`],
    ['请检查文件', 'Look at the file.'],
  );
}

/** Keys by id: the one given, else those beside the heads. */
function keysFor({ heads, key }: VerifyOptions): ReadonlyMap<string, string> {
  if (key !== undefined) {
    const keys = publicKeysOf([readInput(resolve(key))]);
    if (keys.size > 0) return keys;
    throw refuse(
      'AUDIT-KEY',
      [`${key} 不是 Ed25519 公钥（PEM）`, `${key} is no Ed25519 public key (PEM)`],
      ['请给出链头文件夹中的 .pem 文件', 'Give a .pem file of the heads folder.'],
    );
  }
  if (heads === undefined) return new Map();
  const folder = dirname(resolve(heads));
  const names = readdirSync(folder).filter((name) => name.endsWith('.pem'));
  return publicKeysOf(names.map((name) => readInput(join(folder, name))));
}

async function verifyFile(terminal: Terminal, file: string, options: VerifyOptions): Promise<number> {
  const path = resolve(file);
  const heads = options.heads === undefined ? undefined : headsOfText(readInput(resolve(options.heads)));
  const publicKeys = keysFor(options);
  const begun = performance.now();
  const result = await verifyLines(linesOf(path), {
    ...(heads === undefined ? {} : { heads }),
    publicKeys,
    part: options.part === true,
    chain: options.chain,
    onProgress: () => stopIfCancelled(terminal),
  }).catch((error: unknown) => {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') throw inputFailed(path, error);
    throw error;
  });
  const { firstBad, chains, lines } = result;
  if (lines === 0 && firstBad === null) {
    throw refuse(
      'AUDIT-FILE-EMPTY',
      [`${file} 中没有审计记录`, `${file} holds no event`],
      ['请重新导出', 'Export it again.'],
    );
  }
  if (options.json === true) terminal.out(`${JSON.stringify({ ...result, seconds: seconds(begun) }, null, 2)}\n`);
  else {
    for (const { chain, events, last, lastHash, coveredTo } of chains) {
      terminal.out(
        `${chain}: ${events} events to ${last}, ${lastHash}, ${coveredTo === 0 ? 'no signed head' : `signed head at ${coveredTo}`}\n`,
      );
    }
  }
  if (firstBad === null) {
    if (options.json !== true) terminal.out(`${lines} lines hold (${seconds(begun)} s) / ${lines} 行全部成立\n`);
    return EXIT.done;
  }
  const { code, line, chain, message } = firstBad;
  const where = line === 0 ? chain : `line ${line} (${chain})`;
  terminal.line(`${code} ${where}: ${message.en}`);
  terminal.line(`${code} ${line === 0 ? chain : `第 ${line} 行（${chain}）`}：${message.zh}`);
  return EXIT.wrong;
}

function seconds(begun: number): number {
  return Math.round((performance.now() - begun) / 10) / 100;
}

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { type ChainBreak, type ChainCheck, chainBreak, checkChain } from './chain-check.ts';
import { eventOfLine, hashedTextOfLine } from './event.ts';
import { type AuditHead, headLine } from './head.ts';
import { signatureState } from './head-key.server.ts';
import { firstWrongHead } from './heads.server.ts';
import type { HeadsOfFile } from './heads-file.server.ts';
import { sha256 } from './store.ts';

/** What an export is checked against, and how much of the chains it claims to hold. */
export interface FileCheckOptions {
  readonly heads?: HeadsOfFile;
  /** Public halves, by key id. */
  readonly publicKeys?: Parameters<typeof signatureState>[1];
  /** The file is an excerpt: chains may begin anywhere and end before their newest head. */
  readonly part?: boolean;
  /** The file is of this chain alone: heads of others are not looked for. */
  readonly chain?: string | undefined;
  readonly onProgress?: (lines: number) => void;
}

export interface FileOutcome {
  readonly lines: number;
  readonly chains: readonly {
    readonly chain: string;
    readonly events: number;
    readonly last: number;
    readonly lastHash: string;
    readonly coveredTo: number;
  }[];
  /** `line`: of the export, from 1; 0 where what is wrong is not in a line (something is missing, or a head is wrong). */
  readonly firstBad: (ChainBreak & { readonly line: number }) | null;
}

/** Lines of a file, unpacked where its name ends in .gz. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // What happens to the file happens to what reads it.
  if (input !== file) file.once('error', (error) => input.destroy(error));
  const lines = createInterface({ input, crlfDelay: Infinity });
  let failure: unknown;
  input.once('error', (error: Error) => {
    failure = error;
    lines.close();
  });
  for await (const line of lines) yield line;
  if (failure !== undefined) throw failure;
}

/** Checks the lines of an export, one after the other; needs no database and keeps nothing but the last hash of each chain. */
export async function verifyLines(
  lines: Iterable<string> | AsyncIterable<string>,
  options: FileCheckOptions = {},
): Promise<FileOutcome> {
  const { heads: given, publicKeys = new Map(), part = false, chain: only } = options;
  const all = [...new Map((given?.heads ?? []).map((head) => [headLine(head), head])).values()];
  const trusted = new Map<string, AuditHead[]>();
  for (const head of all) {
    if (signatureState(head, publicKeys) !== 'holds') continue;
    const list = trusted.get(head.chain);
    if (list === undefined) trusted.set(head.chain, [head]);
    else list.push(head);
  }
  const checks = new Map<string, ChainCheck>();
  let line = 0;
  const outcome = (firstBad: FileOutcome['firstBad']): FileOutcome => ({
    lines: line,
    chains: [...checks].map(([chain, { events, lastSequence, lastHash, coveredTo }]) => ({
      chain,
      events,
      last: lastSequence,
      lastHash,
      coveredTo,
    })),
    firstBad,
  });
  for await (const text of lines) {
    line++;
    const event = eventOfLine(text);
    if (event === undefined) {
      const broken = chainBreak(
        only ?? '',
        0,
        'AUDIT-LINE-FORM',
        `第 ${line} 行不是导出的审计记录：被改动或损坏。`,
        `Line ${line} is not an exported event: it was changed or damaged.`,
      );
      return outcome({ ...broken, line });
    }
    let check = checks.get(event.chain);
    if (check === undefined) {
      check = checkChain({ chain: event.chain, sha256, heads: trusted.get(event.chain) ?? [], part });
      checks.set(event.chain, check);
    }
    const broken =
      only !== undefined && event.chain !== only
        ? chainBreak(
            event.chain,
            event.sequence,
            'AUDIT-SEQUENCE',
            `第 ${line} 行属于链 ${event.chain}，而文件应只含 ${only}。`,
            `Line ${line} is of the chain ${event.chain}, but the file should hold ${only} alone.`,
          )
        : check.take(event, hashedTextOfLine(text, event));
    if (broken !== null) return outcome({ ...broken, line });
    if (line % 10_000 === 0) options.onProgress?.(line);
  }
  for (const check of checks.values()) {
    const broken = check.end();
    if (broken !== null) return outcome({ ...broken, line: 0 });
  }
  if (!part) {
    for (const [chain, heads] of trusted) {
      if (checks.has(chain) || (only !== undefined && chain !== only)) continue;
      const broken = checkChain({ chain, sha256, heads }).end();
      if (broken !== null) return outcome({ ...broken, line: 0 });
    }
  }
  const wrong =
    given?.badLine == null
      ? firstWrongHead(
          all.filter((head) => only === undefined || head.chain === only),
          publicKeys,
        )
      : chainBreak(
          only ?? '',
          0,
          'AUDIT-HEAD-FORM',
          `链头文件第 ${given.badLine} 行不是链头：文件被改动。`,
          `Line ${given.badLine} of the file of heads is no head: the file was changed.`,
        );
  return outcome(wrong === null ? null : { ...wrong, line: 0 });
}

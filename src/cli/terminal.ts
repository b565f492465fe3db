import type { Language, Localized, Problem, Refusal } from '../kernel/index.ts';
import { refusalLine } from '../kernel/index.ts';
import { Interrupted } from './exit.ts';

/** What a command may do to the outside besides reading and writing files. */
export interface Terminal {
  /** Language of messages and tables that no option decides. */
  readonly language: Language;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes one line to standard error. */
  line(text: string): void;
  /** Writes to standard error as it is; for progress. */
  err(text: string): void;
  /** Standard error is a terminal: progress rewrites its line. */
  readonly live: boolean;
  readonly isCancelled: () => boolean;
  /** Told of every file before it is written, so that whoever ends the program at once can take its drafts away. */
  unfinished(path: string): void;
}

/** Lets a command end between two phases. */
export function stopIfCancelled(terminal: Terminal): void {
  if (terminal.isCancelled()) throw new Interrupted('cancelled');
}

/** One line a refusal: English first, Chinese after it for Chinese users. */
export function writeRefusals(terminal: Terminal, refusals: readonly Refusal[]): void {
  for (const refusal of refusals) {
    const english = refusalLine(refusal, 'en');
    if (terminal.language !== 'zh') {
      terminal.line(english);
      continue;
    }
    const { place: _, ...said } = refusal;
    terminal.line(`${english} / ${refusalLine(said, 'zh').slice(refusal.code.length + 1)}`);
  }
}

/** Warnings and notes of what was read, one line each, at most `most` of one rule; never errors, which refuse. */
export function writeRemarks(terminal: Terminal, file: string, problems: readonly Problem[], most = 5): void {
  const counts = new Map<string, number>();
  for (const problem of problems) {
    const count = (counts.get(problem.rule) ?? 0) + 1;
    counts.set(problem.rule, count);
    if (count > most) continue;
    const where = problem.featureNo === null ? file : `${file}, feature ${problem.featureNo}`;
    const text = terminal.language === 'zh' ? `${problem.message.en} / ${problem.message.zh}` : problem.message.en;
    terminal.line(`${problem.severity} ${problem.rule} ${where}: ${text}`.replace(/\s+/g, ' '));
  }
  for (const [rule, count] of counts) if (count > most) terminal.line(`… ${rule}: ${count - most} more`);
}

/** Seconds between two lines of progress where standard error is no terminal. */
const QUIET_SECONDS = 5;

/** Progress of one phase of a command. */
export interface Progress {
  at(fraction: number): void;
  /** Takes the line away; call before anything else is written. */
  done(): void;
}

/** Shows how far a phase is: a line that rewrites itself on a terminal, a line every few seconds elsewhere. */
export function progressOf(terminal: Terminal, phase: Localized): Progress {
  let shown = performance.now();
  let drawn = false;
  return {
    at(fraction) {
      const now = performance.now();
      if (now - shown < (terminal.live ? 100 : QUIET_SECONDS * 1000)) return;
      shown = now;
      const text = `${phase[terminal.language]} ${Math.floor(Math.min(1, fraction) * 100)} %`;
      if (!terminal.live) return terminal.line(text);
      terminal.err(`\r\u001b[K${text}`);
      drawn = true;
    },
    done() {
      if (drawn) terminal.err('\r\u001b[K');
      drawn = false;
    },
  };
}

import type { Place, Refusal } from '../kernel/index.ts';
import { localized } from '../kernel/index.ts';

/** What the programs that call this one may rely on. */
export const EXIT = {
  done: 0,
  /** Readable, but wrong: `check` found errors. */
  wrong: 1,
  /** Bad input or bad usage; every problem has a line on standard error. */
  refused: 2,
  /** A fault of the program itself. */
  fault: 70,
  /** Stopped by Ctrl-C or SIGTERM. */
  cancelled: 130,
} as const;

/** Bad input found anywhere in a command: it ends with exit code 2 and a line for each refusal. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ code, message }) => `${code} ${message.en}`).join('; '));
    this.refusals = refusals;
  }
}

/** The user asked to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** One refusal from its sentences. */
export function refuse(
  code: string,
  message: readonly [zh: string, en: string],
  remedy: readonly [zh: string, en: string],
  place?: Place,
): Refused {
  return new Refused([
    { code, message: localized(...message), remedy: localized(...remedy), ...(place === undefined ? {} : { place }) },
  ]);
}

/** An option that makes no sense. */
export function usage(zh: string, en: string): Refused {
  return refuse('USAGE', [zh, en], ['用 --help 查看用法', 'See --help.']);
}

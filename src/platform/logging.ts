import { redacted, redactedText } from './redaction.ts';

export const LOG_LEVELS = ['info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of JSON an event, on standard error: time, level, event and its fields. Never coordinates or attributes. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A logger that leaves out what is below `least`, and blots out secrets (`redacted`) whoever hands them over. */
export function jsonLoggerOf(
  least: LogLevel,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Logger {
  const from = LOG_LEVELS.indexOf(least);
  return {
    log(level, event, fields = {}) {
      if (LOG_LEVELS.indexOf(level) < from) return;
      const rest = redacted(fields) as Record<string, unknown>;
      write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...rest })}\n`);
    },
  };
}

/** The level named by TIANCHOU_LOG_LEVEL; everything where it names none. */
export function logLevelOf(name: string | undefined): LogLevel {
  return LOG_LEVELS.find((level) => level === name?.trim().toLowerCase()) ?? 'info';
}

export const jsonLogger: Logger = jsonLoggerOf(logLevelOf(process.env['TIANCHOU_LOG_LEVEL']));

export const silentLogger: Logger = { log() {} };

/** Class 22 of PostgreSQL's codes, and wrong JSON: the message repeats the value that was wrong. */
const REPEATS_VALUE = /^22/;

/** What a log may say of an error: name, message and stack, for the administrator; never sent to a user. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: redactedText(String(error)) };
  const code = (error as { code?: unknown }).code;
  const repeats = error instanceof SyntaxError || (typeof code === 'string' && REPEATS_VALUE.test(code));
  const said = (text: string): string =>
    redactedText(repeats ? text.replaceAll(error.message, error.message.replace(/"[^]*"|'[^]*'/g, '"…"')) : text);
  return {
    error: error.name,
    message: said(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: said(error.stack) }),
  };
}

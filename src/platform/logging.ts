export type LogLevel = 'info' | 'warning' | 'error';

/** One line of JSON an event, on standard error: time, level, event and its fields. Never coordinates or attributes. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const jsonLogger: Logger = {
  log(level, event, fields = {}) {
    process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`);
  },
};

export const silentLogger: Logger = { log() {} };

/** What a log may say of an error: name, message and stack, for the administrator; never sent to a user. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return { error: error.name, message: error.message, ...(code === undefined ? {} : { code }), stack: error.stack };
}

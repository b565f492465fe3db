import type { Database } from '../../platform/db/index.ts';
import { errorFields, type Logger } from '../../platform/logging.ts';
import type { ActorContext } from '../access/index.ts';
import { recordEvent } from './store.ts';

/** An attempt at what one may not: who, at what, and the code it was refused with. */
export interface Attempt {
  readonly actor: ActorContext;
  readonly operation: string;
  readonly code: string;
}

/** Notes refused attempts without becoming a way to fill the audit. */
export interface RefusedAttempts {
  /** Never throws and never waits: the refusal is on its way already. */
  note(attempt: Attempt): void;
  /** Writes what is still counted. */
  flush(): Promise<void>;
}

export interface RefusedAttemptsOptions {
  readonly db: Database;
  readonly logger: Logger;
  /** Attempts alike within this time are one event at its beginning and one with their number at its end. */
  readonly windowMilliseconds?: number;
  /** Different attempts noted one by one within a window; what is beyond is counted in one event. */
  readonly mostInWindow?: number;
}

interface Counted {
  readonly attempt: Attempt;
  more: number;
}

const WINDOW_MILLISECONDS = 15 * 60 * 1000;
const MOST_IN_WINDOW = 500;

/**
 * The first attempt of its kind (person, address, operation, code) is an event at once, with the code as its result; those
 * alike within a quarter of an hour are counted and become one more event, with their number, when it is over or the server
 * stops. Beyond 500 different ones in that time the rest is counted together. So a flood of any kind leaves at most about 1,000
 * events in a quarter of an hour, and no attempt goes uncounted but those a crash takes along.
 */
export function refusedAttempts(options: RefusedAttemptsOptions): RefusedAttempts {
  const { db, logger, windowMilliseconds = WINDOW_MILLISECONDS, mostInWindow = MOST_IN_WINDOW } = options;
  const counted = new Map<string, Counted>();
  let beyond: Counted | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = ({ actor, operation, code }: Attempt, times: number, isRest: boolean): void => {
    const county = /^\d{6}/.exec(actor.divisionCode)?.[0] ?? null;
    writing = writing
      .then(() =>
        db.transaction((tx) =>
          recordEvent(tx, actor, {
            operation: 'access.refused',
            objectKind: 'route',
            objectId: isRest ? '*' : operation,
            countyCode: county,
            result: code,
            detail: { times },
          }),
        ),
      )
      .then(() => undefined)
      // The attempt was refused in any case; that it could not be noted stands in the log.
      .catch((error: unknown) => logger.log('error', 'a refused attempt was not noted', errorFields(error)));
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    for (const { attempt, more } of counted.values()) if (more > 0) write(attempt, more, false);
    counted.clear();
    if (beyond !== undefined) write(beyond.attempt, beyond.more, true);
    beyond = undefined;
    return writing;
  };

  return {
    note(attempt) {
      timer ??= setTimeout(() => void flush(), windowMilliseconds).unref();
      const { actor, operation, code } = attempt;
      const key = JSON.stringify([actor.actor, actor.role, actor.address ?? null, operation, code]);
      const known = counted.get(key);
      if (known !== undefined) known.more++;
      else if (counted.size < mostInWindow) {
        counted.set(key, { attempt, more: 0 });
        write(attempt, 1, false);
      } else {
        // Who asked stands for nobody in particular any more.
        beyond ??= { attempt: { ...attempt, actor: { ...actor, actor: '', address: null } }, more: 0 };
        beyond.more++;
      }
    },
    flush,
  };
}

import { recordEvent } from '../../modules/audit/server.ts';
import { systemActor } from '../../modules/access/index.ts';
import { accessParts, makeSetupCode, resetAtTerminal } from '../../modules/access/server.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/index.ts';
import { silentLogger } from '../../platform/logging.ts';
import { type PlaceOptions, placeOf, withDatabase } from '../db/place.ts';
import { EXIT, refuse, Refused } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

type Parts = ReturnType<typeof accessParts>;

function within<T>(options: PlaceOptions, work: (parts: Parts) => Promise<T>): Promise<T> {
  const place = placeOf(options);
  const services = (db: Database) => ({ db, clock: systemClock, ids: systemIds, logger: silentLogger });
  return withDatabase(place, place.url === undefined ? 'alone' : 'sharing', (db) =>
    work(accessParts(services(db), { mode: 'sign-in', record: recordEvent })),
  );
}

/** `admin setup-code`: a new one-time code for the first set-up; the former one is void. */
export async function showSetupCode(terminal: Terminal, options: PlaceOptions): Promise<number> {
  const code = await within(options, makeSetupCode);
  if (code === undefined) {
    throw refuse(
      'SETUP-DONE',
      ['系统已经完成初始设置', 'The system is set up already'],
      [
        '请登录；管理员忘记密码请运行 tianchou admin reset-password',
        'Sign in; for an administrator who lost the password run tianchou admin reset-password.',
      ],
    );
  }
  terminal.out(`${code}\n`);
  return EXIT.done;
}

/** `admin reset-password USERNAME`: a first password anew, shown once; sessions end, locks are lifted. */
export async function resetPasswordAtTerminal(
  terminal: Terminal,
  username: string,
  options: PlaceOptions & { readonly secondFactor?: boolean },
): Promise<number> {
  const done = await within(options, (parts) =>
    resetAtTerminal(parts, systemActor(systemClock, systemIds), username, options.secondFactor === true),
  );
  if (!done.ok) throw new Refused([done.error.refusal]);
  terminal.out(`${done.value.person.username} ${done.value.initialPassword}\n`);
  return EXIT.done;
}

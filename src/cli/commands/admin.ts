import { resetPasswordAtTerminal, showSetupCode } from '../admin/admin.ts';
import type { Registrar } from '../command.ts';
import type { PlaceOptions } from '../db/place.ts';

const DATA = ['--data <folder>', 'data folder; default TIANCHOU_DATA'] as const;

/** What an administrator does who cannot get in by the pages. With the embedded database the server is stopped first. */
export const registerAdmin: Registrar = (program, terminal, outcome) => {
  const admin = program
    .command('admin')
    .summary('first set-up, locked-out administrators 初始设置、重置管理员密码')
    .description('Works on the database named by DATABASE_URL (PostgreSQL) or in the data folder (embedded). Audited.');

  admin
    .command('setup-code')
    .description('Prints a new one-time code for the first set-up; the former one is void.')
    .option(...DATA)
    .action(async (options: PlaceOptions) => {
      outcome.code = await showSetupCode(terminal, options);
    });

  admin
    .command('reset-password')
    .description('Gives a person a first password anew, to be changed at the next sign-in; ends sessions, lifts locks.')
    .argument('<username>', 'who is locked out')
    .option('--second-factor', 'take the second factor off too')
    .option(...DATA)
    .action(async (username: string, options: PlaceOptions & { secondFactor?: boolean }) => {
      outcome.code = await resetPasswordAtTerminal(terminal, username, options);
    });
};

import { Command, CommanderError } from 'commander';
import { Cancelled } from '../geometry/index.ts';
import { RefusalError } from '../modules/intake/index.ts';
import type { Outcome, Registrar } from './command.ts';
import { EXIT, Interrupted, Refused } from './exit.ts';
import { writeRefusals, type Terminal } from './terminal.ts';

/** Commands in the order of the help. Each brings in what it works with, so only the one asked for is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<Registrar>>> = {
  area: async () => (await import('./commands/area.ts')).registerArea,
  check: async () => (await import('./commands/check.ts')).registerCheck,
  overlay: async () => (await import('./commands/overlay.ts')).registerOverlay,
  analyse: async () => (await import('./commands/analyse.ts')).registerAnalyse,
  convert: async () => (await import('./commands/convert.ts')).registerConvert,
  pack: async () => (await import('./commands/pack.ts')).registerPack,
  'plan-template': async () => (await import('./commands/plan-template.ts')).registerPlanTemplate,
  demo: async () => (await import('./commands/demo.ts')).registerDemo,
  serve: async () => (await import('./commands/serve.ts')).registerServe,
  work: async () => (await import('./commands/work.ts')).registerWork,
  db: async () => (await import('./commands/db.ts')).registerDb,
  admin: async () => (await import('./commands/admin.ts')).registerAdmin,
  audit: async () => (await import('./commands/audit.ts')).registerAudit,
};

const ALIASES: Readonly<Record<string, string>> = { analyze: 'analyse' };

const EXIT_CODES = `
Exit codes: 0 done · 1 readable but wrong (check) · 2 refused, a line a problem on standard error · 70 fault of the program · 130 cancelled`;

/**
 * Runs one command line and gives its exit code. Nothing is ever thrown: what a user can mend has a line with a code on
 * standard error, anything else is `INTERNAL-FAULT` and 70.
 */
export async function runProgram(args: readonly string[], terminal: Terminal, version: string): Promise<number> {
  const outcome: Outcome = { code: EXIT.done };
  try {
    const name = args[0] ?? '';
    const asked = COMMANDS[ALIASES[name] ?? name];
    const bare = /^(-V|--version)$/.test(name);
    const registrars = asked !== undefined ? [asked] : bare ? [] : Object.values(COMMANDS);
    const program = programOf(terminal, version);
    for (const load of registrars) (await load())(program, terminal, outcome);
    await program.parseAsync([...args], { from: 'user' });
    return outcome.code;
  } catch (error) {
    return exitOf(error, terminal);
  }
}

function programOf(terminal: Terminal, version: string): Command {
  const program = new Command('tianchou')
    .description('Tianchou 田畴: areas, checks, overlays and analyses of land consolidation 全域土地综合整治')
    .version(version, '-V, --version')
    .showSuggestionAfterError(false)
    .addHelpText('after', EXIT_CODES);
  // Set before the commands are added: they inherit it.
  program.exitOverride().configureOutput({ writeOut: (text) => terminal.out(text), writeErr: () => undefined });
  return program;
}

function exitOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return exitOfUsage(error, terminal);
  if (error instanceof Refused || error instanceof RefusalError) {
    writeRefusals(terminal, error.refusals);
    return EXIT.refused;
  }
  if (error instanceof Interrupted || error instanceof Cancelled) {
    terminal.line(
      terminal.language === 'zh' ? 'CANCELLED stopped by the user / 已由用户中止' : 'CANCELLED stopped by the user',
    );
    return EXIT.cancelled;
  }
  writeFault(terminal, error);
  return EXIT.fault;
}

function exitOfUsage(error: CommanderError, terminal: Terminal): number {
  if (error.exitCode === 0) return EXIT.done;
  // Called without a command: the help has been asked for, in a way, but nothing was done.
  const text = error.code === 'commander.help' ? 'no command given' : error.message.replace(/^error:\s*/, '');
  terminal.line(`USAGE ${text.replace(/\s+/g, ' ').trim()} (tianchou --help)`);
  return EXIT.refused;
}

/** One line for a fault of the program; where it happened only for who looks for it (TIANCHOU_DEBUG=1). */
export function writeFault(terminal: Pick<Terminal, 'line'>, error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  terminal.line(`INTERNAL-FAULT ${text.replace(/\s+/g, ' ').trim()}`);
  if (process.env['TIANCHOU_DEBUG'] === '1' && error instanceof Error && error.stack !== undefined)
    terminal.line(error.stack);
}

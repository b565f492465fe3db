import { checkPackById, coverageReportText, listPacks } from '../../modules/compliance/server.ts';
import type { Registrar } from '../command.ts';
import { EXIT, Refused } from '../exit.ts';
import { writeRefusals } from '../terminal.ts';
import { textTable } from '../text-table.ts';

interface Options {
  readonly packDir?: string;
  readonly json?: boolean;
}

export const registerPack: Registrar = (program, terminal, outcome) => {
  const pack = program
    .command('pack')
    .summary('policy packs 政策包')
    .description('Lists, checks and accounts for policy packs.');
  const { language } = terminal;

  pack
    .command('list')
    .description('Every pack with its version, locality and hash.')
    .option('--pack-dir <folder>', 'folder of packs of your own')
    .option('--json', 'JSON instead of a table')
    .action(async ({ packDir, json }: Options) => {
      const packs = await listPacks(packDir);
      if (json === true) terminal.out(`${JSON.stringify(packs, null, 2)}\n`);
      else {
        terminal.out(
          textTable(
            [
              { head: language === 'zh' ? '政策包' : 'pack', align: 'left' },
              { head: language === 'zh' ? '版本' : 'version', align: 'left' },
              { head: language === 'zh' ? '地区' : 'locality', align: 'left' },
              { head: language === 'zh' ? '名称' : 'title', align: 'left' },
              { head: language === 'zh' ? '审查项' : 'checks', align: 'right' },
              { head: language === 'zh' ? '人工项' : 'reviews', align: 'right' },
              { head: 'sha256', align: 'left' },
            ],
            packs.map(({ packId, summary, checks, reviews, hash }) => [
              packId,
              summary?.version ?? '—',
              summary?.locality[language] ?? '—',
              summary?.title[language] ?? '—',
              String(checks),
              String(reviews),
              hash?.slice(0, 16) ?? '—',
            ]),
          ),
        );
      }
      const refusals = packs.flatMap((listing) => listing.refusals);
      writeRefusals(terminal, refusals);
      outcome.code = refusals.length > 0 ? EXIT.refused : EXIT.done;
    });

  pack
    .command('check')
    .description('Refusals of a pack that does not load; else what is still wrong with it. Errors: exit code 1.')
    .argument('<id>', 'pack')
    .option('--pack-dir <folder>', 'folder of packs of your own')
    .option('--json', 'JSON instead of a table')
    .action(async (id: string, { packDir, json }: Options) => {
      const checked = await checkPackById(id, packDir);
      if (!checked.ok) throw new Refused(checked.error);
      const problems = checked.value;
      const errors = problems.filter(({ severity }) => severity === 'error').length;
      if (json === true) {
        terminal.out(
          `${JSON.stringify(
            problems.map(({ rule, severity, id: where, message }) => ({
              rule,
              severity,
              id: where,
              message_zh: message.zh,
              message_en: message.en,
            })),
            null,
            2,
          )}\n`,
        );
      } else {
        for (const { rule, severity, message } of problems) terminal.out(`${severity} ${rule}: ${message[language]}\n`);
        terminal.out(
          language === 'zh'
            ? `${id}:错误 ${errors},说明 ${problems.length - errors}\n`
            : `${id}: ${errors} errors, ${problems.length - errors} notes\n`,
        );
      }
      outcome.code = errors > 0 ? EXIT.wrong : EXIT.done;
    });

  pack
    .command('coverage')
    .description(
      'For each plan of each pack: clauses carried out and those that are not, with reasons. Reads the tests of the clone.',
    )
    .argument('[ids...]', 'packs; all by default')
    .action(async (ids: string[]) => {
      const text = await coverageReportText(language, ids.length === 0 ? undefined : ids);
      if (!text.ok) throw new Refused(text.error);
      terminal.out(text.value.endsWith('\n') ? text.value : `${text.value}\n`);
      outcome.code = EXIT.done;
    });
};

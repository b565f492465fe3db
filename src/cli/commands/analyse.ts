import { join } from 'node:path';
import type { Language, Localized } from '../../kernel/index.ts';
import type { SevenParameters } from '../../modules/intake/index.ts';
import { computeRun, RUN_FILES, writeRunFiles } from '../../modules/documents/server.ts';
import type { Registrar } from '../command.ts';
import { EXIT, Interrupted, Refused } from '../exit.ts';
import {
  checkZoneRoles,
  collectZones,
  type NamedFile,
  parseCrs,
  parseDatumParameters,
  parseLanguage,
} from '../options.ts';
import { makeFolder, readRunInput } from '../run-input.ts';
import { runText } from '../run-text.ts';
import { progressOf } from '../terminal.ts';
import { outputFailed, refuseOverInputs } from '../whole-file.ts';

interface Options {
  readonly parcels: string;
  readonly zones?: readonly NamedFile[];
  readonly project: string;
  readonly pack: string;
  readonly packDir?: string;
  readonly out: string;
  readonly crs?: number;
  readonly datumParameters?: SevenParameters;
  readonly lang: Language;
}

const PHASE: Localized = { zh: '分析', en: 'analysing' };

export const registerAnalyse: Registrar = (program, terminal, outcome) => {
  program
    .command('analyse')
    .alias('analyze')
    .summary('balance and findings of a plan 平衡与审查')
    .description(
      `Overlays a plan with parcels and zones, balances the land before and after, judges it by a policy pack, and writes ${RUN_FILES.join(', ')}. Ends with 0 whatever the findings.`,
    )
    .requiredOption('--parcels <file>', 'survey parcels')
    .option(
      '--zones <name=file...>',
      'zone layers: basicFarmland (farmland), redLine (redline), growthBoundary (ugb), slope, village, grade, or any name',
      collectZones,
    )
    .requiredOption('--project <file>', 'plan (GeoPackage or zip of GeoJSON, see plan-template), or a bare boundary')
    .requiredOption('--pack <id>', 'policy pack (see pack list)')
    .option('--pack-dir <folder>', 'folder of packs of your own')
    .requiredOption('--out <folder>', 'folder for the outputs')
    .option('--crs <epsg>', 'EPSG code of the files that do not say theirs', parseCrs)
    .option(
      '--datum-parameters <dx,dy,dz,rx,ry,rz,s>',
      "seven parameters (m, seconds, ppm) for Xi'an 80 and Beijing 54 data",
      parseDatumParameters,
    )
    .option('--lang <language>', 'language of the tables and documents: zh or en', parseLanguage, 'zh')
    .action(async (options: Options) => {
      const zones = options.zones ?? [];
      checkZoneRoles(zones);
      refuseOverInputs(
        RUN_FILES.map((name) => join(options.out, name)),
        [options.parcels, options.project, ...zones.map(({ path }) => path)],
      );
      const input = await readRunInput(terminal, { ...options, zones });
      await makeFolder(options.out);
      const progress = progressOf(terminal, PHASE);
      const run = computeRun(input, {
        isCancelled: terminal.isCancelled,
        onProgress: (fraction) => progress.at(fraction),
      });
      progress.done();
      if (!run.ok) {
        if (terminal.isCancelled()) throw new Interrupted('cancelled');
        throw new Refused(run.error);
      }
      for (const name of RUN_FILES) terminal.unfinished(join(options.out, name));
      const whole = await writeRunFiles(options.out, run.value, options.lang, terminal.isCancelled).catch(
        (error: unknown) => {
          throw outputFailed(options.out, error);
        },
      );
      if (!whole) throw new Interrupted('cancelled');
      terminal.out(runText(run.value, options.lang));
      outcome.code = EXIT.done;
    });
};

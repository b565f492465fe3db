import { join } from 'node:path';
import { DEMO_ZONE_ROLES, generateDemoCounty } from '../../demo/index.ts';
import { joinBatches, type FeatureBatch } from '../../kernel/index.ts';
import { writeLayer } from '../../modules/intake/server.ts';
import { writePlan } from '../../modules/projects/server.ts';
import type { Registrar } from '../command.ts';
import { EXIT } from '../exit.ts';
import { parseWhole } from '../options.ts';
import { makeFolder } from '../run-input.ts';
import { progressOf, stopIfCancelled, type Terminal } from '../terminal.ts';
import { outputFailed, wholeFile } from '../whole-file.ts';

interface Options {
  readonly parcels: number;
  readonly seed: number;
  readonly out: string;
}

export const registerDemo: Registrar = (program, terminal, outcome) => {
  program
    .command('demo')
    .summary('a county that does not exist 示范县')
    .description(
      `Generates the demo county: parcels.fgb, one file a role (${DEMO_ZONE_ROLES.map((role) => `${role}.fgb`).join(', ')}), plan.gpkg, parcels-with-errors.fgb, and truth.json with what an analysis must find.`,
    )
    .option('--parcels <n>', 'about how many parcels, 200 … 400000', parseWhole('--parcels', 200, 400_000), 20_000)
    .option('--seed <s>', 'the same seed gives the same county', parseWhole('--seed', 0, 4_294_967_295), 7)
    .requiredOption('--out <folder>', 'folder for the files')
    .action(async (options: Options) => {
      await makeFolder(options.out);
      const files = await writeDemo(terminal, options);
      terminal.out(`${files.join('\n')}\n`);
      outcome.code = EXIT.done;
    });
};

async function writeDemo(terminal: Terminal, { parcels, seed, out }: Options): Promise<string[]> {
  const county = generateDemoCounty({ parcels, seed });
  const progress = progressOf(terminal, { zh: '写出示范县', en: 'writing the demo county' });
  const files: string[] = [];
  const total = DEMO_ZONE_ROLES.length + 4;
  const put = async (name: string, write: (path: string) => Promise<unknown>): Promise<void> => {
    stopIfCancelled(terminal);
    const path = join(out, name);
    terminal.unfinished(path);
    await write(path).catch((error: unknown) => {
      throw outputFailed(path, error);
    });
    files.push(path);
    progress.at(files.length / total);
  };
  const layerFile =
    (batches: Iterable<FeatureBatch>) =>
    (path: string): Promise<unknown> =>
      writeLayer(path, joinBatches([...batches], 4490));
  await put('parcels.fgb', layerFile(county.parcels()));
  for (const role of DEMO_ZONE_ROLES) await put(`${role}.fgb`, layerFile(county.zone(role)));
  await put('plan.gpkg', (path) => writePlan(path, county.plan));
  await put('parcels-with-errors.fgb', layerFile(county.parcelsWithErrors()));
  await put('truth.json', async (path) => {
    const file = wholeFile(terminal, path);
    try {
      file.write(`${JSON.stringify(county.truth, null, 2)}\n`);
      file.finish();
    } finally {
      file.drop();
    }
  });
  progress.done();
  return files;
}

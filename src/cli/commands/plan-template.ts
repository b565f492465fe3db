import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { writePlanTemplate } from '../../modules/projects/server.ts';
import type { Registrar } from '../command.ts';
import { EXIT, refuse, usage } from '../exit.ts';
import { parseCrs } from '../options.ts';
import { outputFailed } from '../whole-file.ts';

export const registerPlanTemplate: Registrar = (program, terminal, outcome) => {
  program
    .command('plan-template')
    .summary('empty plan to fill in a GIS 方案模板')
    .description('Writes an empty plan: a GeoPackage with the layers and fields of the plan format.')
    .argument('<out.gpkg>', 'GeoPackage to write')
    .option('--crs <epsg>', 'CRS of its layers: 4490 (default) or a CGCS2000 strip', parseCrs, 4490)
    .action(async (path: string, { crs }: { crs: number }) => {
      if (extname(path).toLowerCase() !== '.gpkg') throw usage('模板是 .gpkg 文件', 'the template is a .gpkg file.');
      // A plan somebody has filled in is never lost to an empty one.
      if (existsSync(path)) {
        throw refuse(
          'OUTPUT_EXISTS',
          [`${path} 已存在`, `${path} exists already`],
          ['请换一个文件名，或先移走它', 'Choose another name, or move it away first.'],
        );
      }
      terminal.unfinished(path);
      await writePlanTemplate(path, crs).catch((error: unknown) => {
        throw outputFailed(path, error);
      });
      terminal.out(`${path}\n`);
      outcome.code = EXIT.done;
    });
};

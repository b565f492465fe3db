// Reads one layer whole and says what it held: what read-formats.ts measures as a process of its own.
//   read-one.ts path [all | none | names,of,columns]
import { readLayer } from '../src/modules/intake/open-source.server.ts';

const path = process.argv[2]!;
const wanted = process.argv[3] ?? 'all';
const read = await readLayer(path, wanted === 'all' ? {} : { columns: wanted === 'none' ? [] : wanted.split(',') });
if (!read.ok) {
  console.error(JSON.stringify(read.error));
  process.exitCode = 1;
} else {
  const { layer, problems } = read.value;
  console.log(
    JSON.stringify({
      features: layer.featureNos.length,
      vertices: layer.coords.length / 2,
      columns: layer.columns.length,
      problems: problems.length,
      maxRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

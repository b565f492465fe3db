/**
 * Generates the county of the overlay benchmark: `npx tsx bench/overlay/county.ts [10k,100k,300k] [folder]`. Each size goes
 * into a folder of its own; what is there already is kept.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countyFiles } from '../../tests/support/county/files.ts';
import { parcelsOf } from './sizes.ts';

const sizes = (process.argv[2] ?? '10k,100k,300k').split(',');
const folder = process.argv[3] ?? join(tmpdir(), 'tianchou-county');
for (const size of sizes) {
  const began = performance.now();
  console.log(`${size} → ${join(folder, size)}`);
  await countyFiles(parcelsOf(size), { folder: join(folder, size), onStep: (text) => console.log(`  ${text}`) });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`  ${seconds} s, peak memory of the generator ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

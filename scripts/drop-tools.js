// Takes the tools of development out of node_modules after `npm ci --omit=dev`: packages that only they, or packages we do not
// use with them, ask for (`devOptional` in the lock) are left there by npm. For images; node scripts/drop-tools.js [folder].
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';
const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
const tools = Object.entries(lock).filter(([, entry]) => entry.devOptional === true || entry.dev === true);
for (const [path] of tools) rmSync(join(folder, path), { recursive: true, force: true });
// Compiled halves of these tools, one a system, are optional packages of packages that are gone now.
const gone = new Set(tools.map(([path]) => path));
const wanted = (name) =>
  Object.entries(lock).some(
    ([path, entry]) =>
      !gone.has(path) &&
      path !== '' &&
      (entry.dependencies?.[name] ?? entry.optionalDependencies?.[name]) !== undefined,
  );
for (const [path, entry] of Object.entries(lock)) {
  const name = path.replace(/^.*node_modules\//, '');
  if (entry.optional === true && !wanted(name)) rmSync(join(folder, path), { recursive: true, force: true });
}
const left = ['vite', 'vitest', 'esbuild', 'typescript', 'tsx'].filter((name) =>
  existsSync(join(folder, 'node_modules', name)),
);
if (left.length > 0) {
  console.error(`still there: ${left.join(' ')}`);
  process.exit(1);
}
console.log(`${readdirSync(join(folder, 'node_modules')).length} packages and scopes left`);

// Compiles the kernel (src/geometry/compiled/assembly, AssemblyScript) to WebAssembly: dist/kernel/shared.wasm for memory shared
// by threads, dist/kernel/unshared.wasm for pages without cross-origin isolation. Skipped where nothing changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesUnder, requireNode, ROOT } from './tools.js';

const OUT = join(ROOT, 'dist', 'kernel');
const STAMP = join(OUT, '.built');
const ENTRY = 'src/geometry/compiled/assembly/index.ts';

/** 4 GiB of addresses, the most there is; only pages that are written take memory. */
const MAXIMUM_PAGES = 65536;

const VARIANTS = {
  shared: ['--enable', 'threads', '--sharedMemory', '--maximumMemory', String(MAXIMUM_PAGES)],
  unshared: [],
};

/** Portable sources need a few things of the machine under them; the kernel's compiler reads its own edition of those. */
const EXCHANGED = {
  'src/geometry/portable/platform.ts': 'src/geometry/compiled/assembly/platform.ts',
};

/** `/* @inline *\/` is written as a comment, since other tools do not know decorators of functions. */
function readSource(name, baseDirectory) {
  const path = join(baseDirectory, EXCHANGED[name] ?? name);
  return existsSync(path) ? readFileSync(path, 'utf8').replaceAll(/^\/\* @inline \*\/ /gm, '@inline ') : null;
}

/** Written beside and renamed: several processes may build at once, and none may read half a file. */
function writeOutput(name, contents, baseDirectory) {
  const path = join(baseDirectory, name);
  const part = `${path}.${process.pid}`;
  writeFileSync(part, contents);
  renameSync(part, path);
}

function fingerprint() {
  const hash = createHash('sha256');
  // Portable sources (projection, transcendental functions) are part of both worlds.
  for (const path of filesUnder('src/geometry', 'src/kernel/area-rounding.ts', 'scripts/build-kernel.js')) {
    if (path.endsWith('.test.ts')) continue;
    hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest('hex');
}

/** Compiles both variants where the sources changed; throws with the compiler's words where they do not compile. */
export async function buildKernel() {
  const stamp = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(OUT, { recursive: true });
  for (const [name, options] of Object.entries(VARIANTS)) {
    const { error, stderr } = await asc.main(
      [
        ENTRY,
        '--outFile',
        `dist/kernel/${name}.wasm`,
        '-O3',
        '--converge',
        '--noAssert',
        '--runtime',
        'stub',
        '--enable',
        'simd',
        '--enable',
        'bulk-memory',
        '--importMemory',
        '--initialMemory',
        '1',
        ...options,
        // For profiles: functions keep their names.
        ...(process.env['KERNEL_NAMES'] ? ['--debug'] : []),
      ],
      { stdout: process.stdout, readFile: readSource, writeFile: writeOutput },
    );
    if (error) throw new Error(`the kernel does not compile (${name}): ${stderr.toString() || error.message}`);
  }
  writeFileSync(STAMP, stamp);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  requireNode();
  await buildKernel();
}

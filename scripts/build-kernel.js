// Compiles the kernel (src/geometry/compiled/assembly, AssemblyScript) to WebAssembly: dist/kernel/shared.wasm for memory shared
// by threads, dist/kernel/unshared.wasm for pages without cross-origin isolation. Skipped where nothing changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { requireNode, ROOT } from './tools.js';

const OUT = join(ROOT, 'dist', 'kernel');
const STAMP = join(OUT, '.built');
const LOCK = join(OUT, '.building');
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

const OPTIONS = [
  '-O3',
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
  // For profiles: functions keep their names.
  ...(process.env['KERNEL_NAMES'] ? ['--debug'] : []),
];

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
const hashOfFile = (path) => (existsSync(path) ? hashOf(readFileSync(path)) : null);

/** What the outputs depend on besides the sources: how they are compiled, and by what. */
function recipe() {
  const compiler = readFileSync(join(ROOT, 'node_modules', 'assemblyscript', 'package.json'));
  return hashOf(JSON.stringify([OPTIONS, hashOfFile(join(ROOT, 'scripts', 'build-kernel.js')), hashOf(compiler)]));
}

/** The stamp lists every file the compiler read and every file it wrote, with their hashes: all must still be so. */
function isUpToDate() {
  try {
    const stamp = JSON.parse(readFileSync(STAMP, 'utf8'));
    if (stamp.recipe !== recipe()) return false;
    return Object.entries(stamp.files).every(([path, hash]) => hashOfFile(join(ROOT, path)) === hash);
  } catch {
    return false;
  }
}

/** A build takes seconds; who holds the lock longer has gone. */
const LOCK_MILLISECONDS = 120_000;

/** One build at a time, whichever process starts it: an older one must not end on top of a newer. */
async function withLock(work) {
  mkdirSync(OUT, { recursive: true });
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned()) rmSync(LOCK, { force: true });
      else await wait(100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function isAbandoned() {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > LOCK_MILLISECONDS) return true;
    const holder = Number(readFileSync(LOCK, 'utf8'));
    if (holder > 0) process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Compiles both variants where the sources changed; throws with the compiler's words where they do not compile. */
export async function buildKernel() {
  if (isUpToDate()) return;
  await withLock(async () => {
    // Whoever held the lock before may have built the same.
    if (!isUpToDate()) await compile();
  });
}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  const files = {};
  /** `/* @inline *\/` is written as a comment, since other tools do not know decorators of functions. */
  const readFile = (name, baseDirectory) => {
    const source = EXCHANGED[name] ?? name;
    const path = join(baseDirectory, source);
    if (!existsSync(path)) return null;
    const bytes = readFileSync(path);
    files[source] = hashOf(bytes);
    return bytes.toString('utf8').replaceAll(/^\/\* @inline \*\/ /gm, '@inline ');
  };
  /** Written beside and renamed: nobody reads half a file. */
  const writeFile = (name, contents, baseDirectory) => {
    const path = join(baseDirectory, name);
    const part = `${path}.${process.pid}`;
    writeFileSync(part, contents);
    renameSync(part, path);
    files[name] = hashOf(contents);
  };
  const madeBy = recipe();
  for (const [name, options] of Object.entries(VARIANTS)) {
    const { error, stderr } = await asc.main([ENTRY, '--outFile', `dist/kernel/${name}.wasm`, ...OPTIONS, ...options], {
      stdout: process.stdout,
      readFile,
      writeFile,
    });
    if (error) throw new Error(`the kernel does not compile (${name}): ${stderr.toString() || error.message}`);
  }
  writeFileSync(STAMP, JSON.stringify({ recipe: madeBy, files }, null, 1));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  requireNode();
  await buildKernel();
}

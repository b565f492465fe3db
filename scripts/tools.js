// What the commands share. Node only: this runs on a fresh clone, before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];

/** Ends the process where Node is too old to run anything here. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(
    `Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}: https://nodejs.org/`,
  );
  console.error(`需要 Node ${OLDEST_NODE.join('.')} 或更新版本，当前为 ${process.versions.node}。`);
  process.exit(1);
}

/** Runs a program in the project's folder and gives its exit code. Standard input stays closed: nothing ever waits for a person. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

/** Runs an installed tool by the path of its program: the same on every system, without a shell. */
export function runTool(path, args, options = {}) {
  return run(process.execPath, [join(ROOT, 'node_modules', path), ...args], options);
}

function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
}

/** Whether node_modules holds what package-lock.json asks for. Packages for other systems may be absent. */
export function isInstalled() {
  const installedList = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return false;
  const installed = packagesOf(installedList);
  return Object.entries(packagesOf(join(ROOT, 'package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' || installed[path]?.version === wanted.version || (wanted.optional && installed[path] === undefined),
  );
}

/** Installs by `npm ci` where needed. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing packages … 正在安装依赖 …');
  const npm = process.env['npm_execpath'];
  const args = ['ci', '--no-audit', '--no-fund'];
  const code =
    npm !== undefined && /\.c?js$/.test(npm)
      ? await run(process.execPath, [npm, ...args])
      : await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { shell: process.platform === 'win32' });
  if (code !== 0) {
    console.error(
      'npm ci failed: check the network or the npm registry setting. 依赖安装失败：请检查网络或 npm 源设置。',
    );
    process.exit(code);
  }
}

/** Files under these paths, below the project's folder. */
export function filesUnder(...paths) {
  const found = [];
  const visit = (path) => {
    const full = join(ROOT, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) visit(`${path}/${name}`);
    else found.push(path);
  };
  for (const path of paths) visit(path);
  return found;
}

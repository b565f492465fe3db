// npm start: installs and builds what is missing, then runs the server in this process. The embedded database and the demo
// county are the server's own work; see src/server/main.ts for its settings (PORT, HOST, DATABASE_URL, TIANCHOU_DATA).
import { ensureInstalled, requireNode } from './tools.js';

requireNode();
await ensureInstalled();
const { buildAll, isBuilt } = await import('./build.js');
if (!isBuilt()) {
  console.log('Building … 正在构建 …');
  if (!(await buildAll())) process.exit(1);
}
console.log('Starting … 正在启动 …');
await import('../dist/server/main.js');

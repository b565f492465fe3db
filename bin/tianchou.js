#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write('NOT-BUILT 程序尚未构建，请运行 npm ci && npm run build。 Not built yet: run npm ci && npm run build.\n');
  process.exitCode = 2;
}

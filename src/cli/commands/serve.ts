import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT, RUNNING_FROM_SOURCE } from '../../platform/project-root.ts';
import type { Registrar } from '../command.ts';
import { parseWhole } from '../options.ts';

interface Options {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** `serve` runs in the main thread: the server has signals, threads and a life of its own. */
export const registerServe: Registrar = (program) => {
  program
    .command('serve')
    .summary('starts the server 启动服务')
    .description(
      'Starts the server with the settings of the environment (PORT, HOST, TIANCHOU_DATA, DATABASE_URL, …: docs/operations/run.md).',
    )
    .option('--port <n>', 'port to listen on; default 8321', parseWhole('--port', 0, 65_535))
    .option('--host <address>', 'address to listen on; default 127.0.0.1, this machine only')
    .option('--data <folder>', 'data folder')
    .option('--cert <file>', 'certificate and its chain in PEM: HTTPS instead of HTTP; read again on SIGHUP')
    .option('--key <file>', 'private key of the certificate in PEM')
    .action(async ({ port, host, data, cert, key }: Options) => {
      if (port !== undefined) process.env['PORT'] = String(port);
      if (host !== undefined) process.env['HOST'] = host;
      if (data !== undefined) process.env['TIANCHOU_DATA'] = data;
      if (cert !== undefined) process.env['TIANCHOU_TLS_CERT'] = cert;
      if (key !== undefined) process.env['TIANCHOU_TLS_KEY'] = key;
      // Not a path a bundler follows: the server is a program of its own, beside this one in src and in dist.
      const program = RUNNING_FROM_SOURCE ? ['src', 'server', 'main.ts'] : ['dist', 'server', 'main.js'];
      await import(pathToFileURL(join(PROJECT_ROOT, ...program)).href);
    });
};

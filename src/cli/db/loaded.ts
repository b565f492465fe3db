import type { Loaded } from '../../platform/db/restore.ts';
import type { Terminal } from '../terminal.ts';

/** What a restore or a move says at its end. */
export function writeLoaded(terminal: Terminal, what: string, loaded: Loaded, json: boolean): void {
  if (json) {
    terminal.out(`${JSON.stringify(loaded, null, 2)}\n`);
    return;
  }
  const { tables, rows, files, auditHeads, migrated } = loaded;
  terminal.out(
    `${what}: ${tables} tables, ${rows} rows${files > 0 ? `, ${files} files` : ''}; every content hash agrees\n`,
  );
  for (const { chain, sequence, hash } of auditHeads)
    terminal.out(`audit chain ${chain}: ${sequence} events, head ${hash}\n`);
  if (migrated.length > 0) terminal.out(`then migrated: ${migrated.join(', ')}\n`);
}

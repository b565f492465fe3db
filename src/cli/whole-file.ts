import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { refuse } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** A file being written; it takes its name only when it is whole. */
export interface WholeFile {
  write(text: string): void;
  /** Puts everything on disk and gives the file its name. */
  finish(): void;
  /** Takes back what was written; after `finish` it does nothing. */
  drop(): void;
}

const BUFFER_CHARACTERS = 1 << 20;

/** Starts a UTF-8 file without byte-order mark. Refuses (OUTPUT_FAILED) where the folder cannot be written to. */
export function wholeFile(terminal: Terminal, path: string): WholeFile {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw outputFailed(path, error);
    }
  };
  terminal.unfinished(path);
  const handle = guarded(() => openSync(draft, 'w'));
  let open = true;
  let pending: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (length === 0) return;
    const bytes = Buffer.from(pending.join(''), 'utf8');
    pending = [];
    length = 0;
    guarded(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    });
  };
  return {
    write(text) {
      pending.push(text);
      length += text.length;
      if (length >= BUFFER_CHARACTERS) flush();
    },
    finish() {
      flush();
      guarded(() => {
        fsyncSync(handle);
        closeSync(handle);
        open = false;
        renameSync(draft, path);
      });
    },
    drop() {
      if (open) closeSync(handle);
      open = false;
      rmSync(draft, { force: true });
    },
  };
}

/**
 * Refuses (OUTPUT_OVER_INPUT) outputs that would take the place of an input or of one another; call it before anything is
 * read. A delivered file may be the only copy. Files are told apart by what they are, not by how their paths are written.
 */
export function refuseOverInputs(outputs: readonly string[], inputs: readonly string[]): void {
  const taken = new Set(inputs.map(fileKey));
  for (const output of outputs) {
    const key = fileKey(output);
    if (taken.has(key)) {
      throw refuse(
        'OUTPUT_OVER_INPUT',
        ['输出会覆盖输入文件或另一个输出', 'the output would take the place of an input or of another output.'],
        ['请换一个输出文件名', 'Give the output a name of its own.'],
        { file: output },
      );
    }
    taken.add(key);
  }
}

/** The same for every way to write the path of one file. */
function fileKey(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return resolve(path);
  }
}

/** What the machine says about a path that cannot be written, as a refusal; other errors as they are. */
export function outputFailed(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const known: Readonly<Record<string, readonly [string, string]>> = {
    ENOENT: ['文件夹不存在', 'the folder does not exist'],
    ENOTDIR: ['路径中有一段不是文件夹', 'a part of the path is no folder'],
    EISDIR: ['是一个文件夹', 'it is a folder'],
    EEXIST: ['已有同名文件', 'a file of that name is there'],
    EACCES: ['没有写入权限', 'it may not be written to'],
    EPERM: ['没有写入权限', 'it may not be written to'],
    EROFS: ['磁盘只读', 'the disk is read-only'],
    ENOSPC: ['磁盘已满', 'the disk is full'],
    EDQUOT: ['磁盘配额已满', 'the disk quota is used up'],
    EIO: ['磁盘写入出错', 'the disk reports a write error'],
    ENAMETOOLONG: ['文件名过长', 'the name is too long'],
  };
  const reason = code === undefined ? undefined : known[code];
  if (reason === undefined) return error;
  return refuse(
    'OUTPUT_FAILED',
    [`无法写出:${reason[0]}`, `cannot be written: ${reason[1]}.`],
    ['请检查输出路径', 'Check the path of the output.'],
    { file: path },
  );
}

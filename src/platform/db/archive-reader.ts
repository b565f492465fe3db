import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import {
  ARCHIVE_FORM,
  MANIFEST,
  MANIFEST_NAME,
  type Manifest,
  type TableEntry,
  filePath,
  tablePath,
} from './backup-manifest.ts';
import { ContentHash } from './content-hash.ts';
import { DatabaseRefusedError, refusedDatabase } from './refused.ts';

/** An archive opened for reading. Whatever is not as its manifest says is refused with BACKUP-DAMAGED. */
export interface Archive {
  readonly path: string;
  readonly manifest: Manifest;
  /** SHA-256 of `manifest.json`, which names the SHA-256 of all the rest: kept elsewhere, it shows a forged archive. */
  readonly fingerprint: string;
  /** Lines of a table. Its hashes are checked at the end: whoever has read to the end has the table as it was. */
  lines(table: TableEntry): AsyncGenerator<string>;
  /** Bytes of a file; checked likewise. */
  file(sha256: string): AsyncGenerator<Buffer>;
  close(): void;
}

const MAX_MANIFEST_BYTES = 64 * 1024 ** 2;
const NEWLINE = 0x0a;

/** Opens an archive. Refusals: BACKUP-NOT-FOUND, BACKUP-UNKNOWN, BACKUP-DAMAGED, BACKUP-NEWER. */
export async function openArchive(path: string): Promise<Archive> {
  const file = basename(path);
  const zip = await openZip(path);
  try {
    const entries = await guarded(file, () => entriesOf(zip));
    const open = async (name: string): Promise<Readable> => {
      const entry = entries.get(name);
      if (entry === undefined) throw damaged(file, [`缺少 ${name}`, `${name} is missing`]);
      return guarded(file, () => streamOf(zip, entry));
    };
    const about = entries.get(MANIFEST_NAME);
    if (about === undefined || about.uncompressedSize > MAX_MANIFEST_BYTES) throw unknown(file);
    const text = Buffer.concat(await guarded(file, async () => (await streamOf(zip, about)).toArray()));
    const manifest = manifestOf(file, text);
    return {
      path,
      manifest,
      fingerprint: createHash('sha256').update(text).digest('hex'),
      async *lines(table) {
        const hasher = createHash('sha256');
        const content = new ContentHash();
        const name = tablePath(table.name);
        const chunks = read(file, await open(name), (chunk) => void hasher.update(chunk));
        for await (const line of splitLines(chunks)) {
          content.add(line);
          yield line.toString('utf8');
        }
        if (hasher.digest('hex') !== table.sha256 || content.hex() !== table.content || content.rows !== table.rows)
          throw changed(file, name);
      },
      async *file(sha256) {
        const hasher = createHash('sha256');
        const name = filePath(sha256);
        yield* read(file, await open(name), (chunk) => void hasher.update(chunk));
        if (hasher.digest('hex') !== sha256) throw changed(file, name);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** Reads an archive from end to end without a database. @throws DatabaseRefusedError BACKUP-DAMAGED */
export async function checkArchive(archive: Archive): Promise<void> {
  for (const table of archive.manifest.tables) for await (const _ of archive.lines(table));
  if (!archive.manifest.filesIncluded) return;
  for (const { sha256 } of archive.manifest.files) for await (const _ of archive.file(sha256));
}

function manifestOf(file: string, text: Buffer): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8'));
  } catch {
    throw unknown(file);
  }
  const { format, form, version } = (value ?? {}) as { format?: unknown; form?: unknown; version?: unknown };
  if (format !== 'tianchou-backup') throw unknown(file);
  if (typeof form === 'number' && form > ARCHIVE_FORM) throw newer(file, String(version));
  const parsed = MANIFEST.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw damaged(file, [`${MANIFEST_NAME} 的 ${where} 不对`, `${where} of ${MANIFEST_NAME} is wrong`]);
}

/** The archive comes from a newer program. */
export function newer(file: string, what: string): DatabaseRefusedError {
  return refusedDatabase(
    'BACKUP-NEWER',
    [
      `备份由更新的版本写成（${what}），本版本不能恢复。`,
      `The backup was written by a newer version (${what}); this one cannot restore it.`,
    ],
    ['请用该版本或更新的版本恢复。', 'Restore it with that version or a newer one.'],
    { file },
  );
}

function unknown(file: string): DatabaseRefusedError {
  return refusedDatabase(
    'BACKUP-UNKNOWN',
    ['这个文件不是田畴的备份。', 'This file is no backup of Tianchou.'],
    ['请给出 tianchou db backup 写出的文件。', 'Name a file that tianchou db backup wrote.'],
    { file },
  );
}

function damaged(file: string, what: readonly [zh: string, en: string]): DatabaseRefusedError {
  return refusedDatabase(
    'BACKUP-DAMAGED',
    [`备份文件已损坏：${what[0]}。`, `The backup is damaged: ${what[1]}.`],
    ['请使用另一份备份；什么也没有恢复。', 'Use another copy; nothing was restored.'],
    { file },
  );
}

const changed = (file: string, name: string): DatabaseRefusedError =>
  damaged(file, [`${name} 的内容与写入时不同`, `${name} is not as it was written`]);

/** Errors of unpacking are damage; the disk's own stay what they are. */
async function guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asDamage(file, error);
  }
}

function asDamage(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof DatabaseRefusedError || (code !== undefined && /^E[A-Z]+$/.test(code))) return error;
  return damaged(file, ['不能解压', 'it cannot be unpacked']);
}

async function* read(file: string, stream: Readable, heard: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      heard(chunk);
      yield chunk;
    }
  } catch (error) {
    throw asDamage(file, error);
  }
}

async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      yield parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

async function openZip(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (zip !== undefined && error === null) return resolve(zip);
      const code = (error as NodeJS.ErrnoException | null)?.code;
      if (code === 'ENOENT' || code === 'EISDIR') {
        reject(
          refusedDatabase(
            'BACKUP-NOT-FOUND',
            [`没有这个文件：${path}`, `There is no such file: ${path}`],
            ['请检查路径。', 'Check the path.'],
          ),
        );
      } else reject(code === undefined ? damaged(basename(path), ['不是完整的 zip', 'it is no whole zip']) : error);
    });
  });
}

async function entriesOf(zip: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>();
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  });
  return entries;
}

async function streamOf(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null || stream === undefined) reject(error ?? new Error('no stream'));
      else resolve(stream);
    });
  });
}

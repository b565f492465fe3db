import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import type { Refusal, Result } from '../../../kernel/index.ts';
import { decodeLeniently, decodeStrictly } from '../encoding.server.ts';
import { corrupt, refusal, refused } from './refusals.ts';

/** What an archive may hold before it is taken for an attack. */
export const ZIP_LIMITS = {
  entries: 20_000,
  /** Unpacked, all entries together. */
  totalBytes: 8 * 1024 ** 3,
  /** Unpacked to packed; blank-filled attribute tables reach some 100. Small archives may pack any ratio. */
  ratio: 200,
  ratioFromBytes: 64 * 1024 ** 2,
} as const;

export interface ZipEntry {
  /** Path inside the archive, with forward slashes, checked to stay inside. */
  readonly name: string;
  readonly size: number;
}

/** An archive whose directory has been read and found harmless. */
export interface ZipArchive {
  readonly entries: readonly ZipEntry[];
  /** The first bytes of an entry. */
  head(entry: ZipEntry, length: number): Promise<Uint8Array>;
  /** Unpacks an entry to a path; throws `ZipDamaged` where it is not what the directory says. */
  extract(entry: ZipEntry, target: string): Promise<void>;
  close(): void;
}

/** An entry could not be unpacked; carries what to tell. */
export class ZipDamaged extends Error {
  override readonly name = 'ZipDamaged';
  readonly refusal: Refusal;

  constructor(one: Refusal) {
    super(one.message.en);
    this.refusal = one;
  }
}

/**
 * Opens a zip archive and checks its directory before anything is unpacked.
 *
 * Refusals: INTAKE_NOT_A_ZIP, INTAKE_CORRUPT, INTAKE_ZIP_ENCRYPTED, INTAKE_ZIP_UNSAFE_PATH,
 * INTAKE_ZIP_BOMB, INTAKE_ZIP_EMPTY.
 */
export async function openZip(path: string): Promise<Result<ZipArchive, Refusal[]>> {
  const file = basename(path);
  let zip: yauzl.ZipFile;
  try {
    zip = await openYauzl(path);
  } catch (error) {
    return refused(refusalOfOpening(file, error));
  }
  const raw = new Map<ZipEntry, yauzl.Entry>();
  const entries: ZipEntry[] = [];
  const fail = (one: Refusal): Result<never, Refusal[]> => {
    zip.close();
    return refused(one);
  };
  if (zip.entryCount > ZIP_LIMITS.entries)
    return fail(bomb(file, `${zip.entryCount} 个条目`, `${zip.entryCount} entries`));
  let unpacked = 0;
  let packed = 0;
  try {
    for await (const entry of eachEntry(zip)) {
      const name = nameOf(entry);
      if (name.endsWith('/')) continue;
      if ((entry.generalPurposeBitFlag & 1) !== 0) return fail(encrypted(file, name));
      if (!isSafePath(name)) return fail(unsafePath(file, name));
      unpacked += entry.uncompressedSize;
      packed += entry.compressedSize;
      if (unpacked > ZIP_LIMITS.totalBytes) return fail(bomb(file, '解开后超过 8 GB', 'more than 8 GB unpacked'));
      if (unpacked > ZIP_LIMITS.ratioFromBytes && unpacked > ZIP_LIMITS.ratio * packed) {
        return fail(bomb(file, `压缩比超过 ${ZIP_LIMITS.ratio}`, `a packing ratio over ${ZIP_LIMITS.ratio}`));
      }
      const kept = { name, size: entry.uncompressedSize };
      raw.set(kept, entry);
      entries.push(kept);
    }
  } catch (error) {
    return fail(refusalOfOpening(file, error));
  }
  if (entries.length === 0) return fail(emptyArchive(file));

  const stream = async (entry: ZipEntry): Promise<NodeJS.ReadableStream & { destroy(): void }> =>
    new Promise((resolve, reject) => {
      zip.openReadStream(raw.get(entry)!, (error, readable) => {
        if (error) reject(new ZipDamaged(refusalOfEntry(file, entry, error)));
        else {
          // Damage can show in a moment when nobody listens, and an error nobody hears ends the process. Whoever reads
          // the stream still gets it.
          readable.on('error', () => {});
          resolve(readable as NodeJS.ReadableStream & { destroy(): void });
        }
      });
    });
  return {
    ok: true,
    value: {
      entries,
      async head(entry, length) {
        const readable = await stream(entry);
        const pieces: Uint8Array[] = [];
        let held = 0;
        try {
          for await (const piece of readable) {
            pieces.push(piece as unknown as Uint8Array);
            held += pieces.at(-1)!.length;
            if (held >= length) break;
          }
        } catch (error) {
          throw new ZipDamaged(refusalOfEntry(file, entry, error));
        } finally {
          readable.destroy();
        }
        return new Uint8Array(Buffer.concat(pieces).subarray(0, length));
      },
      async extract(entry, target) {
        await mkdir(dirname(target), { recursive: true });
        const readable = await stream(entry);
        try {
          await pipeline(readable, createWriteStream(target));
        } catch (error) {
          throw new ZipDamaged(refusalOfEntry(file, entry, error));
        }
      },
      close: () => zip.close(),
    },
  };
}

/** A directory of our own for unpacked files; `drop` removes it and all in it. */
export async function temporaryDirectory(purpose: string): Promise<{ path: string; drop(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `tianchou-${purpose}-`));
  return { path, drop: () => rm(path, { recursive: true, force: true }) };
}

function openYauzl(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, decodeStrings: false, autoClose: false, validateEntrySizes: true };
    yauzl.open(path, options, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

async function* eachEntry(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const entry = await new Promise<yauzl.Entry | null>((resolve, reject) => {
      const done = (): void => settle(() => resolve(null));
      const got = (one: yauzl.Entry): void => settle(() => resolve(one));
      const failed = (error: Error): void => settle(() => reject(error));
      const settle = (act: () => void): void => {
        zip.off('entry', got);
        zip.off('end', done);
        zip.off('error', failed);
        act();
      };
      zip.on('entry', got);
      zip.on('end', done);
      zip.on('error', failed);
      zip.readEntry();
    });
    if (entry === null) return;
    yield entry;
  }
}

/** Names without the UTF-8 flag are GBK where Windows made them, UTF-8 where careless tools did. */
function nameOf(entry: yauzl.Entry): string {
  const bytes = entry.fileName as unknown as Uint8Array;
  const name = decodeStrictly(bytes, 'utf-8') ?? decodeLeniently(bytes, 'gb18030');
  return name.replaceAll('\\', '/');
}

function isSafePath(name: string): boolean {
  if (name.startsWith('/') || /^[a-zA-Z]:/.test(name) || name.includes('\u0000')) return false;
  return !name.split('/').includes('..');
}

function refusalOfOpening(file: string, error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (/end of central directory record signature not found/i.test(message)) {
    return refusal(
      'INTAKE_NOT_A_ZIP',
      { file },
      '文件不是完整的 ZIP 压缩包(找不到目录)',
      'The file is not a whole ZIP archive (its directory is missing).',
      '可能没有传完,或是 RAR/7z 等其他格式;请重新压缩为 ZIP',
      'It may be cut short, or RAR or 7z; pack it as ZIP again.',
    );
  }
  return corrupt({ file }, 'ZIP', `目录无法读取(${message})`, `its directory cannot be read (${message})`);
}

function refusalOfEntry(file: string, entry: ZipEntry, error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (/unsupported compression method/i.test(message)) {
    return refusal(
      'INTAKE_ZIP_METHOD',
      { file, layer: entry.name },
      'ZIP 用了不支持的压缩方法',
      `The ZIP uses a compression method that is not supported (${message}).`,
      '请用普通的“压缩为 ZIP”重新压缩',
      'Pack it again with ordinary ZIP compression.',
    );
  }
  return corrupt({ file, layer: entry.name }, 'ZIP', `“${entry.name}”无法解开`, `“${entry.name}” cannot be unpacked`);
}

function bomb(file: string, zh: string, en: string): Refusal {
  return refusal(
    'INTAKE_ZIP_BOMB',
    { file },
    `压缩包超出限制:${zh}`,
    `The archive exceeds the limits: ${en}.`,
    '请只压缩要导入的图层,过大的数据分开导入',
    'Pack only the layer to import; import very large data in parts.',
  );
}

function encrypted(file: string, name: string): Refusal {
  return refusal(
    'INTAKE_ZIP_ENCRYPTED',
    { file },
    `压缩包有密码(“${name}”)`,
    `The archive is encrypted (“${name}”).`,
    '请去掉密码重新压缩',
    'Pack it again without a password.',
  );
}

function unsafePath(file: string, name: string): Refusal {
  return refusal(
    'INTAKE_ZIP_UNSAFE_PATH',
    { file },
    `压缩包里有指向包外的路径“${name}”,可能是恶意文件`,
    `The archive holds a path that leads outside it (“${name}”); it may be malicious.`,
    '请重新压缩,不要使用来历不明的压缩包',
    'Pack it again; do not use archives of unknown origin.',
  );
}

function emptyArchive(file: string): Refusal {
  return refusal(
    'INTAKE_ZIP_EMPTY',
    { file },
    '压缩包里没有文件',
    'The archive holds no file.',
    '请把要导入的文件放进压缩包',
    'Put the files to import into the archive.',
  );
}

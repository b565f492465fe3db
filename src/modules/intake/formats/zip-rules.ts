import type { Refusal, Result } from '../../../kernel/index.ts';
import { ok } from '../../../kernel/index.ts';
import { decodeLeniently, decodeStrictly } from '../text-decoding.ts';
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

/** An entry could not be unpacked; carries what to tell. */
export class ZipDamaged extends Error {
  override readonly name = 'ZipDamaged';
  readonly refusal: Refusal;

  constructor(one: Refusal) {
    super(one.message.en);
    this.refusal = one;
  }
}

/** What the directory of an archive says of an entry. */
export interface DirectoryEntry extends ZipEntry {
  readonly packed: number;
  readonly isEncrypted: boolean;
}

export function tooManyEntries(file: string, count: number): Refusal | undefined {
  return count > ZIP_LIMITS.entries ? bomb(file, `${count} 个条目`, `${count} entries`) : undefined;
}

/** The files of an archive (folders left out), or the first reason not to unpack it. */
export function checkedEntries<T extends DirectoryEntry>(file: string, entries: readonly T[]): Result<T[], Refusal[]> {
  let unpacked = 0;
  let packed = 0;
  const files = entries.filter(({ name }) => !name.endsWith('/'));
  for (const entry of files) {
    if (entry.isEncrypted) return refused(encrypted(file, entry.name));
    if (!isSafePath(entry.name)) return refused(unsafePath(file, entry.name));
    unpacked += entry.size;
    packed += entry.packed;
    if (unpacked > ZIP_LIMITS.totalBytes) return refused(bomb(file, '解开后超过 8 GB', 'more than 8 GB unpacked'));
    if (unpacked > ZIP_LIMITS.ratioFromBytes && unpacked > ZIP_LIMITS.ratio * packed) {
      return refused(bomb(file, `压缩比超过 ${ZIP_LIMITS.ratio}`, `a packing ratio over ${ZIP_LIMITS.ratio}`));
    }
  }
  return files.length === 0 ? refused(emptyArchive(file)) : ok(files);
}

/** Names without the UTF-8 flag are GBK where Windows made them, UTF-8 where careless tools did. */
export function entryName(bytes: Uint8Array): string {
  const name = decodeStrictly(bytes, 'utf-8') ?? decodeLeniently(bytes, 'gb18030');
  return name.replaceAll('\\', '/');
}

function isSafePath(name: string): boolean {
  if (name.startsWith('/') || /^[a-zA-Z]:/.test(name) || name.includes('\u0000')) return false;
  return !name.split('/').includes('..');
}

export function notAZip(file: string): Refusal {
  return refusal(
    'INTAKE_NOT_A_ZIP',
    { file },
    '文件不是完整的 ZIP 压缩包(找不到目录)',
    'The file is not a whole ZIP archive (its directory is missing).',
    '可能没有传完,或是 RAR/7z 等其他格式;请重新压缩为 ZIP',
    'It may be cut short, or RAR or 7z; pack it as ZIP again.',
  );
}

export function directoryDamaged(file: string, reason: string): Refusal {
  return corrupt({ file }, 'ZIP', `目录无法读取(${reason})`, `its directory cannot be read (${reason})`);
}

export function methodUnsupported(file: string, entry: ZipEntry, reason: string): Refusal {
  return refusal(
    'INTAKE_ZIP_METHOD',
    { file, layer: entry.name },
    'ZIP 用了不支持的压缩方法',
    `The ZIP uses a compression method that is not supported (${reason}).`,
    '请用普通的“压缩为 ZIP”重新压缩',
    'Pack it again with ordinary ZIP compression.',
  );
}

export function entryDamaged(file: string, entry: ZipEntry): Refusal {
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

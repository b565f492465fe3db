import { crc32, deflateRawSync } from 'node:zlib';
import { concat, HOSTILE_TEXTS, text, u16, u32, u64, u8, type Seed } from './bytes.ts';

/** An entry of an archive, with everything its directory may lie about. */
export interface ForgedEntry {
  readonly name: string | Uint8Array;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** Bytes as they stand in the archive, where they are not the data packed. */
  readonly packed?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
  /** Name in the local header, where it differs. */
  readonly localName?: string | Uint8Array;
  readonly localSize?: number;
  readonly extra?: Uint8Array;
  /** Upper half: the mode of a Unix file; 0xa1ff0000 is a symbolic link. */
  readonly attributes?: number;
  /** Place of the local header, where the directory names another. */
  readonly at?: number;
}

export interface ForgedEnd {
  readonly prefix?: Uint8Array;
  readonly suffix?: Uint8Array;
  readonly entries?: number;
  readonly directorySize?: number;
  readonly directoryAt?: number;
  readonly disk?: number;
  readonly comment?: Uint8Array;
  readonly commentLength?: number;
  readonly zip64?: Uint8Array;
}

const bytesOf = (name: string | Uint8Array): Uint8Array => (typeof name === 'string' ? text(name) : name);

/** Writes an archive exactly as told, lies and all; the same input gives the same bytes. */
export function forgeZip(entries: readonly ForgedEntry[], end: ForgedEnd = {}): Uint8Array {
  const pieces: Uint8Array[] = [end.prefix ?? new Uint8Array(0)];
  const directory: Uint8Array[] = [];
  let at = pieces[0]!.length;
  for (const entry of entries) {
    const packed = entry.packed ?? (entry.deflate === true ? deflateRawSync(entry.data, { level: 1 }) : entry.data);
    const name = bytesOf(entry.name);
    const localName = bytesOf(entry.localName ?? entry.name);
    const method = u16(entry.method ?? (entry.deflate === true ? 8 : 0));
    const flags = u16(entry.flags ?? (typeof entry.name === 'string' ? 0x800 : 0));
    const crc = u32(entry.crc ?? crc32(entry.data));
    const size = entry.size ?? entry.data.length;
    const packedSize = entry.packedSize ?? packed.length;
    const extra = entry.extra ?? new Uint8Array(0);
    const local = concat(
      'PK\x03\x04',
      u16(20),
      flags,
      method,
      u32(0x58210000),
      crc,
      u32(packedSize),
      u32(entry.localSize ?? size),
      u16(localName.length),
      u16(0),
      localName,
      packed,
    );
    directory.push(
      concat(
        'PK\x01\x02',
        u16(0x314),
        u16(20),
        flags,
        method,
        u32(0x58210000),
        crc,
        u32(packedSize),
        u32(size),
        u16(name.length),
        u16(extra.length),
        u16(0),
        u16(0),
        u16(0),
        u32(entry.attributes ?? 0x81a40000),
        u32(entry.at ?? at),
        name,
        extra,
      ),
    );
    pieces.push(local);
    at += local.length;
  }
  const central = concat(...directory);
  const comment = end.comment ?? new Uint8Array(0);
  const count = u16(end.entries ?? entries.length);
  return concat(
    ...pieces,
    central,
    end.zip64 ?? new Uint8Array(0),
    'PK\x05\x06',
    u16(end.disk ?? 0),
    u16(end.disk ?? 0),
    count,
    count,
    u32(end.directorySize ?? central.length),
    u32(end.directoryAt ?? at),
    u16(end.commentLength ?? comment.length),
    comment,
    end.suffix ?? new Uint8Array(0),
  );
}

/** Files of an archive by name; the first is the one whose loss or change hurts the most. */
export type Inner = Readonly<Record<string, Uint8Array>>;

export const plainEntries = (inner: Inner, deflate = false): ForgedEntry[] =>
  Object.entries(inner).map(([name, data]) => ({ name, data, deflate }));

/** Every way we know in which an archive can be an attack, or merely awkward, around the same good files. */
export function zipSeeds(inner: Inner, file: string): Seed[] {
  const good = plainEntries(inner);
  const first = good[0]!;
  const rest = good.slice(1);
  const bomb = (): Uint8Array => new Uint8Array(100 * 1024 ** 2);
  const renamed = (change: (name: string) => string | Uint8Array): ForgedEntry[] =>
    good.map((entry) => ({ ...entry, name: change(String(entry.name)) }));
  const beside = (...extra: ForgedEntry[]): ForgedEntry[] => [...good, ...extra];
  const extra = (name: string | Uint8Array, data: Uint8Array = text('x')): ForgedEntry => ({ name, data });
  const whole = (): Uint8Array => forgeZip(good);
  const cut = (place: (bytes: Uint8Array) => number) => (): Uint8Array => {
    const bytes = whole();
    return bytes.slice(0, Math.max(1, place(bytes)));
  };
  const find = (bytes: Uint8Array, mark: string): number => Buffer.from(bytes).indexOf(mark, 0, 'latin1');
  const forged: readonly (readonly [string, () => Uint8Array, 'heavy'?])[] = [
    ['stored', whole],
    ['deflated', () => forgeZip(plainEntries(inner, true))],
    ['in a folder', () => forgeZip(renamed((name) => `成果/${name}`))],
    ['forty folders deep', () => forgeZip(renamed((name) => `${'夹/'.repeat(40)}${name}`))],
    ['names in GBK', () => forgeZip(renamed((name) => concat(u8(0xb5, 0xd8, 0xc0, 0xe0, 0x2f), name)))],
    ['UTF-8 names without the flag', () => forgeZip(renamed((name) => text(`地类/${name}`)))],
    ['shadows of a Mac', () => forgeZip(beside(...good.map(({ name }) => extra(`__MACOSX/._${String(name)}`))))],
    ['folders as entries', () => forgeZip([extra('成果/', new Uint8Array(0)), ...good])],
    ['back slashes', () => forgeZip(renamed((name) => `成果\\${name}`))],
    ['slip: ..', () => forgeZip(beside(extra('../slip.txt')))],
    ['slip: .. inside', () => forgeZip(beside(extra('a/../../slip.txt')))],
    ['slip: the layer itself', () => forgeZip(renamed((name) => `../../${name}`))],
    ['slip: .. with back slashes', () => forgeZip(beside(extra('..\\..\\slip.txt')))],
    ['slip: absolute', () => forgeZip(beside(extra('/etc/cron.d/slip')))],
    ['slip: drive', () => forgeZip(beside(extra('C:\\slip.txt')))],
    ['slip: drive with slash', () => forgeZip(beside(extra('C:/slip.txt')))],
    ['slip: server', () => forgeZip(beside(extra('\\\\server\\share\\slip.txt')))],
    ['slip: .. in GBK bytes', () => forgeZip(beside(extra(concat(u8(0x2e, 0x2e, 0x5c, 0xb5, 0xd8)))))],
    ['slip: .. in the local name alone', () => forgeZip([{ ...first, localName: '../../slip' }, ...rest])],
    ['a NUL in a name', () => forgeZip(beside(extra('a\u0000../../b')))],
    [
      'a symbolic link to /etc/passwd',
      () => forgeZip(beside({ name: 'link', data: text('/etc/passwd'), attributes: 0xa1ff0000 })),
    ],
    [
      'the first file is a symbolic link',
      () => forgeZip([{ ...first, data: text('/etc/passwd'), attributes: 0xa1ff0000 }, ...rest]),
    ],
    ['a device file', () => forgeZip([{ ...first, attributes: 0x21ff0000 }, ...rest])],
    ['names of devices', () => forgeZip(beside(extra('CON'), extra('NUL.shp'), extra('aux/com1.dbf')))],
    ['a name of 60,000 bytes', () => forgeZip(beside(extra('n'.repeat(60_000))))],
    ['a name of 300 bytes', () => forgeZip(renamed((name) => `${'长'.repeat(100)}${name}`))],
    ['an empty name', () => forgeZip(beside(extra('')))],
    ['names with line ends', () => forgeZip(renamed((name) => `a\r\nb${name}`))],
    ['names written right to left', () => forgeZip(beside(extra('\u202efdp.exe')))],
    [
      'names that are an attack',
      () => forgeZip(beside(...HOSTILE_TEXTS.map((name) => extra(name.replaceAll('..', '_'))))),
    ],
    [
      'every file twice, the second noise',
      () => forgeZip(beside(...good.map(({ name }) => extra(name, text('noise'))))),
    ],
    [
      'every file twice, the first noise',
      () => forgeZip([...good.map(({ name }) => extra(name, text('noise'))), ...good]),
    ],
    ['the same names in capitals', () => forgeZip(beside(...renamed((name) => name.toUpperCase())))],
    ['encrypted', () => forgeZip(good.map((entry) => ({ ...entry, flags: 1 })))],
    ['one file encrypted', () => forgeZip([{ ...first, flags: 1 }, ...rest])],
    ['strongly encrypted', () => forgeZip(good.map((entry) => ({ ...entry, flags: 0x41 })))],
    ['directory masked', () => forgeZip(good.map((entry) => ({ ...entry, flags: 0x2000 })))],
    ...[1, 6, 9, 12, 14, 93, 97, 98, 99, 0xffff].map(
      (method) => [`packing method ${method}`, () => forgeZip(good.map((entry) => ({ ...entry, method })))] as const,
    ),
    ['stated smaller than it is', () => forgeZip([{ ...first, deflate: true, size: 1 }, ...rest])],
    ['stated larger than it is', () => forgeZip([{ ...first, deflate: true, size: first.data.length + 999 }, ...rest])],
    ['stated empty', () => forgeZip([{ ...first, deflate: true, size: 0 }, ...rest])],
    ['stated as 4 GB', () => forgeZip([{ ...first, size: 0xfffffffe }, ...rest])],
    ['stated as 4 GB packed', () => forgeZip([{ ...first, packedSize: 0xfffffffe, size: 0xfffffffe }, ...rest])],
    ['packed size of nothing', () => forgeZip([{ ...first, deflate: true, packedSize: 0 }, ...rest])],
    ['packed size one too many', () => forgeZip([{ ...first, packedSize: first.data.length + 1 }, ...rest])],
    ['wrong checksums', () => forgeZip(good.map((entry) => ({ ...entry, crc: 0x12345678 })))],
    ['header behind the end', () => forgeZip([{ ...first, at: 0x7ffffff0 }, ...rest])],
    ['header inside the data', () => forgeZip([{ ...first, at: 50 }, ...rest])],
    ['all entries over the first', () => forgeZip(good.map((entry) => ({ ...entry, at: 0 })))],
    [
      'overlapping entries: one kernel of zeros, five hundred times',
      () => {
        const zeros = new Uint8Array(10 * 1024 ** 2);
        const packed = deflateRawSync(zeros);
        const one = { data: new Uint8Array(0), packed, method: 8, size: zeros.length };
        return forgeZip([
          ...good,
          { ...one, name: 'z0' },
          ...Array.from({ length: 500 }, (_, i) => ({
            ...one,
            packed: new Uint8Array(0),
            packedSize: packed.length,
            name: `z${i + 1}`,
            at: 0,
          })),
        ]);
      },
      'heavy',
    ],
    [
      'sizes behind the data',
      () => forgeZip(good.map((entry) => ({ ...entry, deflate: true, flags: 0x808, localSize: 0 }))),
    ],
    ['other names before the data', () => forgeZip(good.map((entry) => ({ ...entry, localName: 'other.bin' })))],
    ['fewer entries stated', () => forgeZip(good, { entries: 1 })],
    ['no entries stated', () => forgeZip(good, { entries: 0 })],
    ['more entries stated', () => forgeZip(good, { entries: good.length + 5 })],
    ['65,535 entries stated', () => forgeZip(good, { entries: 0xffff })],
    [
      '20,001 entries',
      () => forgeZip(beside(...Array.from({ length: 20_001 }, (_, i) => extra(`e${i}`, new Uint8Array(0))))),
      'heavy',
    ],
    ['directory one byte late', () => forgeZip(good, { directoryAt: whole().length - 20 })],
    ['directory at 0', () => forgeZip(good, { directoryAt: 0 })],
    ['directory of 4 GB', () => forgeZip(good, { directorySize: 0xfffffffe })],
    ['directory empty', () => forgeZip(good, { directorySize: 0 })],
    ['fourth disk of seven', () => forgeZip(good, { disk: 3 })],
    ['a comment', () => forgeZip(good, { comment: text('由软件生成') })],
    ['a comment cut', () => forgeZip(good, { comment: text('由软件'), commentLength: 500 })],
    ['a comment that is a directory end', () => forgeZip(good, { comment: forgeZip([]) })],
    ['a program before it', () => forgeZip(good, { prefix: concat('PK\x07\x08', new Uint8Array(500)) })],
    ['noise after it', () => forgeZip(good, { suffix: new Uint8Array(70_000).fill(0x41) })],
    ['a few bytes after it', () => forgeZip(good, { suffix: text('\r\n') })],
    ['two archives one after the other', () => concat(whole(), whole())],
    ['an archive in the archive', () => forgeZip([{ name: 'inner.zip', data: whole() }])],
    [
      'archives in archives, ten deep',
      () => {
        let bytes = whole();
        for (let i = 0; i < 10; i++) bytes = forgeZip([{ name: 'inner.zip', data: bytes }]);
        return bytes;
      },
    ],
    ['a bomb of 100 MB beside it', () => forgeZip(beside({ name: 'zeros.bin', data: bomb(), deflate: true })), 'heavy'],
    ['the first file is a bomb', () => forgeZip([{ ...first, data: bomb(), deflate: true }, ...rest]), 'heavy'],
    [
      'the first file is a bomb that says it is small',
      () => forgeZip([{ ...first, data: bomb(), deflate: true, size: 1_000 }, ...rest]),
      'heavy',
    ],
    ['cut in the first header', cut(() => 20)],
    ['cut in the first name', cut(() => 32)],
    ['cut in the data', cut((bytes) => find(bytes, 'PK\x01\x02') / 2)],
    ['cut before the directory', cut((bytes) => find(bytes, 'PK\x01\x02'))],
    ['cut in the directory', cut((bytes) => find(bytes, 'PK\x01\x02') + 60)],
    ['cut before the end', cut((bytes) => bytes.length - 22)],
    ['cut in the end', cut((bytes) => bytes.length - 5)],
    ['only the end', () => forgeZip([])],
    ['folders only', () => forgeZip([extra('a/', new Uint8Array(0)), extra('a/b/', new Uint8Array(0))])],
    ['empty files', () => forgeZip(good.map((entry) => ({ ...entry, data: new Uint8Array(0) })))],
    ['all files noise', () => forgeZip(good.map((entry) => ({ ...entry, data: new Uint8Array(300).fill(0x5a) })))],
    [
      'a broken deflate stream',
      () => forgeZip([{ ...first, deflate: true, packed: u8(0xff, 0xff, 0xff, 0xff, 1, 2, 3), method: 8 }, ...rest]),
    ],
    [
      'a deflate stream that never ends',
      () => forgeZip([{ ...first, packed: new Uint8Array(64), method: 8 }, ...rest]),
    ],
    [
      'a deflate stream cut',
      () => {
        const packed = deflateRawSync(first.data);
        return forgeZip([{ ...first, method: 8, packed: packed.subarray(0, packed.length >> 1) }, ...rest]);
      },
    ],
    ['an extra field beyond its room', () => forgeZip([{ ...first, extra: concat(u16(1), u16(500)) }, ...rest])],
    [
      '64-bit sizes',
      () =>
        forgeZip([
          {
            ...first,
            size: 0xffffffff,
            packedSize: 0xffffffff,
            extra: concat(u16(1), u16(16), u64(first.data.length), u64(first.data.length)),
          },
          ...rest,
        ]),
    ],
    [
      '64-bit sizes of 2^60',
      () =>
        forgeZip([
          {
            ...first,
            size: 0xffffffff,
            packedSize: 0xffffffff,
            extra: concat(u16(1), u16(16), u64(2n ** 60n), u64(2n ** 60n)),
          },
          ...rest,
        ]),
    ],
    ['64-bit sizes missing', () => forgeZip([{ ...first, size: 0xffffffff, packedSize: 0xffffffff }, ...rest])],
    [
      '64-bit end that points nowhere',
      () =>
        forgeZip(good, {
          entries: 0xffff,
          directoryAt: 0xffffffff,
          zip64: concat('PK\x06\x07', u32(0), u64(2n ** 62n), u32(1)),
        }),
    ],
    [
      '64-bit end of 2^60 entries',
      () => {
        const at = find(whole(), 'PK\x05\x06');
        const end64 = concat(
          'PK\x06\x06',
          u64(44),
          u16(45),
          u16(45),
          u32(0),
          u32(0),
          u64(2n ** 60n),
          u64(2n ** 60n),
          u64(46),
          u64(0),
        );
        return forgeZip(good, {
          entries: 0xffff,
          directorySize: 0xffffffff,
          directoryAt: 0xffffffff,
          zip64: concat(end64, 'PK\x06\x07', u32(0), u64(at), u32(1)),
        });
      },
    ],
    [
      '64-bit end of a directory of 2^52 bytes',
      () => {
        const at = find(whole(), 'PK\x05\x06');
        const end64 = concat(
          'PK\x06\x06',
          u64(44),
          u16(45),
          u16(45),
          u32(0),
          u32(0),
          u64(3),
          u64(3),
          u64(2n ** 52n),
          u64(0),
        );
        return forgeZip(good, {
          entries: 0xffff,
          directorySize: 0xffffffff,
          directoryAt: 0xffffffff,
          zip64: concat(end64, 'PK\x06\x07', u32(0), u64(at), u32(1)),
        });
      },
    ],
    [
      'a file and a folder of one name',
      () => forgeZip(beside(extra(`${String(first.name)}/inner`), extra(String(first.name)))),
    ],
    ...good
      .slice(0, 6)
      .map((_, i) => [`without its file ${i + 1}`, () => forgeZip(good.filter((__, at) => at !== i))] as const),
    ...good
      .slice(0, 6)
      .map(
        (_, i) =>
          [
            `file ${i + 1} empty`,
            () => forgeZip(good.map((entry, at) => (at === i ? { ...entry, data: new Uint8Array(0) } : entry))),
          ] as const,
      ),
    ...good
      .slice(0, 6)
      .map(
        (_, i) =>
          [
            `file ${i + 1} halved`,
            () =>
              forgeZip(
                good.map((entry, at) =>
                  at === i ? { ...entry, data: entry.data.slice(0, entry.data.length >> 1) } : entry,
                ),
              ),
          ] as const,
      ),
  ];
  return forged.map(([name, bytes, heavy]) => ({
    name: `zip: ${name}`,
    file,
    bytes,
    ...(heavy === 'heavy' ? { heavy: true } : {}),
  }));
}

import { localized, type Localized } from '../../kernel/index.ts';
import type { EncodingEvidence } from './views.ts';

/** The encodings Chinese survey files come in. GB2312 and GBK are read as GB18030, their superset. */
export type TextEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

/** Decodes bytes; null where they are not valid in that encoding. text-decoding.ts gives one. */
export type StrictDecode = (bytes: Uint8Array, encoding: TextEncoding) => string | null;

/** What a file says, and shows, about the encoding of its texts. */
export interface EncodingClues {
  /** What the user chose; always obeyed. */
  readonly userEncoding?: TextEncoding | null;
  /** Content of the .cpg sidecar. */
  readonly cpg?: string | null;
  /** Language driver id, byte 29 of a .dbf header. */
  readonly ldid?: number | null;
  /** The first bytes of a text file, where a byte order mark may stand. */
  readonly head?: Uint8Array | null;
  /** Raw texts of the file, field names and first values. The more of them are not ASCII, the surer the answer. */
  readonly samples: readonly { readonly field: string; readonly bytes: Uint8Array }[];
  /** The whole text where it is at hand: it takes part in the decision, not in the samples shown. */
  readonly body?: Uint8Array | null;
  /** What going through the whole text piece by piece found, in place of `body`. */
  readonly verdict?: { readonly ascii: boolean; readonly utf8: boolean; readonly gb18030: boolean } | null;
}

/** The encoding a label (`.cpg` content, user's word, code page number) stands for, or undefined. */
export function encodingOfLabel(label: string): TextEncoding | undefined {
  const key = label
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase()
    .replace(/[\s_-]/g, '')
    .replace(/^(cp|ansi|windows|oem|codepage)(?=\d)/, '');
  if (['utf8', '65001', 'utf8bom', 'unicodeutf8'].includes(key)) return 'utf-8';
  if (['gbk', 'gb2312', 'gb18030', '936', '54936', 'cngb', 'euccn', 'hzgb', 'ms936', 'xgbk', 'chinese'].includes(key))
    return 'gb18030';
  if (['utf16', 'utf16le', '1200', 'unicode', 'ucs2'].includes(key)) return 'utf-16le';
  if (['utf16be', '1201'].includes(key)) return 'utf-16be';
  return undefined;
}

/** Language driver ids of dBASE that mean code page 936 (GBK). Others in survey files are left-overs of the writer's locale. */
export function encodingOfLdid(ldid: number): TextEncoding | undefined {
  return ldid === 0x4d || ldid === 0x7a ? 'gb18030' : undefined;
}

/** The encoding a byte order mark stands for and its length in bytes. */
export function encodingOfBom(
  bytes: Uint8Array,
): { readonly encoding: TextEncoding; readonly length: number } | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}

/**
 * UTF-16 without a mark: text that is mostly ASCII (coordinates) then has a zero in nearly every second byte.
 * Looks at the first 512 bytes.
 */
export function looksLikeUtf16(bytes: Uint8Array): TextEncoding | undefined {
  const length = Math.min(bytes.length, 512) & ~1;
  if (length < 8) return undefined;
  let evenZeros = 0;
  let oddZeros = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) evenZeros++;
    if (bytes[i + 1] === 0) oddZeros++;
  }
  const half = length / 2;
  if (oddZeros > 0.3 * half && evenZeros < 0.05 * half) return 'utf-16le';
  if (evenZeros > 0.3 * half && oddZeros < 0.05 * half) return 'utf-16be';
  return undefined;
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

const DECLARED_BY = {
  cpg: localized('.cpg 文件', 'the .cpg file'),
  ldid: localized('dbf 文件头的语言标识 (LDID)', 'the language id (LDID) in the dbf header'),
} as const;

/**
 * Finds the encoding of a file's texts: user → byte order mark → .cpg → LDID → strict UTF-8 → GB18030, and keeps the
 * first texts decoded both ways as proof. A declaration is believed unless the bytes themselves rule it out: bytes
 * that are not UTF-8 cannot be, and four or more Chinese characters that all decode as strict UTF-8 are no accident
 * in GBK. Such a contradiction is resolved by the bytes and stated in the notes.
 */
export function detectEncoding(clues: EncodingClues, decode: StrictDecode): EncodingEvidence {
  const foreign = clues.samples.filter((sample) => !isAscii(sample.bytes));
  const samples = foreign.slice(0, 8).map((sample) => ({
    field: sample.field,
    utf8: decode(sample.bytes, 'utf-8'),
    gb18030: decode(sample.bytes, 'gb18030'),
  }));
  const notes: Localized[] = [];
  const decided = (encoding: TextEncoding, decidedBy: EncodingEvidence['decidedBy']): EncodingEvidence => ({
    encoding,
    decidedBy,
    samples,
    notes,
  });

  if (clues.userEncoding) return decided(clues.userEncoding, 'user');
  const bom = clues.head ? encodingOfBom(clues.head) : undefined;
  if (bom) return decided(bom.encoding, 'bom');

  const { verdict } = clues;
  const judged = clues.body ? [clues.body] : foreign.map((sample) => sample.bytes);
  const utf8Texts = judged.map((bytes) => decode(bytes, 'utf-8'));
  const allUtf8 = verdict?.utf8 ?? utf8Texts.every((text) => text !== null);
  const chinese = utf8Texts.reduce((sum, text) => sum + (text?.match(/[\u4e00-\u9fff]/g)?.length ?? 0), 0);
  const surelyUtf8 = allUtf8 && chinese >= 4;

  const declarations: ['cpg' | 'ldid', TextEncoding | undefined][] = [
    ['cpg', clues.cpg ? encodingOfLabel(clues.cpg) : undefined],
    ['ldid', clues.ldid ? encodingOfLdid(clues.ldid) : undefined],
  ];
  if (clues.cpg?.trim() && declarations[0]![1] === undefined) {
    const label = clues.cpg.trim().slice(0, 30);
    notes.push(
      localized(
        `.cpg 文件写的编码“${label}”不是中文编码,未采用`,
        `the .cpg file names “${label}”, no encoding of Chinese text; not used`,
      ),
    );
  }
  for (const [source, encoding] of declarations) {
    if (encoding === undefined) continue;
    const contradicted = (encoding === 'utf-8' && !allUtf8) || (encoding === 'gb18030' && surelyUtf8);
    if (!contradicted) return decided(encoding, source);
    const by = DECLARED_BY[source];
    notes.push(
      encoding === 'utf-8'
        ? localized(
            `${by.zh}声明为 UTF-8,但文字不是合法的 UTF-8,未采用`,
            `${by.en} says UTF-8, but the texts are not valid UTF-8; not used`,
          )
        : localized(
            `${by.zh}声明为 GBK,但全部文字都是合法的 UTF-8 汉字,按 UTF-8 读取`,
            `${by.en} says GBK, but all texts are valid UTF-8 Chinese; read as UTF-8`,
          ),
    );
  }
  if (allUtf8) {
    if (verdict?.ascii ?? judged.every(isAscii))
      notes.push(
        localized(
          '样本全部为英文和数字,任何编码读法相同',
          'the sampled texts are plain ASCII, which every encoding reads alike',
        ),
      );
    return decided('utf-8', 'strict-utf-8');
  }
  if (!(verdict?.gb18030 ?? judged.every((bytes) => decode(bytes, 'gb18030') !== null))) {
    notes.push(
      localized(
        '有文字既不是合法的 UTF-8 也不是合法的 GB18030,个别字可能有误',
        'some texts are valid neither as UTF-8 nor as GB18030; single characters may be wrong',
      ),
    );
  }
  return decided('gb18030', 'fallback-gb18030');
}

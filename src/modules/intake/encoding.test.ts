import { describe, expect, it } from 'vitest';
import { encodingOfLabel } from './encoding.ts';
import { decodeTextFile, findEncoding } from './encoding.server.ts';
import { encodeGb18030 } from './gb18030.server.ts';

const utf8 = (text: string): Uint8Array => Buffer.from(text);
const gbk = (text: string): Uint8Array => encodeGb18030(text)!;
const samples = (...texts: Uint8Array[]) => texts.map((bytes, i) => ({ field: `F${i}`, bytes }));
const decided = (clues: Parameters<typeof findEncoding>[0]): string => {
  const evidence = findEncoding(clues);
  return `${evidence.encoding} ${evidence.decidedBy}${evidence.notes.length > 0 ? ' noted' : ''}`;
};

describe('encoding of attribute text', () => {
  it('knows the labels of .cpg files', () => {
    for (const label of ['UTF-8', 'utf8', '65001', '\uFEFFUTF-8\r\n', 'CP65001'])
      expect(encodingOfLabel(label)).toBe('utf-8');
    for (const label of [
      'GBK',
      'GB2312',
      'gb18030',
      '936',
      'CP936',
      'ANSI 936',
      'OEM 936',
      'windows-936',
      'x-gbk',
      'EUC-CN',
    ])
      expect(encodingOfLabel(label)).toBe('gb18030');
    for (const label of ['ISO-8859-1', '1252', 'big5', '']) expect(encodingOfLabel(label)).toBeUndefined();
  });
  it('asks .cpg, then LDID, then strict UTF-8, then GB18030', () => {
    expect(decided({ cpg: 'UTF-8', samples: samples(utf8('水田')) })).toBe('utf-8 cpg');
    expect(decided({ cpg: 'GBK', ldid: 0, samples: samples(gbk('水田')) })).toBe('gb18030 cpg');
    expect(decided({ ldid: 0x4d, samples: samples(gbk('水田')) })).toBe('gb18030 ldid');
    expect(decided({ ldid: 0x57, samples: samples(gbk('水田')) })).toBe('gb18030 fallback-gb18030');
    expect(decided({ samples: samples(utf8('水田'), utf8('旱地')) })).toBe('utf-8 strict-utf-8');
    expect(decided({ samples: samples(utf8('水田'), gbk('旱地')) })).toBe('gb18030 fallback-gb18030');
    expect(decided({ samples: samples(utf8('0101')) })).toBe('utf-8 strict-utf-8 noted');
    expect(decided({ userEncoding: 'gb18030', cpg: 'UTF-8', samples: samples(utf8('水田')) })).toBe('gb18030 user');
  });
  it('does not believe a declaration the bytes rule out, and says so', () => {
    expect(decided({ cpg: 'UTF-8', samples: samples(gbk('地类图斑'), gbk('权属单位')) })).toBe(
      'gb18030 fallback-gb18030 noted',
    );
    expect(decided({ cpg: 'GBK', ldid: 0x4d, samples: samples(utf8('地类图斑'), utf8('权属单位')) })).toBe(
      'utf-8 strict-utf-8 noted',
    );
    expect(decided({ cpg: 'ISO-8859-1', samples: samples(utf8('水田坑塘')) })).toBe('utf-8 strict-utf-8 noted');
    // Two characters may be valid both ways by accident; then the declaration stands.
    expect(decided({ cpg: 'GBK', samples: samples(utf8('水')) })).toBe('gb18030 cpg');
  });
  it('shows the first texts both ways', () => {
    const evidence = findEncoding({
      samples: [
        { field: 'DLMC', bytes: gbk('水田') },
        { field: 'DLBM', bytes: utf8('0101') },
      ],
    });
    expect(evidence.samples).toEqual([{ field: 'DLMC', utf8: null, gb18030: '水田' }]);
  });
  it('decodes whole text files', () => {
    expect(decodeTextFile(utf8('\uFEFF水田')).text).toBe('水田');
    expect(decodeTextFile(gbk('旱地,水田')).text).toBe('旱地,水田');
    expect(
      decodeTextFile(Buffer.from('坐标系=2000\r\n带号=36\r\nJ1,1,2428000,36560000', 'utf16le')).evidence.encoding,
    ).toBe('utf-16le');
    // GBK text of which the first lines are plain: the whole file decides.
    expect(decodeTextFile(Buffer.concat([utf8('a,b\n'.repeat(10_000)), gbk('水田')])).text.endsWith('水田')).toBe(true);
  });
});

describe('GB18030 encoder', () => {
  it('is the inverse of the decoder for GBK, and refuses what GBK lacks', () => {
    const decoder = new TextDecoder('gb18030', { fatal: true });
    let text = '';
    for (let code = 0x4e00; code <= 0x9fa5; code++) text += String.fromCharCode(code);
    text += '〇,。“”①ⅠαЯ㎡ABC123';
    expect(decoder.decode(encodeGb18030(text)!)).toBe(text);
    expect(encodeGb18030('𠀀')).toBeUndefined();
  });
});

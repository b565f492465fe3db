import { describe, expect, it } from 'vitest';
import { bytesInMemory } from './byte-source.ts';
import { findTextKind } from './text-file.ts';

describe('findTextKind', () => {
  it('knows texts shorter than a word, wherever they lie in memory', async () => {
    const memory = Buffer.from('xxxxab,田"yyyy');
    for (let from = 0; from < 8; from++) {
      for (let to = from; to < from + 8; to++) {
        const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.length).subarray(from, to);
        const { evidence, quoted } = await findTextKind(bytesInMemory('a.txt', bytes));
        expect(quoted, `${from}–${to}`).toBe(bytes.includes(0x22));
        expect(evidence.encoding, `${from}–${to}`).toMatch(/^(utf-8|gb18030)$/);
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import { xmlText, xmlTexts } from './xml-text.ts';

describe('xmlText', () => {
  it('leaves out what XML cannot hold and nothing else', () => {
    expect(xmlText('a\u0000\u0001\u000b\u001f\ud800b\udc00\ufffe\uffff')).toBe('ab');
    expect(xmlText('田\t畴\r\n😀𠮷&<>"')).toBe('田\t畴\r\n😀𠮷&<>"');
  });

  it('goes through plain data and leaves the rest as it is', () => {
    const coords = Float64Array.of(1, 2);
    expect(xmlTexts({ a: ['x\u0001', { b: 'y\ud800' }], n: 1, none: null, coords })).toEqual({
      a: ['x', { b: 'y' }],
      n: 1,
      none: null,
      coords,
    });
  });
});

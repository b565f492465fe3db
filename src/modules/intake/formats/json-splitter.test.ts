import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../kernel/index.ts';
import { repairJson } from './json-repair.ts';
import { createJsonSplitter } from './json-splitter.ts';

/** Splits a text fed in pieces of random sizes; returns the texts found. */
function split(
  text: string,
  seed: number,
): { features: string[]; properties: string[]; members: string[]; kind: string | null } {
  const bytes = new TextEncoder().encode(text);
  const decode = (from: number, to: number): string => new TextDecoder().decode(bytes.subarray(from, to));
  const found: ReturnType<typeof split> = { features: [], properties: [], members: [], kind: null };
  const splitter = createJsonSplitter({
    feature(from, to, propertiesFrom, propertiesTo) {
      found.features.push(decode(from, to));
      found.properties.push(propertiesFrom < 0 ? '' : decode(propertiesFrom, propertiesTo).trim());
    },
    member: (name, from, to) => found.members.push(`${name}=${decode(from, to).trim()}`),
  });
  const random = seededRandom(seed);
  for (let at = 0; at < bytes.length; ) {
    const size = random.integer(1, 7);
    if (!splitter.push(bytes.subarray(at, at + size))) break;
    at += size;
  }
  if (!splitter.problem) splitter.end();
  found.kind = splitter.problem?.kind ?? null;
  return found;
}

describe('createJsonSplitter', () => {
  it('finds the same however the text is cut into pieces', () => {
    const features = [
      '{"type":"Feature","properties":{"a":"}],\\"{[","水":[1,{"b":2}]},"geometry":null}',
      '{ "geometry" : {"type":"Polygon","coordinates":[[[1,2],[3,4],[5,6],[1,2]]]} , "properties" : null }',
      '{"x":"properties","properties":{}}',
      '{}',
    ];
    const text = `\n{ "type" : "FeatureCollection", "n": -1.5e3 ,"features" : [ ${features.join(' ,\n')} ], "crs": {"features":[{}]}, "t":true }\n`;
    const expected = split(text, 0);
    expect(expected).toEqual({
      features,
      properties: ['{"a":"}],\\"{[","水":[1,{"b":2}]}', 'null', '{}', ''],
      members: ['type="FeatureCollection"', 'n=-1.5e3', 'crs={"features":[{}]}', 't=true'],
      kind: null,
    });
    for (let seed = 1; seed <= 100; seed++) expect(split(text, seed), `seed ${seed}`).toEqual(expected);
  });

  it('takes sequences, and a single feature', () => {
    expect(split('{"a":1}\n{"a":2}\r\n\u001e{"a":3}', 1).features).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
    expect(split('{"type":"Feature","properties":{"p":1}}', 1).properties).toEqual(['{"p":1}']);
  });

  it.each([
    ['{"features":[{},]}', 'unexpected'],
    ['{"features":[{}{}]}', 'unexpected'],
    ['{"features":[{},{}}', 'unexpected'],
    ['{"features":[1]}', 'unexpected'],
    ['{"a" 1}', 'unexpected'],
    ['{"a":1,}', 'unexpected'],
    ['{"a":}', 'unexpected'],
    ['[{}]', 'not-json'],
    ['', 'not-json'],
    ['{"features":[{"a":"', 'truncated'],
    ['{"features":[{}]', 'truncated'],
    [`{"features":[{"a":${'['.repeat(100)}`, 'too-deep'],
  ])('%s is %s', (text, kind) => {
    for (let seed = 1; seed <= 20; seed++) expect(split(text, seed).kind).toBe(kind);
  });
});

describe('repairJson', () => {
  it('makes NaN null and long integers texts, outside strings only', () => {
    const { text, nans, longIntegers } = repairJson(
      '{"a":NaN,"b":-Infinity,"c":"NaN 450702000000000001","d":450702000000000001,"e":[1.2345678901234567,9007199254740991]}',
    );
    expect(JSON.parse(text)).toEqual({
      a: null,
      b: null,
      c: 'NaN 450702000000000001',
      d: '450702000000000001',
      e: [1.2345678901234567, 9007199254740991],
    });
    expect([nans, longIntegers]).toEqual([2, 1]);
  });
});

import { describe, expect, it } from 'vitest';
import { createXmlScanner, XmlDamaged } from './xml-scan.ts';

/** What a scanner says of a text that arrives in pieces of a length. */
function events(xml: string, piece: number): string[] {
  const said: string[] = [];
  const scanner = createXmlScanner({
    open: (name, attribute) => said.push(`<${name} ${attribute('r') ?? ''}>`),
    text: (text) => said.push(text),
    close: (name) => said.push(`</${name}>`),
  });
  for (let at = 0; at < xml.length; at += piece) scanner.feed(xml.slice(at, at + piece));
  scanner.end();
  return said.join('').split('\n');
}

describe('createXmlScanner', () => {
  it('gives the same in whatever pieces the text arrives', () => {
    const xml = `<?xml version="1.0"?><!-- < > --><x:a xmlns:x="u"><b r="1 &gt; &#x32;"/>t&amp;&#30000;<![CDATA[<&]]><c r='"'>é</c ></x:a>\n`;
    const whole = events(xml, xml.length);
    expect(whole.join('')).toBe('<a ><b 1 > 2></b>t&田<&<c ">é</c></a>'.replace('田', String.fromCodePoint(30000)));
    for (const piece of [1, 2, 3, 7, 50]) expect(events(xml, piece)).toEqual(whole);
  });

  it.each([
    ['a document type', '<!DOCTYPE a><a/>'],
    ['a document type with entities', '<!DOCTYPE a [<!ENTITY l "x">]><a>&l;</a>'],
    ['an entity nobody declared', '<a>&lol;</a>'],
    ['an entity named like a part of objects', '<a>&constructor;</a>'],
    ['a character that is none', '<a>&#x110000;</a>'],
    ['tags that cross', '<a><b></a></b>'],
    ['a tag never closed', '<a><b>'],
    ['a tag in a tag', '<a <b>>'],
    ['two roots', '<a/><b/>'],
    ['text alone', 'hello'],
    ['nothing', ''],
    ['nests without end', '<a>'.repeat(1_000)],
    ['a tag without end', `<a ${'x'.repeat(600_000)}`],
    ['a comment without end', `<a><!-- ${'x'.repeat(600_000)}`],
  ])('%s is damaged', (_, xml) => {
    expect(() => events(xml, 64 * 1024)).toThrow(XmlDamaged);
  });
});

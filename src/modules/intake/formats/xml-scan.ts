/** What a part of an office file is made of, in order. Names come without their prefix. */
export interface XmlHandler {
  /** `attribute` gives the value of an attribute (its name without prefix), references resolved; undefined where it is absent. */
  open(name: string, attribute: (name: string) => string | undefined): void;
  /** Text inside elements, references resolved; a long text comes in several pieces. */
  text(text: string): void;
  close(name: string): void;
}

/** The XML is not well-formed, or holds what no office program writes. */
export class XmlDamaged extends Error {
  override readonly name = 'XmlDamaged';
}

/** Deeper than any part of a workbook; what is nested further is an attack on who reads it. */
const DEEPEST = 100;
/** The longest tag; a tag that goes on for longer is not waited for. */
const LONGEST_TAG = 256 * 1024;

/**
 * Goes through XML as it arrives, piece by piece, without building a tree. There are no document types here: a part that
 * declares one is damaged (nothing is ever fetched, nothing expands), and the only references are the five of XML and numbers.
 *
 * @throws XmlDamaged
 */
export function createXmlScanner(handler: XmlHandler): { feed(piece: string): void; end(): void } {
  let held = '';
  let hasRoot = false;
  const path: string[] = [];

  const element = (tag: string): void => {
    if (tag.startsWith('/')) {
      const name = localName(/^\/\s*([^\s>/]+)\s*$/.exec(tag)?.[1] ?? '');
      if (path.pop() !== name) throw new XmlDamaged(`</${name.slice(0, 40)}> closes nothing`);
      handler.close(name);
      return;
    }
    const isEmpty = tag.endsWith('/');
    const name = localName(/^[^\s/]+/.exec(tag)?.[0] ?? '');
    if (name === '') throw new XmlDamaged('a tag without a name');
    if (path.length === 0 && hasRoot) throw new XmlDamaged('two roots');
    if (path.length >= DEEPEST) throw new XmlDamaged('nested too deep');
    hasRoot = true;
    handler.open(name, (wanted) => attributeOf(tag, wanted));
    if (isEmpty) handler.close(name);
    else path.push(name);
  };

  /** Takes the markup at `at` if all of it is there; returns where it ends, or -1. */
  const markup = (source: string, at: number): number => {
    const past = (mark: string, from: number): number => {
      const end = source.indexOf(mark, from);
      return end < 0 ? -1 : end + mark.length;
    };
    if (source.startsWith('<!--', at)) return past('-->', at + 4);
    if (source.startsWith('<?', at)) return past('?>', at + 2);
    if (source.startsWith('<![CDATA[', at)) {
      const end = source.indexOf(']]>', at + 9);
      if (end < 0) return -1;
      if (path.length > 0) handler.text(source.slice(at + 9, end));
      return end + 3;
    }
    if (source.startsWith('<!', at)) {
      // The start of a comment or CDATA may still be on its way.
      if ('<!--'.startsWith(source.slice(at)) || '<![CDATA['.startsWith(source.slice(at))) return -1;
      throw new XmlDamaged('a document type is declared');
    }
    const end = endOfTag(source, at + 1);
    if (end < 0) return -1;
    element(source.slice(at + 1, end));
    return end + 1;
  };

  const take = (source: string, isLast: boolean): string => {
    let at = 0;
    for (;;) {
      const next = source.indexOf('<', at);
      if (next < 0) {
        // A reference may be cut in two: text from its & on waits, but not for ever.
        const cut = isLast ? source.length : cutOfText(source, at);
        words(source.slice(at, cut));
        return source.slice(cut);
      }
      if (next > at) words(source.slice(at, next));
      const end = markup(source, next);
      if (end < 0) {
        if (source.length - next > LONGEST_TAG) throw new XmlDamaged('a tag without an end');
        return source.slice(next);
      }
      at = end;
    }
  };

  const words = (text: string): void => {
    if (text === '') return;
    if (path.length > 0) handler.text(text.includes('&') ? resolved(text) : text);
    else if (text.replaceAll('\u0000', '').trim() !== '') throw new XmlDamaged('text outside the root');
  };

  return {
    feed(piece) {
      held = take(held + piece, false);
    },
    end() {
      const rest = take(held, true);
      if (rest !== '' || path.length > 0 || !hasRoot) throw new XmlDamaged('it ends too early');
    },
  };
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Place of the > that ends a tag; those in quoted values do not. */
function endOfTag(source: string, from: number): number {
  let quote = '';
  for (let i = from; i < source.length; i++) {
    const character = source[i]!;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return i;
    else if (character === '<') throw new XmlDamaged('a tag in a tag');
  }
  return -1;
}

function cutOfText(source: string, from: number): number {
  const open = source.lastIndexOf('&');
  return open >= from && source.length - open < 12 && !source.includes(';', open) ? open : source.length;
}

/** Goes through the attributes once from the left; a pattern over a long tag would go through it again at every place. */
function attributeOf(tag: string, wanted: string): string | undefined {
  for (let at = 0; ; ) {
    const equals = tag.indexOf('=', at);
    if (equals < 0) return undefined;
    let open = equals + 1;
    while (open < tag.length && isBlank(tag.charCodeAt(open))) open++;
    const quote = tag[open];
    if (quote !== '"' && quote !== "'") throw new XmlDamaged('an attribute without quotes');
    const end = tag.indexOf(quote, open + 1);
    if (end < 0) throw new XmlDamaged('an attribute without an end');
    let last = equals;
    while (last > at && isBlank(tag.charCodeAt(last - 1))) last--;
    let first = last;
    while (first > at && !isBlank(tag.charCodeAt(first - 1))) first--;
    if (localName(tag.slice(first, last)) === wanted) return resolved(tag.slice(open + 1, end));
    at = end + 1;
  }
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function resolved(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&\s]{0,12};?)/g, (_, reference: string) => {
    const name = reference.endsWith(';') ? reference.slice(0, -1) : '';
    const named = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
    if (named !== undefined) return named;
    const number = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(name);
    const code =
      number === null ? Number.NaN : number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
    if (!(code >= 0 && code <= 0x10ffff)) throw new XmlDamaged(`&${reference.slice(0, 12)} stands for nothing`);
    return code === 0 || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  });
}

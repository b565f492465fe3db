import { unzipSync } from 'fflate';
import type { Random } from '../../../src/kernel/index.ts';
import { concat, HOSTILE_TEXTS, lie, liesOf, text, type NumberField } from './bytes.ts';
import { dbfFields, shpFields, shxFields } from './seeds/shapefile.seeds.ts';
import { fgbFields } from './seeds/flatgeobuf.seeds.ts';
import { gpkgFields } from './seeds/geopackage.seeds.ts';
import { gdbtableFields, gdbtablxFields } from './seeds/filegdb.seeds.ts';
import { forgeZip, type ForgedEntry } from './zip-forge.ts';

/** Larger mutants find nothing that smaller ones do not, and take longer. */
const LARGEST = 2_000_000;

/** Changes a file at random, knowing what it is made of. The same random numbers give the same bytes. */
export function mutate(file: string, bytes: Uint8Array, partner: Uint8Array, random: Random): Uint8Array {
  const changed = isZip(bytes) ? mutateZip(bytes, partner, random) : mutateFlat(file, bytes, partner, random);
  return changed.length > LARGEST ? changed.slice(0, LARGEST) : changed;
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3;

function entriesOf(bytes: Uint8Array): ForgedEntry[] | null {
  if (bytes.length > 4 * LARGEST) return null;
  try {
    // A bomb is not unpacked to be made worse.
    const files = unzipSync(bytes, { filter: ({ originalSize }) => originalSize < LARGEST });
    const entries = Object.entries(files).map(([name, data]) => ({ name, data }));
    return entries.length > 0 && entries.length < 200 ? entries : null;
  } catch {
    return null;
  }
}

/** Most mutants of an archive change a file in it and pack it again, so that they get past the archive. */
function mutateZip(bytes: Uint8Array, partner: Uint8Array, random: Random): Uint8Array {
  const entries = entriesOf(bytes);
  const way = random.next();
  if (entries === null || way < 0.06) return mutateBytes(bytes, partner, random);
  if (way < 0.16) return forgeZip(...liedAbout(entries, random));
  const others = isZip(partner) ? entriesOf(partner) : null;
  if (way < 0.26) return forgeZip(reshuffled(entries, others ?? [], random));
  const changes = random.integer(1, 2);
  for (let i = 0; i < changes; i++) {
    // Small files (a .prj, a .cpg) are as likely as large ones.
    const at = random.integer(0, entries.length - 1);
    const entry = entries[at]!;
    const same = others?.find(({ name }) => name === entry.name) ?? entry;
    entries[at] = { ...entry, data: mutateFlat(String(entry.name), entry.data, same.data, random) };
  }
  return forgeZip(entries);
}

function liedAbout(entries: readonly ForgedEntry[], random: Random): [ForgedEntry[], Parameters<typeof forgeZip>[1]] {
  const odd = (): number =>
    random.pick([0, 1, 7, 0xff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff, random.integer(0, 100_000)]);
  const at = random.integer(0, entries.length - 1);
  const key = random.pick([
    'method',
    'flags',
    'crc',
    'size',
    'packedSize',
    'localSize',
    'attributes',
    'at',
    'name',
    'localName',
    'end',
  ] as const);
  if (key === 'end') {
    const part = random.pick(['entries', 'directorySize', 'directoryAt', 'disk', 'commentLength'] as const);
    return [[...entries], { [part]: odd() }];
  }
  const value =
    key === 'name' || key === 'localName'
      ? `${random.pick(['', '../', '/', 'C:', 'a\\', '\u0000', '夹/'])}${String(entries[at]!.name)}${random.pick(['', '/', '.bak', ' '])}`
      : odd();
  const deflate = random.next() < 0.5;
  return [entries.map((entry, i) => ({ ...entry, deflate, ...(i === at ? { [key]: value } : {}) })), {}];
}

function reshuffled(entries: ForgedEntry[], others: readonly ForgedEntry[], random: Random): ForgedEntry[] {
  const at = random.integer(0, entries.length - 1);
  const other = random.integer(0, entries.length - 1);
  const way = random.integer(0, 5);
  const one = entries[at]!;
  if (way === 0 && entries.length > 1) entries.splice(at, 1);
  else if (way === 1) entries.push(one);
  else if (way === 2)
    [entries[at], entries[other]] = [
      { ...one, data: entries[other]!.data },
      { ...entries[other]!, data: one.data },
    ];
  else if (way === 3 && others.length > 0) entries[at] = { ...one, data: random.pick(others).data };
  else if (way === 4) entries.push(...others);
  else
    entries[at] = {
      ...one,
      name: `${random.pick(['A', '成果/', '__MACOSX/', ''])}${String(one.name)}${random.pick(['', '.txt', '.shp', '.gpkg', '.geojson'])}`,
    };
  return entries;
}

const FIELDS: Readonly<Record<string, (bytes: Uint8Array) => NumberField[]>> = {
  shp: shpFields,
  shx: shxFields,
  dbf: dbfFields,
  fgb: fgbFields,
  gpkg: gpkgFields,
  gdbtable: gdbtableFields,
  gdbtablx: gdbtablxFields,
};

function mutateFlat(file: string, bytes: Uint8Array, partner: Uint8Array, random: Random): Uint8Array {
  const extension = /\.([^.]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  let changed = bytes;
  // Few changes reach deep, many change much.
  const steps = random.pick([1, 1, 1, 2, 2, 3, 5]);
  for (let i = 0; i < steps; i++) {
    const fields = FIELDS[extension];
    if (fields !== undefined && random.next() < 0.55) {
      const all = fields(changed);
      if (all.length > 0) {
        const field = random.pick(all);
        changed = lie(
          changed,
          field,
          random.next() < 0.7 ? random.pick(liesOf(changed, field)) : random.integer(0, 300),
        );
        continue;
      }
    }
    if (/^(geojson|json)$/.test(extension) && random.next() < 0.6) changed = mutateTree(changed, random);
    else if (/^(geojson|json|geojsonl|ndjson)$/.test(extension) && random.next() < 0.8)
      changed = mutateText(changed, partner, random, JSON_PIECES);
    else if (/^(xml|rels)$/.test(extension) && random.next() < 0.85) changed = mutateXml(changed, partner, random);
    else if (/^(txt|csv|tsv|prj|cpg)$/.test(extension) && random.next() < 0.85)
      changed = mutateText(changed, partner, random, TEXT_PIECES);
    else changed = mutateBytes(changed, partner, random);
  }
  return changed;
}

function mutateBytes(bytes: Uint8Array, partner: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return partner;
  const at = random.integer(0, bytes.length - 1);
  const length = random.pick([1, 2, 4, 8, 16, 64, 512, 1_024]);
  const copy = new Uint8Array(bytes);
  switch (random.integer(0, 10)) {
    case 0:
    case 1: {
      for (let n = random.integer(1, 8); n > 0; n--)
        copy[random.integer(0, copy.length - 1)]! ^= 1 << random.integer(0, 7);
      return copy;
    }
    case 2:
      copy.fill(random.pick([0, 0xff, 0x7f, 0x80, 0x20, 0x41]), at, at + length);
      return copy;
    case 3:
      return lie(
        copy,
        { name: '', at: at & ~3, size: 4, big: random.next() < 0.5 },
        random.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, bytes.length, at]),
      );
    case 4:
      return lie(
        copy,
        { name: '', at, size: 8, real: true },
        random.pick([Number.NaN, Infinity, -Infinity, 1e300, -1, 0, 5e-324]),
      );
    case 5:
      return concat(copy.subarray(0, at), copy.subarray(at + length));
    case 6:
      return concat(copy.subarray(0, at + length), copy.subarray(at));
    case 7:
      return concat(copy.subarray(0, at), new Uint8Array(length).fill(random.integer(0, 255)), copy.subarray(at));
    case 8:
      return copy.slice(0, Math.max(1, at));
    case 9: {
      copy.copyWithin(
        at,
        random.integer(0, copy.length - 1),
        Math.min(copy.length, random.integer(0, copy.length - 1) + length),
      );
      return copy;
    }
    default: {
      // Cross-over: the front of one file, the back of another.
      const from =
        partner.length === 0
          ? 0
          : random.next() < 0.5
            ? Math.min(at, partner.length)
            : random.integer(0, partner.length - 1);
      return concat(copy.subarray(0, at), partner.subarray(from));
    }
  }
}

const NUMBERS = [
  '0',
  '-1',
  '1e999',
  '-1e308',
  '1e-400',
  'NaN',
  '4294967295',
  '-0',
  '9'.repeat(40),
  '',
  '0x10',
  '１２',
  '36560000',
  '108.5',
  '2428000',
  '1.',
];
const TEXT_PIECES = [
  ',',
  ',,,',
  '"',
  "'",
  '\r\n',
  '\n\n',
  '@',
  '[地块坐标]',
  '[属性描述]',
  '=',
  '\t',
  ';',
  '\u0000',
  '\ufeff',
  '，',
  'J1,1,0,0',
  'POLYGON((',
  '))',
  '[',
  ']',
  '"PROJCS["',
  ' '.repeat(300),
];
const JSON_PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  'null',
  'true',
  '[[',
  ']]',
  '{"type":"Polygon"',
  '"features":[',
  '"crs":null,',
  '\\u0000',
  '\\ud800',
  '1e999',
  '\u001e',
  '\n',
  '[[[0,0],[0,1],[1,1],[0,0]]]',
  '"__proto__":1,',
  '['.repeat(2_000),
];

/** Texts are cut at their own marks: numbers, lines, pieces of the language they are in. */
function mutateText(bytes: Uint8Array, partner: Uint8Array, random: Random, pieces: readonly string[]): Uint8Array {
  const source = Buffer.from(bytes).toString('latin1');
  const raw = (value: string): string => Buffer.from(text(value)).toString('latin1');
  const back = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));
  const at = random.integer(0, source.length);
  switch (random.integer(0, 8)) {
    case 0:
    case 1: {
      // The first number behind a random place.
      const found = /-?\d+(\.\d+)?/.exec(source.slice(at, at + 2_000));
      if (found === null) return mutateBytes(bytes, partner, random);
      const place = at + found.index;
      return back(source.slice(0, place) + raw(random.pick(NUMBERS)) + source.slice(place + found[0].length));
    }
    case 2:
      return back(source.slice(0, at) + raw(random.pick(pieces)) + source.slice(at));
    case 3:
      return back(source.slice(0, at) + raw(random.pick(HOSTILE_TEXTS).slice(0, 300)) + source.slice(at));
    case 4: {
      // A mark of the language goes or becomes another.
      const found = /[{}[\],:"=@;\t\n]/.exec(source.slice(at));
      if (found === null) return mutateBytes(bytes, partner, random);
      const place = at + found.index;
      return back(
        source.slice(0, place) + (random.next() < 0.5 ? '' : raw(random.pick(pieces))) + source.slice(place + 1),
      );
    }
    case 5:
    case 6: {
      // Lines (or members, where there are none): one goes, comes twice, or two change places.
      const mark = source.includes('\n') ? '\n' : ',';
      const parts = source.split(mark);
      const one = random.integer(0, parts.length - 1);
      const two = random.integer(0, parts.length - 1);
      const way = random.integer(0, 2);
      if (way === 0) parts.splice(one, random.integer(1, 3));
      else if (way === 1) parts.splice(two, 0, ...parts.slice(one, one + random.integer(1, 20)));
      else [parts[one], parts[two]] = [parts[two]!, parts[one]!];
      return back(parts.join(mark));
    }
    case 7: {
      const other = Buffer.from(partner).toString('latin1');
      const cut = random.integer(0, other.length);
      return back(
        source.slice(0, at) +
          other.slice(cut, cut + random.pick([20, 200, 5_000])) +
          source.slice(random.next() < 0.5 ? at : Math.min(source.length, at + 200)),
      );
    }
    default:
      return mutateBytes(bytes, partner, random);
  }
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  5e-324,
  37_500_000,
  108.5,
  '',
  'x',
  '=1+1',
  '0101',
  [],
  [[]],
  {},
  [1, 2],
  [
    [
      [0, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ],
  ],
  { type: 'Polygon', coordinates: [] },
  { __proto__: null },
  '文'.repeat(3_000),
  2 ** 60,
];

function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}

/** Changes a value of a JSON text and writes it again: a text that is JSON, and something else than it was. */
function mutateTree(bytes: Uint8Array, random: Random): Uint8Array {
  // A nest deeper than any stack is left to the mutators of text.
  if (depthOf(bytes) > 200) return mutateText(bytes, bytes, random, JSON_PIECES);
  let tree: unknown;
  try {
    tree = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return mutateBytes(bytes, bytes, random);
  }
  // From the root down, a little deeper at each step, so that heads and coordinates are met alike.
  let parent: Record<string, unknown> | null = null;
  let key = '';
  for (let node: unknown = tree; typeof node === 'object' && node !== null; ) {
    const keys = Object.keys(node);
    if (keys.length === 0 || (parent !== null && random.next() < 0.15)) break;
    parent = node as Record<string, unknown>;
    key = random.pick(keys);
    node = parent[key];
  }
  if (parent === null) return text(JSON.stringify(random.pick(VALUES)));
  const way = random.integer(0, 5);
  if (way === 0 && !Array.isArray(parent)) delete parent[key];
  else if (way === 1 && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (way === 2 && Array.isArray(parent)) parent.splice(Number(key), 0, ...parent.slice(0, random.integer(1, 30)));
  else if (way === 3)
    parent[random.pick(['type', 'name', 'crs', 'geometry', 'properties', 'BSM', '__x'])] = parent[key];
  else if (way === 4 && typeof parent[key] === 'number')
    parent[key] =
      (parent[key] as number) * random.pick([-1, 1.000001, 10, 1e-6, 1e10]) + random.pick([0, 1e-9, 1, 1e6]);
  else parent[key] = random.pick(VALUES);
  return text(JSON.stringify(tree));
}

const ATTRIBUTES = [
  '0',
  '-1',
  '1',
  '99999999',
  '4294967295',
  '1048576',
  '16384',
  'A1:XFD1048576',
  'XFD1048576',
  'x',
  '',
  's',
  'inlineStr',
  'b',
  'e',
  'str',
  '../../x',
  'http://127.0.0.1:9/',
  '&lol;',
  '&#0;',
  '&#x10FFFF;',
];
const TAGS = [
  '<!DOCTYPE a [<!ENTITY lol "x">]>',
  '<c r="D2"><v>1e999</v></c>',
  '<row r="4294967295">',
  '</row>',
  '</sheetData>',
  '<is><t>=1+1</t></is>',
  '<v>',
  '&lol;',
  '&amp',
  '<!--',
  ']]>',
  '<![CDATA[',
  '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
  '<cols><col min="1" max="4294967295"/></cols>',
  '<f t="shared" ref="A1:XFD9999" si="0">A1</f>',
  '<a>'.repeat(2_000),
  '<?x ?>',
];

function mutateXml(bytes: Uint8Array, partner: Uint8Array, random: Random): Uint8Array {
  const source = Buffer.from(bytes).toString('utf8');
  const at = random.integer(0, source.length);
  /** The first place behind a random one where the pattern stands, or the first of all. */
  const replaced = (pattern: RegExp, by: (found: string) => string): Uint8Array => {
    const later = pattern.exec(source.slice(at));
    const found = later ?? pattern.exec(source);
    if (found === null) return mutateBytes(bytes, partner, random);
    const from = found.index + (later === null ? 0 : at);
    return text(source.slice(0, from) + by(found[0]) + source.slice(from + found[0].length));
  };
  switch (random.integer(0, 7)) {
    case 0:
    case 1:
      return replaced(/="[^"]{0,2000}"/, () => `="${random.pick(ATTRIBUTES)}"`);
    case 2:
      return replaced(/>[^<]{1,2000}</, () => `>${random.pick([...NUMBERS, ...ATTRIBUTES])}<`);
    case 3:
      return replaced(/<[^<>]{1,2000}>/, () => '');
    case 4:
      return replaced(/<[^<>]{1,2000}>/, (found) => found.repeat(random.pick([2, 3, 50])));
    case 5:
      return replaced(/<[^<>]{1,2000}>/, (found) => random.pick(TAGS) + (random.next() < 0.5 ? found : ''));
    case 6:
      return mutateText(bytes, partner, random, TAGS);
    default:
      return mutateBytes(bytes, partner, random);
  }
}

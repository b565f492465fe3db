import type { SourceFormat } from './format.ts';

/** What the first bytes of a file, and its name, say it is. */
export type Sniffed = SourceFormat | 'zip' | 'empty' | { readonly unknown: string };

const starts = (bytes: Uint8Array, ...expected: number[]): boolean => expected.every((byte, i) => bytes[i] === byte);
const asciiAt = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0));

/** Files that are brought to survey offices and are none of ours, by how they start; to say what they are. */
const FOREIGN: readonly [name: string, test: (bytes: Uint8Array) => boolean][] = [
  ['RAR', (bytes) => asciiAt(bytes, 0, 'Rar!')],
  ['7z', (bytes) => starts(bytes, 0x37, 0x7a, 0xbc, 0xaf)],
  ['gzip', (bytes) => starts(bytes, 0x1f, 0x8b)],
  ['PDF', (bytes) => asciiAt(bytes, 0, '%PDF')],
  ['DWG', (bytes) => asciiAt(bytes, 0, 'AC10')],
  ['Access (MDB)', (bytes) => asciiAt(bytes, 4, 'Standard Jet DB') || asciiAt(bytes, 4, 'Standard ACE DB')],
  ['Excel 97 / Word 97 (OLE)', (bytes) => starts(bytes, 0xd0, 0xcf, 0x11, 0xe0)],
  ['PNG', (bytes) => starts(bytes, 0x89, 0x50, 0x4e, 0x47)],
  ['JPEG', (bytes) => starts(bytes, 0xff, 0xd8, 0xff)],
  ['TIFF', (bytes) => starts(bytes, 0x49, 0x49, 0x2a, 0) || starts(bytes, 0x4d, 0x4d, 0, 0x2a)],
  ['Windows program', (bytes) => asciiAt(bytes, 0, 'MZ')],
];

/**
 * Names the format from the first bytes (some 4 kB) and, where bytes leave it open, the file name. The bytes win:
 * a GeoPackage called .shp is a GeoPackage.
 */
export function sniff(head: Uint8Array, fileName: string): Sniffed {
  const extension = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  if (head.length === 0) return 'empty';
  if (asciiAt(head, 0, 'fgb') && asciiAt(head, 4, 'fgb')) return 'flatgeobuf';
  if (asciiAt(head, 0, 'SQLite format 3')) return 'geopackage';
  if (starts(head, 0x50, 0x4b, 3, 4) || starts(head, 0x50, 0x4b, 5, 6)) return 'zip';
  if (starts(head, 0, 0, 0x27, 0x0a) || extension === 'shp' || extension === 'dbf' || extension === 'shx')
    return 'shapefile';
  for (const [name, test] of FOREIGN) if (test(head)) return { unknown: name };
  const text = firstCharacters(head);
  if (text.startsWith('{') || text.startsWith('\u001e')) return 'geojson';
  if (text.startsWith('<')) return { unknown: /<kml/i.test(text) ? 'KML' : 'XML' };
  if (['geojson', 'json', 'geojsonl', 'geojsons', 'ndjson'].includes(extension)) return 'geojson';
  if (extension === 'fgb') return 'flatgeobuf';
  if (extension === 'gpkg') return 'geopackage';
  if (extension === 'zip') return 'zip';
  if (extension === 'xlsx') return 'xlsx';
  if (extension === 'dxf' || /^\s*0\s+SECTION/.test(text)) return { unknown: 'DXF' };
  if (extension === 'csv' || extension === 'tsv') return 'csv';
  if (extension === 'txt') return looksLikeTable(text) ? 'csv' : 'boundary-txt';
  return { unknown: extension === '' ? '?' : `.${extension}` };
}

/** The first characters as far as ASCII goes, in UTF-8, GBK or UTF-16 alike (zero bytes and marks left out). */
function firstCharacters(head: Uint8Array): string {
  let text = '';
  for (let i = 0; i < Math.min(head.length, 1024); i++) {
    const byte = head[i]!;
    if (byte === 0 || byte === 0xfe || byte === 0xff || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    text += String.fromCharCode(byte);
  }
  return text.trimStart();
}

/** A .txt with neither a section in brackets nor an @ line at its head, whose first line is of several columns. */
function looksLikeTable(text: string): boolean {
  if (text.startsWith('[') || text.includes('@')) return false;
  const first = /^[^\r\n]*/.exec(text)![0];
  return /[,\t;]/.test(first) && !/^J?\d+\s*,\s*\d+\s*,\s*[\d.]+\s*,\s*[\d.]+\s*$/i.test(first);
}

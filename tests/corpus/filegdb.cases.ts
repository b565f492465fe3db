import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { expect } from 'vitest';
import { columnOf } from '../../src/kernel/index.ts';
import { concat, GEODATABASES, indexOfBytes, patched, X, type CorpusCase, type Kit } from './kit.ts';

type Key = keyof typeof GEODATABASES;
type Files = Record<string, Uint8Array>;

/** Entries of a zip with the files of a geodatabase in a folder (at the top where the folder is ''). */
function inFolder(files: Files, folder: string): Files {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [folder === '' ? name : `${folder}/${name}`, bytes]),
  );
}

const zipped =
  (key: Key, folder = 'DLTB.gdb', change: (files: Files) => Files = (files) => files): CorpusCase['make'] =>
  async (kit) =>
    kit.zip('dltb.gdb.zip', inFolder(change(await kit.geodatabase(key)), folder));

const without =
  (pattern: RegExp) =>
  (files: Files): Files =>
    Object.fromEntries(Object.entries(files).filter(([name]) => !pattern.test(name)));

/** The table of the layer is the one that is largest of the user's own (a00000009 on). */
function layerTable(files: Files): string {
  const tables = Object.keys(files).filter((name) =>
    /^a0000000[9a-f]\.gdbtable$|^a000000[1-9a-f].\.gdbtable$/.test(name),
  );
  return tables.sort((a, b) => files[b]!.length - files[a]!.length)[0]!;
}

const spoiltTable =
  (change: (bytes: Uint8Array) => Uint8Array) =>
  (files: Files): Files => {
    const name = layerTable(files);
    return { ...files, [name]: change(files[name]!) };
  };

async function asDirectory(kit: Kit, files: Files): Promise<string> {
  const path = join(await kit.file('marker', ''), '..', 'DLTB.gdb');
  await mkdir(path);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}

export const filegdbCases: readonly CorpusCase[] = [
  {
    name: 'the folder zipped, as asked for',
    make: zipped('parcels'),
    expect: { reads: 6, epsg: 4525, check: ({ layer }) => expect(columnOf(layer, 'DLMC')![0]).toBe('水田') },
  },
  { name: 'the files zipped without their folder', make: zipped('parcels', ''), expect: { reads: 6, epsg: 4525 } },
  {
    name: 'two folders deep, folder names in Chinese',
    make: zipped('parcels', '成果/示范县/地类图斑.gdb'),
    expect: { reads: 6 },
  },
  { name: 'the folder in capitals, .GDB', make: zipped('parcels', 'DLTB.GDB'), expect: { reads: 6 } },
  {
    name: 'file names in capitals',
    make: zipped('parcels', 'DLTB.gdb', (files) =>
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name.toUpperCase(), bytes])),
    ),
    expect: { reads: 6 },
  },
  {
    name: 'back slashes in the zip (packed by an old Windows program)',
    make: async (kit) =>
      kit.zip(
        'back.zip',
        Object.fromEntries(
          Object.entries(await kit.geodatabase('parcels')).map(([name, bytes]) => [`DLTB.gdb\\${name}`, bytes]),
        ),
      ),
    expect: { reads: 6 },
  },
  {
    name: '__MACOSX shadows',
    make: async (kit) =>
      kit.zip('mac.zip', {
        ...inFolder(await kit.geodatabase('parcels'), 'DLTB.gdb'),
        '__MACOSX/DLTB.gdb/._a00000001.gdbtable': concat('Mac'),
      }),
    expect: { reads: 6 },
  },
  {
    name: 'lock files of ArcGIS in the folder',
    make: zipped('parcels', 'DLTB.gdb', (files) => ({ ...files, 'DLTB.PC-01.4711.5150.sr.lock': new Uint8Array(0) })),
    expect: { reads: 6 },
  },
  {
    name: 'the unzipped folder',
    make: async (kit) => asDirectory(kit, await kit.geodatabase('parcels')),
    expect: { reads: 6, epsg: 4525 },
  },
  { name: 'degrees', make: zipped('degrees'), expect: { reads: 6, epsg: 4490 } },
  { name: 'heights', make: zipped('heights'), expect: { reads: 6, says: ['geometry.z-dropped'] } },
  {
    name: 'a layer named in Chinese',
    make: zipped('chinese'),
    expect: { reads: 6, check: ({ layerName }) => expect(layerName).toBe('地类图斑') },
  },
  { name: 'no features', make: zipped('empty'), expect: { reads: 0, epsg: 4525 } },
  { name: 'lines only', make: zipped('lines'), expect: { refused: 'INTAKE_NO_POLYGON_LAYER' } },
  { name: 'points only', make: zipped('points'), expect: { refused: 'INTAKE_NO_POLYGON_LAYER' } },
  {
    name: 'a layer that is not there is asked for',
    make: zipped('parcels'),
    options: { layer: 'XZQ' },
    expect: { refused: 'INTAKE_NO_SUCH_LAYER' },
  },
  {
    name: 'the user gives a CRS the coordinates contradict',
    make: zipped('parcels'),
    options: { crs: 4526 },
    expect: { refused: 'INTAKE_CRS_CONTRADICTION' },
  },
  {
    name: 'the layer asked for in other letters',
    make: zipped('parcels'),
    options: { layer: 'dltb' },
    expect: { reads: 6, check: ({ layer }) => expect(Math.round(layer.coords[0]!)).toBe(X) },
  },
  {
    name: 'the catalogue is missing',
    make: zipped('parcels', 'DLTB.gdb', without(/^a00000001\.gdbtable$/)),
    expect: { refused: 'INTAKE_FILEGDB_INCOMPLETE' },
  },
  {
    name: 'only the spatial indexes were packed',
    make: zipped('parcels', 'DLTB.gdb', (files) => without(/gdbtable$/)({ ...files })),
    expect: { refused: 'INTAKE_FILEGDB_INCOMPLETE' },
  },
  {
    name: 'the .gdbtablx files are missing: without them deleted features would come back',
    make: zipped('parcels', 'DLTB.gdb', without(/gdbtablx$/)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the table of the layer is missing',
    make: zipped('parcels', 'DLTB.gdb', (files) => without(new RegExp(layerTable(files)))(files)),
    expect: { refused: 'INTAKE_NO_POLYGON_LAYER' },
  },
  {
    name: 'the table of the layer is empty',
    make: zipped(
      'parcels',
      'DLTB.gdb',
      spoiltTable(() => new Uint8Array(0)),
    ),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the table of the layer is cut',
    make: zipped(
      'parcels',
      'DLTB.gdb',
      spoiltTable((bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))),
    ),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the table of the layer is noise',
    make: zipped(
      'parcels',
      'DLTB.gdb',
      spoiltTable((bytes) => patched(bytes, 0, ...Array.from({ length: 200 }, (): number => 0x77))),
    ),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the catalogue is noise',
    make: zipped('parcels', 'DLTB.gdb', (files) => ({
      ...files,
      'a00000001.gdbtable': new Uint8Array(400).fill(0x5a),
    })),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the catalogue is cut',
    make: zipped('parcels', 'DLTB.gdb', (files) => ({
      ...files,
      'a00000001.gdbtable': files['a00000001.gdbtable']!.subarray(0, 60),
    })),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'two geodatabases in one zip',
    make: async (kit) =>
      kit.zip('two.zip', {
        ...inFolder(await kit.geodatabase('parcels'), 'A.gdb'),
        ...inFolder(await kit.geodatabase('degrees'), 'B.gdb'),
      }),
    expect: { refused: 'INTAKE_SEVERAL_GEODATABASES' },
  },
  {
    name: 'an empty .gdb folder',
    make: (kit) => kit.zip('a.zip', { 'DLTB.gdb/gdb': concat('x') }),
    expect: { refused: 'INTAKE_FILEGDB_INCOMPLETE' },
  },
  {
    name: 'zip slip',
    make: async (kit) =>
      kit.zip('slip.zip', {
        ...inFolder(await kit.geodatabase('parcels'), 'DLTB.gdb'),
        '../DLTB.gdb/a00000001.gdbtable': concat('x'),
      }),
    expect: { refused: 'INTAKE_ZIP_UNSAFE_PATH' },
  },
  {
    name: 'zip bomb',
    make: async (kit) =>
      kit.zip('bomb.zip', {
        ...inFolder(await kit.geodatabase('parcels'), 'DLTB.gdb'),
        'DLTB.gdb/a0000000f.gdbtable': new Uint8Array(100 * 1024 ** 2),
      }),
    expect: { refused: 'INTAKE_ZIP_BOMB' },
  },
  {
    name: 'with a password',
    make: async (kit) => {
      const archive = zipSync(inFolder(await kit.geodatabase('parcels'), 'DLTB.gdb'));
      for (let at = indexOfBytes(archive, 'PK\x01\x02'); at >= 0; at = indexOfBytes(archive, 'PK\x01\x02', at + 1))
        archive[at + 8]! |= 1;
      return kit.file('secret.zip', archive);
    },
    expect: { refused: 'INTAKE_ZIP_ENCRYPTED' },
  },
  {
    name: 'cut in transfer',
    make: async (kit) => {
      const archive = zipSync(inFolder(await kit.geodatabase('parcels'), 'DLTB.gdb'));
      return kit.file('cut.zip', archive.subarray(0, Math.floor(archive.length / 2)));
    },
    expect: { refused: 'INTAKE_NOT_A_ZIP' },
  },
  {
    name: 'a folder that is no geodatabase',
    make: async (kit) => join(await kit.file('readme.txt', 'x'), '..'),
    expect: { refused: 'INTAKE_UNKNOWN_FORMAT' },
  },
];

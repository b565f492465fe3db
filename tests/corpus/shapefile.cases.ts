import { zipSync } from 'fflate';
import { expect } from 'vitest';
import { columnOf } from '../../src/kernel/index.ts';
import { concat, doubles, indexOfBytes, patched, X, Y, type CorpusCase, type Kit } from './kit.ts';

type Parts = Record<string, Uint8Array>;

/** Entries of a zip with the parts under one name. */
function entries(parts: Parts, stem = 'DLTB', without: readonly string[] = []): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(parts)
      .filter(([part]) => !without.includes(part))
      .map(([part, bytes]) => [`${stem}.${part}`, bytes]),
  );
}

const zipped = async (kit: Kit, parts: Parts, stem?: string, without?: readonly string[]): Promise<string> =>
  kit.zip('dltb.zip', entries(parts, stem, without));

/** Place of the content of record `n` (0-based) in a main file. */
function recordAt(shp: Uint8Array, n: number): number {
  const view = new DataView(shp.buffer, shp.byteOffset);
  let at = 100;
  for (let i = 0; i < n; i++) at += 8 + 2 * view.getInt32(at + 4);
  return at + 8;
}

/** A main file of polygon records made by hand, each a list of rings as given: not closed, not oriented. */
function shpOf(shapes: readonly (readonly (readonly number[][])[])[], type = 5): Uint8Array {
  const records = shapes.map((rings, n) => {
    const points = rings.reduce((sum, ring) => sum + ring.length, 0);
    const content = new Uint8Array(44 + 4 * rings.length + 16 * points);
    const view = new DataView(content.buffer);
    view.setInt32(0, type, true);
    view.setInt32(36, rings.length, true);
    view.setInt32(40, points, true);
    let start = 0;
    rings.forEach((ring, r) => {
      view.setInt32(44 + 4 * r, start, true);
      content.set(doubles(...ring.flat()), 44 + 4 * rings.length + 16 * start);
      start += ring.length;
    });
    const head = new Uint8Array(8);
    new DataView(head.buffer).setInt32(0, n + 1);
    new DataView(head.buffer).setInt32(4, content.length / 2);
    return concat(head, content);
  });
  const body = concat(...records);
  const head = new Uint8Array(100);
  const view = new DataView(head.buffer);
  view.setInt32(0, 9994);
  view.setInt32(24, (100 + body.length) / 2);
  view.setInt32(28, 1000, true);
  view.setInt32(32, type, true);
  return concat(head, body);
}

/** A table of one numeric field with `count` records. */
function dbfOf(count: number): Uint8Array {
  const head = new Uint8Array(65);
  const view = new DataView(head.buffer);
  head[0] = 3;
  view.setUint32(4, count, true);
  view.setUint16(8, 65, true);
  view.setUint16(10, 5, true);
  head.set([0x4e, 0x4f], 32);
  head[43] = 'N'.charCodeAt(0);
  head[48] = 4;
  head[64] = 0x0d;
  return concat(head, ...Array.from({ length: count }, (_, i) => ` ${String(i).padStart(4)}`), Uint8Array.of(0x1a));
}

/** A layer of hand-made shapes in EPSG:4525. */
async function byHand(kit: Kit, shapes: Parameters<typeof shpOf>[0], type?: number): Promise<string> {
  const { prj } = await kit.shapefile('utf8');
  return kit.zip('hand.zip', entries({ shp: shpOf(shapes, type), dbf: dbfOf(shapes.length), prj: prj! }));
}

const box = (x: number, y: number, side: number): number[][] => [
  [x, y],
  [x, y + side],
  [x + side, y + side],
  [x + side, y],
  [x, y],
];
const back = (ring: number[][]): number[][] => [...ring].reverse();

const areas = (layer: { ringRoles: Uint8Array }): number[] => Array.from(layer.ringRoles);

export const shapefileCases: readonly CorpusCase[] = [
  {
    name: 'the end record of a large archive is said to lie 2^62 bytes on',
    make: async (kit) => {
      const archive = zipSync(entries(await kit.shapefile('utf8')));
      const locator = new Uint8Array(20);
      locator.set([0x50, 0x4b, 6, 7]);
      new DataView(locator.buffer).setBigUint64(8, 2n ** 62n, true);
      const end = concat(archive.subarray(archive.length - 22));
      end.set([0xff, 0xff, 0xff, 0xff], 16);
      return kit.file('large.zip', concat(archive.subarray(0, archive.length - 22), locator, end));
    },
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'no .prj, eastings with zone prefix: the zone is read off the digits',
    make: async (kit) => zipped(kit, await kit.shapefile('utf8'), 'DLTB', ['prj']),
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'no .prj, eastings of six digits: which zone cannot be known',
    make: (kit) => kit.zip('noprj.zip', entries({ shp: shpOf([[box(500_000, Y, 100)]]), dbf: dbfOf(1) })),
    expect: { refused: 'INTAKE_CRS_ZONE_NEEDED' },
  },
  {
    name: 'no .prj, six digits, the user gives the CRS',
    make: (kit) => kit.zip('noprj.zip', entries({ shp: shpOf([[box(500_000, Y, 100)]]), dbf: dbfOf(1) })),
    options: { crs: 4546 },
    expect: { reads: 1, epsg: 4546 },
  },
  {
    name: 'no .prj, degrees over China: read as CGCS2000 with a warning',
    make: async (kit) => zipped(kit, await kit.shapefile('degrees'), 'DLTB', ['prj']),
    expect: { reads: 6, epsg: 4490, says: ['crs.assumed'] },
  },
  {
    name: '.prj says Xi’an 1980',
    make: async (kit) =>
      zipped(kit, {
        ...(await kit.shapefile('utf8')),
        prj: concat(
          'PROJCS["Xian_1980_3_Degree_GK_Zone_37",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",37500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]',
        ),
      }),
    expect: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' },
  },
  {
    name: '.prj says degrees, the coordinates are metres',
    make: async (kit) => zipped(kit, { ...(await kit.shapefile('utf8')), prj: (await kit.shapefile('degrees')).prj! }),
    expect: { refused: 'INTAKE_CRS_METRES_AS_DEGREES' },
  },
  {
    name: '.prj of Web Mercator',
    make: async (kit) =>
      zipped(kit, {
        ...(await kit.shapefile('utf8')),
        prj: concat(
          'PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]',
        ),
      }),
    expect: { refused: 'INTAKE_CRS_WEB_MERCATOR' },
  },
  {
    name: 'x and y exchanged',
    make: (kit) => byHand(kit, [[box(Y, X, 100)]]),
    expect: { reads: 1, epsg: 4525, says: ['crs.axes-swapped'], check: ({ layer }) => expect(layer.coords[0]).toBe(X) },
  },
  {
    name: 'GBK without .cpg',
    make: async (kit) =>
      zipped(kit, { ...(await kit.shapefile('gbk')), dbf: patched((await kit.shapefile('gbk')).dbf!, 29, 0) }, 'DLTB', [
        'cpg',
      ]),
    expect: {
      reads: 6,
      check: ({ layer, encoding }) => {
        expect(encoding).toMatchObject({ encoding: 'gb18030', decidedBy: 'fallback-gb18030' });
        expect(columnOf(layer, 'DLMC')![0]).toBe('水田');
      },
    },
  },
  {
    name: 'UTF-8 without .cpg',
    make: async (kit) => zipped(kit, await kit.shapefile('utf8'), 'DLTB', ['cpg']),
    expect: {
      reads: 6,
      check: ({ layer, encoding }) => {
        expect(encoding).toMatchObject({ encoding: 'utf-8', decidedBy: 'strict-utf-8' });
        expect(columnOf(layer, 'ZLDWMC')![0]).toBe('示范县田畴镇水口村民委员会');
      },
    },
  },
  {
    name: '.cpg says UTF-8, the texts are GBK',
    make: async (kit) => zipped(kit, { ...(await kit.shapefile('gbk')), cpg: concat('UTF-8') }),
    expect: { reads: 6, check: ({ layer }) => expect(columnOf(layer, 'DLMC')![1]).toBe('旱地') },
  },
  {
    name: '.cpg says GBK, the texts are UTF-8',
    make: async (kit) => zipped(kit, { ...(await kit.shapefile('utf8')), cpg: concat('GBK') }),
    expect: { reads: 6, check: ({ layer }) => expect(columnOf(layer, 'DLMC')![1]).toBe('旱地') },
  },
  {
    name: '.cpg says ISO-8859-1, as a careless export writes it',
    make: async (kit) =>
      zipped(kit, {
        ...(await kit.shapefile('gbk')),
        cpg: concat('ISO-8859-1\r\n'),
        dbf: patched((await kit.shapefile('gbk')).dbf!, 29, 0x57),
      }),
    expect: { reads: 6, check: ({ layer }) => expect(columnOf(layer, 'DLMC')![1]).toBe('旱地') },
  },
  {
    name: 'field names in Chinese, GBK, only the LDID says so',
    make: async (kit) =>
      zipped(
        kit,
        {
          ...(await kit.shapefile('chineseFields')),
          dbf: patched((await kit.shapefile('chineseFields')).dbf!, 29, 0x4d),
        },
        'DLTB',
        ['cpg'],
      ),
    expect: {
      reads: 6,
      check: ({ layer, encoding }) => {
        expect(encoding!.decidedBy).toBe('ldid');
        expect(layer.columns.map((column) => column.name)).toEqual(['标识码', '地类']);
      },
    },
  },
  {
    name: 'a text cut by its field in the middle of a character',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      const at = indexOfBytes(parts.dbf!, 'DLMC');
      const head = new DataView(parts.dbf!.buffer, parts.dbf!.byteOffset);
      // The field keeps its place but tells five bytes of its width; what follows moves into a field of its own.
      const width = parts.dbf![at + 16]!;
      const headerLength = head.getUint16(8, true);
      const filler = parts.dbf!.slice(at, at + 32);
      filler.set([0x46, 0x49, 0x4c, 0x4c, 0, 0, 0, 0, 0, 0, 0], 0);
      // A number: its bytes are half a character, which no text field may show to the judge of the encoding.
      filler[11] = 'N'.charCodeAt(0);
      filler[16] = width - 5;
      const dbf = concat(parts.dbf!.subarray(0, at + 32), filler, parts.dbf!.subarray(at + 32));
      dbf[at + 16] = 5;
      new DataView(dbf.buffer).setUint16(8, headerLength + 32, true);
      return zipped(kit, { ...parts, dbf });
    },
    expect: {
      reads: 6,
      says: ['attribute.text-cut'],
      check: ({ layer }) => expect(columnOf(layer, 'DLMC')![0]).toBe('水'),
    },
  },
  {
    name: 'two fields of the same name',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      const at = indexOfBytes(parts.dbf!, 'DLMC');
      return zipped(kit, { ...parts, dbf: patched(parts.dbf!, at, 0x44, 0x4c, 0x42, 0x4d) });
    },
    expect: {
      reads: 6,
      says: ['attribute.field-renamed'],
      check: ({ layer }) => expect(columnOf(layer, 'DLBM_2')![0]).toBe('水田'),
    },
  },
  {
    name: 'extensions in upper case, in a folder with a Chinese name, twice deep',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      return kit.zip(
        'upper.zip',
        Object.fromEntries(
          Object.entries(parts).map(([part, bytes]) => [`成果/示范县/DLTB.${part.toUpperCase()}`, bytes]),
        ),
      );
    },
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'folder name in GBK inside the zip (packed by Windows)',
    make: async (kit) => {
      const archive = zipSync(entries(await kit.shapefile('utf8'), 'XXXX/DLTB'));
      const gbk = [0xb3, 0xc9, 0xb9, 0xfb];
      for (let at = indexOfBytes(archive, 'XXXX/'); at >= 0; at = indexOfBytes(archive, 'XXXX/', at + 1))
        archive.set(gbk, at);
      return kit.file('gbk.zip', archive);
    },
    expect: { reads: 6 },
  },
  {
    name: '__MACOSX shadows beside the real files',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      return kit.zip('mac.zip', {
        ...entries(parts),
        ...Object.fromEntries(Object.keys(parts).map((part) => [`__MACOSX/._DLTB.${part}`, concat('Mac OS X')])),
      });
    },
    expect: { reads: 6 },
  },
  {
    name: 'no .shx',
    make: async (kit) => zipped(kit, await kit.shapefile('utf8'), 'DLTB', ['shx']),
    expect: { reads: 6 },
  },
  {
    name: 'no .dbf',
    make: async (kit) => zipped(kit, await kit.shapefile('utf8'), 'DLTB', ['dbf']),
    expect: { refused: 'INTAKE_SHAPEFILE_PART_MISSING' },
  },
  {
    name: 'no .shp',
    make: async (kit) => zipped(kit, await kit.shapefile('utf8'), 'DLTB', ['shp']),
    expect: { refused: 'INTAKE_SHAPEFILE_PART_MISSING' },
  },
  {
    name: 'two polygon layers in one zip, none named',
    make: async (kit) =>
      kit.zip('two.zip', {
        ...entries(await kit.shapefile('utf8'), 'DLTB'),
        ...entries(await kit.shapefile('gbk'), 'CJDCQ'),
      }),
    expect: { refused: 'INTAKE_SEVERAL_LAYERS' },
  },
  {
    name: 'two polygon layers in one zip, one named',
    make: async (kit) =>
      kit.zip('two.zip', {
        ...entries(await kit.shapefile('utf8'), 'DLTB'),
        ...entries(await kit.shapefile('gbk'), 'CJDCQ'),
      }),
    options: { layer: 'cjdcq' },
    expect: { reads: 6, check: ({ layerName }) => expect(layerName).toBe('CJDCQ') },
  },
  {
    name: 'a polygon layer and a line layer: the polygons are meant',
    make: async (kit) =>
      kit.zip('both.zip', {
        ...entries(await kit.shapefile('lines'), 'XZDW'),
        ...entries(await kit.shapefile('utf8'), 'DLTB'),
      }),
    expect: { reads: 6, check: ({ layerName }) => expect(layerName).toBe('DLTB') },
  },
  {
    name: 'a line layer',
    make: async (kit) => zipped(kit, await kit.shapefile('lines')),
    expect: { refused: 'INTAKE_NOT_POLYGON' },
  },
  {
    name: 'a point layer',
    make: async (kit) => zipped(kit, await kit.shapefile('points')),
    expect: { refused: 'INTAKE_NOT_POLYGON' },
  },
  {
    name: 'MultiPatch (3D buildings)',
    make: async (kit) =>
      zipped(kit, {
        ...(await kit.shapefile('utf8')),
        shp: patched((await kit.shapefile('utf8')).shp!, 32, 31, 0, 0, 0),
      }),
    expect: { refused: 'INTAKE_NOT_POLYGON' },
  },
  {
    name: 'Polygon Z: heights are left behind',
    make: async (kit) => zipped(kit, await kit.shapefile('heights')),
    expect: { reads: 6, says: ['geometry.z-dropped'], check: ({ layer }) => expect(layer.coords.length).toBe(2 * 28) },
  },
  {
    name: 'Polygon M: measures are left behind',
    make: async (kit) => zipped(kit, await kit.shapefile('measures')),
    expect: { reads: 6, says: ['geometry.z-dropped'] },
  },
  {
    name: 'a layer without features',
    make: async (kit) => zipped(kit, await kit.shapefile('empty')),
    expect: { reads: 0, epsg: 4525 },
  },
  {
    name: 'an empty file called .zip',
    make: (kit) => kit.file('empty.zip', new Uint8Array(0)),
    expect: { refused: 'INTAKE_EMPTY_FILE' },
  },
  {
    name: 'a zip cut short in transfer',
    make: async (kit) => {
      const archive = zipSync(entries(await kit.shapefile('utf8')));
      return kit.file('cut.zip', archive.subarray(0, archive.length - 200));
    },
    expect: { refused: 'INTAKE_NOT_A_ZIP' },
  },
  {
    name: 'a RAR renamed to .zip',
    make: (kit) => kit.file('rar.zip', concat('Rar!\x1a\x07\x01\x00', new Uint8Array(200))),
    expect: { refused: 'INTAKE_UNKNOWN_FORMAT' },
  },
  {
    name: 'a zip with a password',
    make: async (kit) => {
      const archive = zipSync(entries(await kit.shapefile('utf8')));
      for (let at = indexOfBytes(archive, 'PK\x01\x02'); at >= 0; at = indexOfBytes(archive, 'PK\x01\x02', at + 1))
        archive[at + 8]! |= 1;
      return kit.file('secret.zip', archive);
    },
    expect: { refused: 'INTAKE_ZIP_ENCRYPTED' },
  },
  {
    name: 'zip slip: an entry that leads out of the archive',
    make: async (kit) =>
      kit.zip('slip.zip', { ...entries(await kit.shapefile('utf8')), '../../evil.shp': concat('x') }),
    expect: { refused: 'INTAKE_ZIP_UNSAFE_PATH' },
  },
  {
    name: 'zip bomb: 100 MB of zeros packed to nothing',
    make: async (kit) =>
      kit.zip('bomb.zip', { ...entries(await kit.shapefile('utf8')), 'zeros.bin': new Uint8Array(100 * 1024 ** 2) }),
    expect: { refused: 'INTAKE_ZIP_BOMB' },
  },
  {
    name: 'a damaged entry: its checksum does not hold',
    make: async (kit) => {
      const archive = zipSync(entries(await kit.shapefile('utf8')), { level: 0 });
      const at = indexOfBytes(archive, '水田'.length ? '\x00\x00\x27\x0a' : '');
      return kit.file('damaged.zip', patched(archive, at, 1, 2, 3, 4));
    },
    expect: { refused: 'INTAKE_WRONG_MAGIC' },
  },
  {
    name: 'the .shp ends in the middle of a record',
    make: async (kit) =>
      zipped(kit, { ...(await kit.shapefile('utf8')), shp: (await kit.shapefile('utf8')).shp!.subarray(0, 500) }),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'the .dbf ends in the middle of a record',
    make: async (kit) =>
      zipped(kit, { ...(await kit.shapefile('utf8')), dbf: (await kit.shapefile('utf8')).dbf!.subarray(0, 700) }),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'rows deleted from the .dbf in Excel: counts differ',
    make: async (kit) =>
      zipped(kit, { ...(await kit.shapefile('utf8')), dbf: patched((await kit.shapefile('utf8')).dbf!, 4, 4) }),
    expect: { refused: 'INTAKE_COUNTS_DIFFER' },
  },
  {
    name: 'counts differ and there is no .shx to tell',
    make: async (kit) =>
      zipped(
        kit,
        { ...(await kit.shapefile('utf8')), dbf: patched((await kit.shapefile('utf8')).dbf!, 4, 4) },
        'DLTB',
        ['shx'],
      ),
    expect: { refused: 'INTAKE_COUNTS_DIFFER' },
  },
  {
    name: 'a record marked deleted is left out and said',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      const view = new DataView(parts.dbf!.buffer, parts.dbf!.byteOffset);
      return zipped(kit, {
        ...parts,
        dbf: patched(parts.dbf!, view.getUint16(8, true) + 2 * view.getUint16(10, true), 0x2a),
      });
    },
    expect: {
      reads: 5,
      says: ['shapefile.record-deleted'],
      check: ({ layer }) => expect([...layer.featureNos]).toEqual([0, 1, 3, 4, 5]),
    },
  },
  {
    name: 'a record length that leads beyond the file',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      return zipped(kit, { ...parts, shp: patched(parts.shp!, recordAt(parts.shp!, 2) - 4, 0x7f, 0xff, 0xff, 0xff) });
    },
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'a record length below nought: no endless loop',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      const shp = patched(parts.shp!, recordAt(parts.shp!, 2) - 4, 0xff, 0xff, 0xff, 0xff);
      return zipped(kit, { ...parts, shp });
    },
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a point count of two thousand million in a small record',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      return zipped(kit, { ...parts, shp: patched(parts.shp!, recordAt(parts.shp!, 1) + 40, 0xff, 0xff, 0xff, 0x7f) });
    },
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a part that starts behind the points',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      return zipped(kit, { ...parts, shp: patched(parts.shp!, recordAt(parts.shp!, 1) + 48, 0xff, 0, 0, 0) });
    },
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'export killed: the header still tells the length of an empty file',
    make: async (kit) =>
      zipped(kit, {
        ...(await kit.shapefile('utf8')),
        shp: patched((await kit.shapefile('utf8')).shp!, 24, 0, 0, 0, 50),
      }),
    expect: { reads: 6, says: ['shapefile.length-missing'] },
  },
  {
    name: 'NaN in one coordinate',
    make: (kit) =>
      byHand(kit, [
        [box(X, Y, 50)],
        [
          [
            [X + 100, Y],
            [X + 100, Y + 50],
            [Number.NaN, Y + 50],
            [X + 100, Y],
          ],
        ],
      ]),
    expect: {
      reads: 2,
      says: ['geometry.not-finite'],
      check: ({ layer }) => expect([...layer.featureRings]).toEqual([0, 1, 1]),
    },
  },
  {
    name: 'one vertex flown to 1e30 among good features',
    make: (kit) =>
      byHand(kit, [
        ...Array.from({ length: 24 }, (_, i) => [box(X + 100 * i, Y, 50)]),
        [
          [
            [X, Y],
            [X, Y + 50],
            [1e30, Y + 50],
            [X, Y],
          ],
        ],
      ]),
    expect: { reads: 25, epsg: 4525, says: ['geometry.outside-crs'] },
  },
  {
    name: 'one parcel of the neighbouring zone among good features',
    make: (kit) =>
      byHand(kit, [...Array.from({ length: 24 }, (_, i) => [box(X + 100 * i, Y, 50)]), [box(X + 1_000_000, Y, 50)]]),
    expect: { refused: 'INTAKE_CRS_MIXED_ZONES' },
  },
  {
    name: 'rings not closed: closed, and said',
    make: (kit) => byHand(kit, [[box(X, Y, 50).slice(0, 4)]]),
    expect: { reads: 1, says: ['geometry.unclosed-ring'], check: ({ layer }) => expect(layer.coords.length).toBe(8) },
  },
  {
    name: 'hole running the same way as its outer ring',
    make: (kit) => byHand(kit, [[box(X, Y, 100), box(X + 20, Y + 20, 30)]]),
    expect: { reads: 1, says: ['geometry.ring-role'], check: ({ layer }) => expect(areas(layer)).toEqual([0, 1]) },
  },
  {
    name: 'hole stored before its outer ring, an island in it, and a second part',
    make: (kit) =>
      byHand(kit, [[back(box(X + 20, Y + 20, 60)), box(X, Y, 100), box(X + 40, Y + 40, 10), box(X + 300, Y, 100)]]),
    expect: { reads: 1, check: ({ layer }) => expect(areas(layer)).toEqual([0, 1, 0, 0]) },
  },
  {
    name: 'null shapes among polygons',
    make: async (kit) => {
      const { prj } = await kit.shapefile('utf8');
      const good = shpOf([[box(X, Y, 50)]]);
      const nothing = Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0);
      const shp = concat(good, nothing);
      new DataView(shp.buffer).setInt32(24, shp.length / 2);
      return kit.zip('null.zip', entries({ shp, dbf: dbfOf(2), prj: prj! }));
    },
    expect: { reads: 2, says: ['geometry.missing'] },
  },
  {
    name: 'the bare .shp with its siblings beside it',
    make: async (kit) => {
      const parts = await kit.shapefile('utf8');
      const path = await kit.file('DLTB.SHP', parts.shp!);
      const { writeFile } = await import('node:fs/promises');
      for (const part of ['dbf', 'prj', 'cpg']) await writeFile(path.replace(/SHP$/, part), parts[part]!);
      return path;
    },
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'a .dbf opened by itself',
    make: async (kit) => kit.file('DLTB.dbf', (await kit.shapefile('utf8')).dbf!),
    expect: { refused: 'INTAKE_SHAPEFILE_PART_MISSING' },
  },
  {
    name: 'a zip inside the zip',
    make: async (kit) => kit.zip('outer.zip', { 'dltb.zip': zipSync(entries(await kit.shapefile('utf8'))) }),
    expect: { refused: 'INTAKE_NO_POLYGON_LAYER' },
  },
];

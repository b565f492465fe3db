import { cutShort, err, localized, type Place, type Refusal, type Result } from '../../../kernel/index.ts';

/** A refusal from its four sentences; the shape every reader here uses. */
export function refusal(
  code: string,
  place: Place,
  zh: string,
  en: string,
  remedyZh: string,
  remedyEn: string,
): Refusal {
  return { code, place, message: cutShort(localized(zh, en)), remedy: cutShort(localized(remedyZh, remedyEn)) };
}

export function refused(one: Refusal): Result<never, Refusal[]> {
  return err([one]);
}

const EXPORT_AGAIN = [
  '请从原软件重新导出该文件后再导入',
  'Export the file again from the software it came from.',
] as const;

/** The file ends before, or says other things than, its own structure promises. */
export function truncated(place: Place, format: string): Refusal {
  return refusal(
    'INTAKE_TRUNCATED',
    place,
    `${format} 文件不完整:内容在应有的结尾之前中断`,
    `The ${format} file is incomplete: it ends before its own structure says so.`,
    '文件可能没有传完,请重新复制或导出',
    'The copy may have been cut short; copy or export it again.',
  );
}

/** The file is of the format, but a length, offset or count in it cannot be right. */
export function corrupt(place: Place, format: string, detailZh: string, detailEn: string): Refusal {
  return refusal(
    'INTAKE_CORRUPT',
    place,
    `${format} 文件已损坏:${detailZh}`,
    `The ${format} file is damaged: ${detailEn}.`,
    ...EXPORT_AGAIN,
  );
}

/** The layer holds no polygons. */
export function notPolygon(place: Place, found: string): Refusal {
  return refusal(
    'INTAKE_NOT_POLYGON',
    place,
    `图层是${found},不是面`,
    `The layer holds ${found}, not polygons.`,
    '请导出面图层(多边形)',
    'Export a polygon layer.',
  );
}

/** The layer is declared to hold arcs or splines. */
export function curved(place: Place, type: string): Refusal {
  return refusal(
    'INTAKE_CURVE_GEOMETRY',
    place,
    `图层含弧线要素(${type}),弧线的面积取决于如何离散,不能代为决定`,
    `The layer holds curves (${type}); their area depends on how they are split into segments, which is not ours to decide.`,
    '请在原软件中按规定的弦长把弧线转为折线后再导出(如 ArcGIS“增密”、ogr2ogr -nlt CONVERT_TO_LINEAR)',
    'Turn the curves into line segments in the source software (for example Densify, or ogr2ogr -nlt CONVERT_TO_LINEAR) and export again.',
  );
}

/** Several layers could be meant and the caller named none. */
export function severalLayers(file: string, names: readonly string[]): Refusal {
  return refusal(
    'INTAKE_SEVERAL_LAYERS',
    { file },
    `文件含 ${names.length} 个面图层:${names.join('、')}`,
    `The file holds ${names.length} polygon layers: ${names.join(', ')}.`,
    '请指定要读取的图层(layer)',
    'Name the layer to read (layer).',
  );
}

export function noSuchLayer(file: string, wanted: string, names: readonly string[]): Refusal {
  return refusal(
    'INTAKE_NO_SUCH_LAYER',
    { file, layer: wanted },
    `文件中没有图层“${wanted}”,现有面图层:${names.join('、') || '无'}`,
    `There is no layer “${wanted}”; polygon layers are: ${names.join(', ') || 'none'}.`,
    '请改用现有的图层名',
    'Use the name of a layer that exists.',
  );
}

export function noPolygonLayer(file: string, found: string): Refusal {
  return refusal(
    'INTAKE_NO_POLYGON_LAYER',
    { file },
    `文件中没有面图层(${found || '没有任何图层'})`,
    `The file holds no polygon layer (${found || 'no layer at all'}).`,
    '请导出含面图层的文件',
    'Export a file that holds a polygon layer.',
  );
}

export function emptyFile(file: string): Refusal {
  return refusal(
    'INTAKE_EMPTY_FILE',
    { file },
    '文件是空的(0 字节)',
    'The file is empty (0 bytes).',
    '请重新复制或导出该文件',
    'Copy or export the file again.',
  );
}

/** The file says it is one thing and starts like another. */
export function wrongMagic(file: string, format: string): Refusal {
  return refusal(
    'INTAKE_WRONG_MAGIC',
    { file },
    `文件不是 ${format} 格式(文件头不符)`,
    `The file is not ${format}: it does not start as one.`,
    '请确认文件没有被改过扩展名',
    'Check that the file was not just renamed.',
  );
}

/** A file of a type nobody here reads. */
export function unknownFormat(file: string, zh: string, en: string): Refusal {
  return refusal(
    'INTAKE_UNKNOWN_FORMAT',
    { file },
    `不支持的文件类型(${zh})`,
    `The file is of a type that is not read (${en}).`,
    '请提供:压缩的 Shapefile 或 FileGDB (.zip)、GeoPackage、GeoJSON、FlatGeobuf、界址点 TXT、坐标 CSV 或 xlsx',
    'Give a zipped Shapefile or file geodatabase, GeoPackage, GeoJSON, FlatGeobuf, boundary TXT, or CSV or xlsx of coordinates.',
  );
}

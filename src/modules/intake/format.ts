import type { FeatureBatch, PolygonLayer, Problem, Refusal, Result } from '../../kernel/index.ts';
import type { SevenParameters } from './datum-shift.ts';
import type { CrsEvidence, EncodingEvidence } from './views.ts';

/** The formats the intake reads; the writer knows all but `filegdb` and `xlsx`. */
export const SOURCE_FORMATS = [
  'shapefile',
  'geopackage',
  'geojson',
  'flatgeobuf',
  'filegdb',
  'boundary-txt',
  'csv',
  'xlsx',
] as const;
export type SourceFormat = (typeof SOURCE_FORMATS)[number];

/** What a field of the source holds. Dates and times are read as ISO text, booleans as 0 or 1. */
export type FieldType = 'text' | 'integer' | 'real' | 'boolean' | 'date' | 'datetime';

export interface SourceField {
  readonly name: string;
  readonly type: FieldType;
  /** Characters of text or digits of a number, where a standard prescribes them; writers of tables state it. */
  readonly length?: number;
  readonly decimals?: number;
}

/** What the caller knows better than the file; every value wins over what the reader would find. */
export interface ReadOptions {
  /** The layer to read where the container holds several. */
  readonly layer?: string;
  /** Encoding of attribute text: `utf-8`, `gb18030` (also `gbk`, `gb2312`, `cp936`), `utf-16le`, `utf-16be`. */
  readonly encoding?: string;
  /** EPSG code of the coordinates, for files that do not say. */
  readonly crs?: number;
  /** Seven parameters (`sevenParametersOf`) that bring Xi'an 80 or Beijing 54 to CGCS2000; without them such data are refused. */
  readonly datumParameters?: SevenParameters;
  /**
   * The columns the caller needs, by name (`[]`: geometry alone) or by predicate; all by default. A column that is not
   * wanted is in `fields` and never in a batch, and what would be said about its values is not said.
   */
  readonly columns?: readonly string[] | ((name: string) => boolean);
  /**
   * minX, minY, maxX, maxY in the CRS of the batches: features whose own box does not meet it, and those without
   * geometry, are not needed. Readers of containers leave them out (FlatGeobuf finds the others by its index); other
   * readers may deliver them all the same. `featureNos` still count all features.
   */
  readonly box?: readonly [number, number, number, number];
}

/** Whether a column of the source is wanted. */
export function wantsColumn({ columns }: Pick<ReadOptions, 'columns'>, name: string): boolean {
  if (columns === undefined) return true;
  return typeof columns === 'function' ? columns(name) : columns.includes(name);
}

/**
 * Gives the place coordinates are written to, with room for as many numbers. Asked again for more, it gives the same place made
 * longer, with what was written. Batches are then views of it, each followed by the next.
 */
export type CoordinateRoom = (numbers: number) => Float64Array<ArrayBufferLike>;

/** Set `cancelled` to stop a reader; it stops between two batches, without an error. */
export interface CancelSignal {
  readonly cancelled: boolean;
}

/**
 * A source whose head has been read: what it is, in which CRS and encoding, and a way to its features.
 *
 * - `batches()` reads from the first feature on each call and yields every feature of the layer (with `box`: those
 *   that meet it) exactly once, in file order, with `featureNos` counting all features of the layer from 0. It throws `RefusalError` where the body turns
 *   out to be unreadable half-way; batches yielded before stay valid, but the import as a whole must not be committed.
 * - `close()` frees files and temporary copies; safe to call twice, and while no `batches()` is being consumed.
 */
export interface OpenedSource {
  readonly format: SourceFormat;
  readonly layerName: string;
  readonly fields: readonly SourceField[];
  /** As the head of the file states it; null where only reading tells. */
  readonly featureCount: number | null;
  /** Null where the format fixes the encoding. */
  readonly encoding: EncodingEvidence | null;
  readonly crs: CrsEvidence;
  /** Problems of the file as a whole (`featureNo` null); problems of features travel in their batch. */
  readonly problems: readonly Problem[];
  batches(signal?: CancelSignal): AsyncIterable<FeatureBatch>;
  /**
   * The same features in as few batches as can be, as a rule one: for a layer that is wanted in memory, which so is not
   * copied twice. `goOn` is asked now and then with the features read so far; after false the caller stops taking
   * batches. A large `coords` may be the front of a longer buffer: send a copy of it to other threads, not itself.
   * Absent where a format has nothing better than `batches`. Coordinates are put where `room` says, if given.
   */
  whole?(goOn?: (features: number) => boolean, room?: CoordinateRoom): AsyncIterable<FeatureBatch>;
  close(): Promise<void>;
}

/** One file format: it opens a path that was sniffed as its own, or says why not. */
export interface FormatReader {
  readonly format: SourceFormat;
  open(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>>;
}

export interface WriteOptions {
  readonly layerName?: string;
  /** Fields as a standard prescribes them (`surveyFieldsOf`); by default what the values of the columns need. */
  readonly fields?: readonly SourceField[];
  /** Boundary TXT and CSV: EPSG code to write in, where the layer is in another (the caller converts). */
  readonly crs?: number;
  /** Boundary TXT: write the zone number before Y. */
  readonly zonePrefix?: boolean;
  /** Decimals of coordinates. Boundary TXT: 4 in metres and 10 in degrees by default; CSV: as many as they have. */
  readonly decimals?: number;
  /** Boundary TXT: `gb18030` by default, which the ministry's software expects. CSV: `utf-8` with its mark. */
  readonly encoding?: 'utf-8' | 'gb18030';
  /** Boundary TXT: point ids restart in every ring (default) or run on through the parcel. */
  readonly numbering?: 'restart' | 'continuous';
  /** Boundary TXT: letter before point ids, `J` by default; empty for bare numbers. */
  readonly pointPrefix?: string;
}

/** The fields a file is written with, in order, and its features as a layer or as batches. */
export interface WriteSource {
  readonly epsg: number;
  readonly fields: readonly SourceField[];
  batches(): AsyncIterable<FeatureBatch> | Iterable<FeatureBatch>;
}

/**
 * What writing did that the user must know: fields renamed to fit the format (`shapefile`: 10 bytes), texts cut.
 * An empty list says the file holds everything as it was.
 */
export interface WriteReport {
  readonly features: number;
  readonly renamedFields: readonly { readonly from: string; readonly to: string }[];
  readonly problems: readonly Problem[];
}

/** One file format: it writes a source to a path, replacing what is there only once the whole is written. */
export interface FormatWriter {
  readonly format: SourceFormat;
  write(path: string, source: WriteSource, options: WriteOptions): Promise<WriteReport>;
}

/** A layer read to the end, in memory. */
export interface ReadLayer {
  readonly layer: PolygonLayer;
  readonly format: SourceFormat;
  readonly layerName: string;
  readonly fields: readonly SourceField[];
  readonly encoding: EncodingEvidence | null;
  readonly crs: CrsEvidence;
  /** Of the file and of every feature. */
  readonly problems: readonly Problem[];
}

/**
 * Carries refusals out of the middle of a stream, where no `Result` can be returned. `openSource` and `readLayer` turn
 * it back into a value; whoever consumes `batches()` directly catches it.
 */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map((refusal) => `${refusal.code} ${refusal.message.en}`).join('; '));
    this.refusals = refusals;
  }
}

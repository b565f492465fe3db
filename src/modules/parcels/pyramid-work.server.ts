import { gzipSync } from 'node:zlib';
import { OUTER } from '../../kernel/index.ts';
import { type Built, outlineOf, PyramidBuilder, RingBuffer } from '../../platform/tiles/index.ts';
import { TILE_LAYERS } from './tile-names.ts';

/** What a pyramid needs of a batch: rings in longitude and latitude, and what the tiles say of each feature. */
export interface PyramidBatch {
  readonly featureNos: Uint32Array;
  readonly lonLat: Float64Array;
  readonly ringStarts: Uint32Array;
  readonly ringRoles: Uint8Array;
  readonly featureRings: Uint32Array;
  readonly ids: readonly (string | null)[];
  readonly classes: readonly (string | null)[];
  readonly labels: readonly (string | null)[];
  readonly areasDm2: readonly (number | null)[];
}

/** A row to be kept: a finished tile (gzipped) or a piece. */
export interface PyramidRow {
  readonly kind: Built['kind'];
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly content: Uint8Array;
}

export type PyramidRequest =
  | { readonly kind: 'batch'; readonly batch: PyramidBatch }
  /** Asks for the next rows; the first time no batch comes any more. */
  | { readonly kind: 'next' };

export interface PyramidAnswer {
  readonly rows: readonly PyramidRow[];
  readonly fraction: number;
  readonly done: boolean;
}

/** Rows are handed out in groups of about so many bytes: one statement each. */
const GROUP_BYTES = 400_000;
/** What a feature without area counts, and what one counts whose area nobody computed. */
const LEAST_WEIGHT = 1;

/** The building of one pyramid: batches in, then groups of rows out. */
export class PyramidWork {
  private readonly builder = new PyramidBuilder(TILE_LAYERS);
  private readonly rings = new RingBuffer();
  private building: Generator<Built> | undefined;

  add(batch: PyramidBatch): void {
    const { featureRings, ringStarts } = batch;
    for (let f = 0; f + 1 < featureRings.length; f++) {
      const first = featureRings[f]!;
      const end = featureRings[f + 1]!;
      const facts = {
        no: batch.featureNos[f]!,
        id: batch.ids[f]!,
        class: batch.classes[f]!,
        label: batch.labels[f]!,
        weight: batch.areasDm2[f] ?? LEAST_WEIGHT,
      };
      const outer = Array.from(batch.ringRoles.subarray(first, end), (role) => role === OUTER);
      const outline = outlineOf(facts, batch.lonLat, ringStarts.subarray(first, end + 1), outer, this.rings);
      if (outline !== undefined) this.builder.add(outline, this.rings);
    }
  }

  /** `most`: give back after so many rows, so that whoever shares the thread gets a turn. */
  next(most = Number.POSITIVE_INFINITY): PyramidAnswer {
    this.building ??= this.builder.build();
    const rows: PyramidRow[] = [];
    let bytes = 0;
    let fraction = 0;
    while (bytes < GROUP_BYTES && rows.length < most) {
      const { value, done } = this.building.next();
      if (done === true) return { rows, fraction: 1, done: true };
      const { kind, tile, content } = value;
      const kept = kind === 'tile' ? new Uint8Array(gzipSync(content)) : content;
      rows.push({ kind, ...tile, content: kept });
      bytes += kept.length;
      fraction = value.fraction;
    }
    return { rows, fraction, done: false };
  }
}

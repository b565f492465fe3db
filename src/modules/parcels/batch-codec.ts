import {
  assert,
  featureCount,
  type AttributeColumn,
  type AttributeValue,
  type FeatureBatch,
} from '../../kernel/index.ts';

/** A feature batch as stored: numbers as bytes, attributes as JSON text. */
export interface EncodedBatch {
  readonly payload: Uint8Array;
  readonly columns: string;
}

const MAGIC = 0x31424654; // 'TFB1'
const HEADER_BYTES = 24;

/**
 * Packs a batch into bytes, exactly: the doubles keep every bit (also −0 and the last one), little-endian.
 *
 * Layout: magic, features, rings, coords (uint32 each), 8 bytes kept zero; coords float64; ringStarts uint32
 * (rings + 1); featureRings uint32 (features + 1); featureNos uint32; ringRoles uint8. Problems are not stored.
 */
export function encodeBatch(batch: FeatureBatch): EncodedBatch {
  const features = featureCount(batch);
  const rings = batch.ringRoles.length;
  assert(batch.ringStarts.length === rings + 1, 'batch: ringStarts and ringRoles disagree');
  assert(batch.featureNos.length === features, 'batch: featureNos and featureRings disagree');
  const coordBytes = batch.coords.length * 8;
  const words = rings + 1 + features + 1 + features;
  const payload = new Uint8Array(HEADER_BYTES + coordBytes + words * 4 + rings);
  const view = new DataView(payload.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, features, true);
  view.setUint32(8, rings, true);
  view.setUint32(12, batch.coords.length, true);
  let at = HEADER_BYTES;
  if (LITTLE_ENDIAN) {
    payload.set(bytesOf(batch.coords), at);
    at += coordBytes;
    for (const numbers of [batch.ringStarts, batch.featureRings, batch.featureNos]) {
      payload.set(bytesOf(numbers), at);
      at += numbers.length * 4;
    }
  } else {
    for (const value of batch.coords) {
      view.setFloat64(at, value, true);
      at += 8;
    }
    for (const numbers of [batch.ringStarts, batch.featureRings, batch.featureNos]) {
      for (const value of numbers) {
        view.setUint32(at, value, true);
        at += 4;
      }
    }
  }
  payload.set(batch.ringRoles, at);
  return { payload, columns: JSON.stringify(batch.columns.map(({ name, values }) => [name, values])) };
}

/** The batch again, bit for bit; its problems are empty. */
export function decodeBatch(encoded: EncodedBatch): FeatureBatch {
  const { payload } = encoded;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  assert(payload.byteLength >= HEADER_BYTES && view.getUint32(0, true) === MAGIC, 'stored batch: not a batch');
  const features = view.getUint32(4, true);
  const rings = view.getUint32(8, true);
  const coordCount = view.getUint32(12, true);
  const expected = HEADER_BYTES + coordCount * 8 + (rings + 1 + features + 1 + features) * 4 + rings;
  assert(payload.byteLength === expected, 'stored batch: wrong length');
  let at = HEADER_BYTES;
  const coords = new Float64Array(coordCount);
  const ringStarts = new Uint32Array(rings + 1);
  const featureRings = new Uint32Array(features + 1);
  const featureNos = new Uint32Array(features);
  if (LITTLE_ENDIAN) {
    for (const numbers of [coords, ringStarts, featureRings, featureNos]) {
      const bytes = bytesOf(numbers);
      bytes.set(payload.subarray(at, at + bytes.length));
      at += bytes.length;
    }
  } else {
    for (let i = 0; i < coordCount; i++, at += 8) coords[i] = view.getFloat64(at, true);
    for (const numbers of [ringStarts, featureRings, featureNos]) {
      for (let i = 0; i < numbers.length; i++, at += 4) numbers[i] = view.getUint32(at, true);
    }
  }
  const columns = (JSON.parse(encoded.columns) as [string, AttributeValue[]][]).map(
    ([name, values]): AttributeColumn => ({ name, values }),
  );
  return {
    featureNos,
    coords,
    ringStarts,
    ringRoles: new Uint8Array(payload.subarray(at, at + rings)),
    featureRings,
    columns,
    problems: [],
  };
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function bytesOf(numbers: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

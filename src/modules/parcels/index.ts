export { decodeBatch, type EncodedBatch, encodeBatch } from './batch-codec.ts';
export { fieldsOf, LAYER_FIELDS, type LayerFields } from './layer-fields.ts';
export * from './views.ts';
export { type FlatRings, multiPolygonOfWkb, ringsOfWkb, type WkbRun, wkbOfBatch } from './wkb.ts';

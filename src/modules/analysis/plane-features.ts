import type { PlaneLayer } from '../../geometry/index.ts';

/** A plane layer whose feature f is made of all rings of the pieces listed for it (pieces of one plane, apart from one another). */
export function joinPlaneFeatures(
  like: PlaneLayer,
  pieces: readonly (readonly { layer: PlaneLayer; feature: number }[])[],
): PlaneLayer {
  const xy: number[] = [];
  const ringStarts = [0];
  const ringSigns: number[] = [];
  const featureRings = [0];
  const areas = new Float64Array(pieces.length);
  const boxes = new Float64Array(4 * pieces.length);
  pieces.forEach((list, f) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { layer, feature } of list) {
      areas[f]! += layer.areas[feature]!;
      for (let k = 0; k < 2; k++) {
        box[k] = Math.min(box[k]!, layer.boxes[4 * feature + k]!);
        box[k + 2] = Math.max(box[k + 2]!, layer.boxes[4 * feature + k + 2]!);
      }
      for (let r = layer.featureRings[feature]!; r < layer.featureRings[feature + 1]!; r++) {
        for (let i = 2 * layer.ringStarts[r]!; i < 2 * layer.ringStarts[r + 1]!; i++) xy.push(layer.xy[i]!);
        ringStarts.push(xy.length / 2);
        ringSigns.push(layer.ringSigns[r]!);
      }
    }
    featureRings.push(ringSigns.length);
    boxes.set(box, 4 * f);
  });
  return {
    zone: like.zone,
    origin: like.origin,
    areas,
    boxes,
    xy: Float64Array.from(xy),
    ringStarts: Uint32Array.from(ringStarts),
    ringSigns: Int8Array.from(ringSigns),
    featureRings: Uint32Array.from(featureRings),
  };
}

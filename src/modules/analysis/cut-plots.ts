import type { PlaneLayer } from '../../geometry/index.ts';
import { coveredAreas, tabulate } from '../../geometry/index.ts';
import { dm2FromSquareMetres } from '../../kernel/index.ts';
import type { AnalysisParameters } from './parameters.ts';
import { agrees } from './parcel-whole.ts';
import { productOf } from './product.ts';
import { joinPlaneFeatures } from './plane-features.ts';

/**
 * Plots cut to the project: the same object where none leaves it. A plot counts as inside when what lies beyond is within
 * the tolerance of areas: borders drawn along one line but split at different points leave such slivers.
 */
export function cutPlots(
  whole: PlaneLayer,
  project: PlaneLayer,
  tolerance: AnalysisParameters['tolerance'],
): PlaneLayer {
  const count = whole.areas.length;
  const inside = coveredAreas(tabulate(whole, project), count);
  const leaves = Array.from(
    inside,
    (area, f) => !agrees(dm2FromSquareMetres(area), dm2FromSquareMetres(whole.areas[f]!), tolerance),
  );
  if (!leaves.includes(true)) return whole;
  const product = productOf(whole, project);
  const pieces: { layer: PlaneLayer; feature: number }[][] = leaves.map((out, f) =>
    out ? [] : [{ layer: whole, feature: f }],
  );
  product.aOf.forEach((plot, piece) => {
    if (leaves[plot]!) pieces[plot]!.push({ layer: product.layer, feature: piece });
  });
  return joinPlaneFeatures(whole, pieces);
}

import type { Refusal } from '../../kernel/index.ts';
import type { PlaneLayer, ProductLayer } from '../../geometry/index.ts';
import { productLayer } from '../../geometry/index.ts';

/** Carries the clipper's refusal to the door of the run (analyse.ts), where it becomes the run's. */
export class ProductRefused extends Error {
  override readonly name = 'ProductRefused';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals[0]?.message.en ?? 'product layer refused');
    this.refusals = refusals;
  }
}

/** The product layer of two layers, checked against their tabulation; a clipper that fails ends the run. */
export function productOf(a: PlaneLayer, b: PlaneLayer): ProductLayer {
  const product = productLayer(a, b);
  if (!product.ok) throw new ProductRefused(product.error);
  return product.value;
}

import type { DemoCounty } from '../demo/index.ts';
import type { FeatureBatch, LayerRole } from '../kernel/index.ts';

export interface DemoRequest {
  readonly parcels: number;
  readonly seed: number;
}

/** The demo county as plain data, as the generating thread sends it. Layers are in EPSG 4490. */
export interface DemoData
  extends Pick<DemoCounty, 'countyCode' | 'countyName' | 'asOf' | 'divisions' | 'plan' | 'projectName'> {
  readonly layers: readonly { readonly role: LayerRole; readonly batches: readonly FeatureBatch[] }[];
}

import { type Tabulate, TOUCHING_SQUARE_METRES, tabulatePlain } from '../tabulate.ts';
import { KernelFailed, type KernelInstance, withMemory } from './instance.ts';
import { copyPlaneLayer } from './kernel-layer.ts';
import { overlayRows } from './overlay-job.ts';

/**
 * `tabulate` by a compiled kernel: the same bits as the plain version. Layers that do not fit into the kernel's memory are
 * left to the plain version.
 */
export function compiledTabulate(instance: KernelInstance): Tabulate {
  return (parcels, zones, options = {}) => {
    try {
      return withMemory(instance, () => {
        options.onProgress?.(0);
        const parcelLayer = copyPlaneLayer(instance, parcels);
        const zoneLayer = zones === parcels ? parcelLayer : copyPlaneLayer(instance, zones);
        return overlayRows(instance, parcelLayer, [zoneLayer], {
          ...options,
          touchingSquareMetres: TOUCHING_SQUARE_METRES,
        }).rows;
      });
    } catch (error) {
      if (error instanceof KernelFailed) return tabulatePlain(parcels, zones, options);
      throw error;
    }
  };
}

import { canonicalJson } from '../../kernel/index.ts';
import { zoneKeysOf } from '../../modules/analysis/index.ts';
import type { Overlaid } from './overlaid.ts';

/**
 * The balance of an overlay as canonical JSON: for each zone layer the area of each land class under each key (slope level,
 * grade, village, inside or outside), whole dm² closed parcel by parcel to the official area. The same bytes whichever version
 * computed it and on however many threads.
 */
export function overlayBalanceText({ parcels, zones, balance }: Overlaid): string {
  const { classes, classOfParcel, wholesDm2, tablesDm2, runZone } = balance!;
  const counts = classes.map(() => 0);
  const areas = classes.map(() => 0);
  classOfParcel.forEach((row, f) => {
    counts[row]!++;
    areas[row]! += wholesDm2[f]!;
  });
  return `${canonicalJson({
    format: 'tianchou.overlay-balance/1',
    runZone,
    parcels: parcels.featureNos.length,
    areaDm2: areas.reduce((sum, area) => sum + area, 0),
    classes: classes.map((code, row) => ({ code, parcels: counts[row]!, areaDm2: areas[row]! })),
    layers: zones.map((layer, l) => {
      const { keys } = zoneKeysOf(layer.role, layer);
      const table = tablesDm2[l]!;
      return {
        name: layer.name,
        role: layer.role,
        zones: layer.featureNos.length,
        keys: keys.map(({ key, name }) => ({ key, name: { zh: name.zh, en: name.en } })),
        rows: classes.map((code, row) => ({
          code,
          areasDm2: [...table.subarray(row * keys.length, (row + 1) * keys.length)],
        })),
      };
    }),
  })}\n`;
}

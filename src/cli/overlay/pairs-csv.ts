import { csvField } from '../csv.ts';
import { idsOf } from '../reading.ts';
import { stopIfCancelled, type Terminal } from '../terminal.ts';
import type { Overlaid } from './overlaid.ts';

const HEADER = 'parcel,layer,zone,area_m2\n';
/** What prints as 0.000000 has no area to speak of. */
const NOTHING = '0.000000';

/** Writes all pairs in the order parcel, layer, zone; returns how many each layer has. */
export function writePairs(
  terminal: Terminal,
  write: (text: string) => void,
  { parcels, zones }: Overlaid,
  idField: string | undefined,
): number[] {
  const idOf = idsOf(parcels, idField);
  const layers = zones.map((layer) => {
    const zoneId = idsOf(layer, idField);
    return {
      name: csvField(layer.name),
      pairs: layer.pairs!,
      zoneIds: Array.from({ length: layer.featureNos.length }, (_, z) => csvField(zoneId(z))),
    };
  });
  const next = layers.map(() => 0);
  const counts = layers.map(() => 0);
  write(HEADER);
  for (let parcel = 0; parcel < parcels.featureNos.length; parcel++) {
    if ((parcel & 0xfff) === 0) stopIfCancelled(terminal);
    let id: string | undefined;
    layers.forEach(({ name, pairs, zoneIds }, l) => {
      let at = next[l]!;
      for (; at < pairs.areas.length && pairs.parcels[at] === parcel; at++) {
        const area = pairs.areas[at]!.toFixed(6);
        if (area === NOTHING) continue;
        id ??= csvField(idOf(parcel));
        write(`${id},${name},${zoneIds[pairs.zones[at]!]!},${area}\n`);
        counts[l] = counts[l]! + 1;
      }
      next[l] = at;
    });
  }
  return counts;
}

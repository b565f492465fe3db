import { csvField } from '../csv.ts';
import { idsOf } from '../reading.ts';
import { stopIfCancelled, type Terminal } from '../terminal.ts';
import type { Overlaid } from './overlaid.ts';

const HEADER = 'parcel,layer,zone,area_m2\n';
/** What prints as 0.000000 has no area to speak of. */
const NOTHING = '0.000000';

/** An area with six decimals, the millionths rounded half up; toFixed takes several times as long, and there are millions. */
export function sixDecimals(area: number): string {
  const millionths = Math.round(area * 1e6);
  if (millionths > Number.MAX_SAFE_INTEGER) return area.toFixed(6);
  const digits = String(millionths).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

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
    let text = '';
    layers.forEach(({ name, pairs, zoneIds }, l) => {
      let at = next[l]!;
      for (; at < pairs.areas.length && pairs.parcels[at] === parcel; at++) {
        const area = sixDecimals(pairs.areas[at]!);
        if (area === NOTHING) continue;
        id ??= csvField(idOf(parcel));
        text += `${id},${name},${zoneIds[pairs.zones[at]!]!},${area}\n`;
        counts[l] = counts[l]! + 1;
      }
      next[l] = at;
    });
    if (text !== '') write(text);
  }
  return counts;
}

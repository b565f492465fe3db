import {
  coveredAreas,
  lonLatBoxOf,
  officialAreas,
  planeOriginOf,
  type PlaneLayer,
  runZoneOf,
  tabulatePlain,
  type Tabulation,
  toPlaneLayer,
  TOUCHING_SQUARE_METRES,
} from '../../geometry/index.ts';
import { closeToWhole, localized, type Refusal } from '../../kernel/index.ts';
import { zoneKeysOf } from '../../modules/analysis/index.ts';
import { geometryRefusals, readFileLayer, vertexCount } from '../reading.ts';
import { progressOf, stopIfCancelled, writeRemarks } from '../terminal.ts';
import { parcelClasses } from './classes.ts';
import { type OverlaidZones, type OverlayOutcome, type OverlayTask, readRequestOf, zonesRoleOf } from './overlaid.ts';

const NO_PAIRS: Tabulation = { parcels: new Uint32Array(0), zones: new Uint32Array(0), areas: new Float64Array(0) };

/** An overlay by the plain version, layer after layer: the reference, and where there is no compiled kernel. */
export async function overlayPlain(task: OverlayTask): Promise<OverlayOutcome> {
  const { terminal, clock } = task;
  const refusals: Refusal[] = [];
  const read = async (name: string, path: string, zones: OverlayTask['zones'][number] | undefined) => {
    const file = await clock.run('read', name, () => readFileLayer(terminal, path, readRequestOf(task, zones)));
    writeRemarks(
      terminal,
      file.file,
      file.problems.filter(({ severity }) => severity === 'warning'),
    );
    refusals.push(...(await clock.run('validate', name, () => geometryRefusals(terminal, file, name))));
    stopIfCancelled(terminal);
    return file;
  };
  const parcels = await read('parcels', task.parcels, undefined);
  const count = parcels.layer.featureNos.length;
  const classes =
    task.classField === undefined ? undefined : parcelClasses(parcels.layer, task.classField, parcels.file);
  if (classes?.ok === false) refusals.push(classes.error);
  const zone = runZoneOf(parcels.layer);
  const isFit = count > 0 && refusals.length === 0;
  const wholesDm2 =
    classes?.ok === true
      ? await clock.run('official', 'parcels', () =>
          Float64Array.from(isFit ? officialAreas(parcels.layer, zone) : [], ({ areaDm2 }) => areaDm2),
        )
      : null;
  const plane = isFit
    ? await clock.run('plane', 'parcels', () =>
        toPlaneLayer(parcels.layer, zone, planeOriginOf(zone, lonLatBoxOf(parcels.layer))),
      )
    : null;
  const zones: OverlaidZones[] = [];
  const tablesDm2: Float64Array[] = [];
  for (const file of task.zones) {
    const { layer } = await read(file.name, file.path, file);
    // Once something is refused the other layers are still read, so that every fault is named at once.
    if (refusals.length > 0) continue;
    const role = zonesRoleOf(file.name);
    const pairs =
      plane === null || layer.featureNos.length === 0
        ? NO_PAIRS
        : await tabulateLayer(
            task,
            file.name,
            plane,
            await clock.run('plane', file.name, () => toPlaneLayer(layer, plane.zone, plane.origin)),
          );
    zones.push({
      name: file.name,
      role,
      vertices: vertexCount(layer),
      featureNos: layer.featureNos,
      columns: layer.columns,
      pairs: task.pairs ? pairs : null,
    });
    if (classes?.ok !== true || wholesDm2 === null) continue;
    const { keys, keyOfFeature } = zoneKeysOf(role, layer);
    tablesDm2.push(
      await clock.run('balance', file.name, () =>
        classTable(
          plane,
          pairs,
          keyOfFeature,
          keys.length,
          classes.value.classOfParcel,
          classes.value.classes.length,
          wholesDm2,
        ),
      ),
    );
  }
  if (refusals.length > 0) return { ok: false, error: refusals };
  const balance =
    classes?.ok === true && wholesDm2 !== null ? { ...classes.value, runZone: zone.zone, wholesDm2, tablesDm2 } : null;
  return { ok: true, value: { parcels: parcels.layer, vertices: vertexCount(parcels.layer), zones, balance } };
}

async function tabulateLayer(
  { terminal, clock }: OverlayTask,
  name: string,
  parcels: PlaneLayer,
  zones: PlaneLayer,
): Promise<Tabulation> {
  const progress = progressOf(terminal, localized(`叠加 ${name}`, `overlay ${name}`));
  const pairs = await clock.run('tabulate', name, () =>
    tabulatePlain(parcels, zones, {
      onProgress: (fraction) => progress.at(fraction),
      isCancelled: terminal.isCancelled,
    }),
  );
  progress.done();
  return pairs;
}

/** Each parcel's shares by key, closed to its official area, summed by class. */
function classTable(
  plane: PlaneLayer | null,
  pairs: Tabulation,
  keyOfZone: Uint16Array,
  keys: number,
  classOfParcel: Uint16Array,
  classes: number,
  wholesDm2: Float64Array,
): Float64Array {
  const table = new Float64Array(classes * keys);
  if (plane === null) return table;
  const covered = coveredAreas(pairs, wholesDm2.length);
  const shares = new Float64Array(keys);
  let at = 0;
  for (let f = 0; f < wholesDm2.length; f++) {
    shares.fill(0);
    const touched = new Set<number>();
    for (; at < pairs.areas.length && pairs.parcels[at] === f; at++) {
      const key = keyOfZone[pairs.zones[at]!]!;
      shares[key]! += pairs.areas[at]!;
      touched.add(key);
    }
    const found = [...touched].sort((a, b) => a - b).filter((key) => shares[key]! > TOUCHING_SQUARE_METRES);
    const rest = plane.areas[f]! - covered[f]!;
    const parts = closeToWhole(wholesDm2[f]!, [
      ...found.map((key) => shares[key]!),
      rest > TOUCHING_SQUARE_METRES ? rest : 0,
    ]);
    const row = classOfParcel[f]! * keys;
    if (parts.every((part) => part === 0)) continue;
    found.forEach((key, i) => {
      table[row + key]! += parts[i]!;
    });
    table[row]! += parts[found.length]!;
  }
  return table;
}

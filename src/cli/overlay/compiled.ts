import {
  type ClassSums,
  type KernelInstance,
  officialDm2,
  overlayClassSums,
  overlayRows,
  prepareLayer,
  suspectFeatures,
} from '../../geometry/compiled/index.ts';
import {
  lonLatBoxOfBox,
  planeOriginOf,
  runZoneOfBox,
  type Tabulation,
  TOUCHING_SQUARE_METRES,
} from '../../geometry/index.ts';
import { localized, type Refusal } from '../../kernel/index.ts';
import { zoneKeysOf } from '../../modules/analysis/index.ts';
import { unreadableFeatures } from '../../modules/intake/index.ts';
import type { RunningKernel } from '../../platform/compiled-kernel/index.ts';
import { geometryRefusals, readFileLayer } from '../reading.ts';
import { progressOf, stopIfCancelled, writeRemarks } from '../terminal.ts';
import { parcelClasses } from './classes.ts';
import { type KernelFile, readIntoKernel } from './kernel-reading.ts';
import { type OverlaidBalance, type OverlayOutcome, type OverlayTask, readRequestOf, zonesRoleOf } from './overlaid.ts';

/** Smaller inputs are done before a second thread has started. */
const VERTICES_WORTH_THREADS = 1_000_000;

/** An overlay by the compiled kernel: layers are read straight into its memory, and all zone layers overlaid at once. */
export async function overlayCompiled(kernel: RunningKernel, task: OverlayTask): Promise<OverlayOutcome> {
  const { terminal, clock } = task;
  const refusals: Refusal[] = [];
  const read = async (name: string, path: string, zones: OverlayTask['zones'][number] | undefined) => {
    const file = await clock.run('read', name, () =>
      readIntoKernel(terminal, kernel, path, readRequestOf(task, zones)),
    );
    writeRemarks(
      terminal,
      file.file,
      file.problems.filter(({ severity }) => severity === 'warning'),
    );
    refusals.push(...unreadableFeatures(file.problems, file.file, name));
    // Threads start while the other layers are read.
    if (file.layer.vertices > VERTICES_WORTH_THREADS) kernel.startHelpers(task.threads);
    return file;
  };
  const parcels = await read('parcels', task.parcels, undefined);
  const zones: KernelFile[] = [];
  for (const zone of task.zones) zones.push(await read(zone.name, zone.path, zone));
  const classes = task.classField === undefined ? undefined : parcelClasses(parcels, task.classField, parcels.file);
  if (classes?.ok === false) refusals.push(classes.error);
  if (refusals.length > 0 || classes?.ok === false) return { ok: false, error: refusals };
  kernel.awaitHelpers();

  const box = parcels.box === undefined ? undefined : lonLatBoxOfBox(parcels.layer.epsg, parcels.box);
  const zone = runZoneOfBox(parcels.layer.epsg, box);
  const origin = planeOriginOf(zone, box);
  const hooks = { isCancelled: terminal.isCancelled };
  const wholesDm2 =
    classes === undefined
      ? null
      : await clock.run('official', 'parcels', () => officialDm2(kernel, parcels.layer, zone, hooks));
  await clock.run('plane', 'parcels', () => prepareLayer(kernel, parcels.layer, zone, origin, hooks));
  for (const [l, { layer }] of zones.entries())
    await clock.run('plane', task.zones[l]!.name, () => prepareLayer(kernel, layer, zone, origin, hooks));

  const progress = progressOf(terminal, localized('叠加', 'overlay'));
  const options = {
    ...hooks,
    onProgress: (fraction: number) => progress.at(fraction),
    touchingSquareMetres: TOUCHING_SQUARE_METRES,
    findTwiceCovered: true,
    allParcels: true,
  };
  const layers = zones.map(({ layer }) => layer);
  const rows = task.pairs
    ? await clock.run('tabulate', undefined, () => overlayRows(kernel, parcels.layer, layers, options))
    : null;
  const keys = zones.map((file, l) => zoneKeysOf(zonesRoleOf(task.zones[l]!.name), file));
  const sums: ClassSums | null =
    classes === undefined || wholesDm2 === null
      ? null
      : await clock.run('balance', undefined, () =>
          overlayClassSums(
            kernel,
            parcels.layer,
            layers,
            {
              classOfParcel: classes.value.classOfParcel,
              classes: classes.value.classes.length,
              wholesDm2,
              keyOfZone: keys.map(({ keyOfFeature }) => keyOfFeature),
              keyCounts: keys.map((ofLayer) => ofLayer.keys.length),
            },
            options,
          ),
        );
  progress.done();
  stopIfCancelled(terminal);

  const twiceCovered = (rows ?? sums)!.twiceCovered;
  const defects = await clock.run('validate', undefined, async () => [
    ...(await defectsOf(kernel, task, 'parcels', parcels, twiceCovered.parcels)),
    ...(
      await Promise.all(
        zones.map((file, l) => defectsOf(kernel, task, task.zones[l]!.name, file, twiceCovered.zones[l]!)),
      )
    ).flat(),
  ]);
  if (defects.length > 0) return { ok: false, error: defects };

  const pairs = rows === null ? null : splitByLayer(rows.rows, rows.zoneStarts);
  const balance: OverlaidBalance | null =
    sums === null || classes === undefined || wholesDm2 === null
      ? null
      : { ...classes.value, runZone: zone.zone, wholesDm2, tablesDm2: sums.tablesDm2 };
  return {
    ok: true,
    value: {
      parcels,
      vertices: parcels.layer.vertices,
      zones: zones.map((file, l) => ({
        name: task.zones[l]!.name,
        role: zonesRoleOf(task.zones[l]!.name),
        vertices: file.layer.vertices,
        featureNos: file.featureNos,
        columns: file.columns,
        pairs: pairs?.[l] ?? null,
      })),
      balance,
    },
  };
}

/**
 * The kernel finds polygons that cover some place other than once, and rings that are none; what exactly is wrong with them
 * the slow check says, on the file read again. It has the last word: a polygon it passes is sound.
 */
async function defectsOf(
  kernel: KernelInstance,
  task: OverlayTask,
  name: string,
  file: KernelFile,
  twiceCovered: readonly number[],
): Promise<Refusal[]> {
  if (twiceCovered.length === 0 && suspectFeatures(kernel, file.layer).length === 0) return [];
  const { keep: _, ...request } = readRequestOf(task, undefined);
  const whole = await readFileLayer(task.terminal, file.path, { ...request, keep: () => false });
  return geometryRefusals(task.terminal, whole, name);
}

/** Rows of all layers apart, zones numbered within each. */
function splitByLayer(rows: Tabulation, zoneStarts: Uint32Array): Tabulation[] {
  const layers = zoneStarts.length - 1;
  const counts = new Uint32Array(layers);
  const layerOf = new Uint8Array(rows.zones.length);
  for (let i = 0; i < layerOf.length; i++) {
    let l = 0;
    while (rows.zones[i]! >= zoneStarts[l + 1]!) l++;
    layerOf[i] = l;
    counts[l]!++;
  }
  const split = Array.from(counts, (count) => ({
    parcels: new Uint32Array(count),
    zones: new Uint32Array(count),
    areas: new Float64Array(count),
  }));
  counts.fill(0);
  for (let i = 0; i < layerOf.length; i++) {
    const l = layerOf[i]!;
    const at = counts[l]!++;
    const into = split[l]!;
    into.parcels[at] = rows.parcels[i]!;
    into.zones[at] = rows.zones[i]! - zoneStarts[l]!;
    into.areas[at] = rows.areas[i]!;
  }
  return split;
}

import type { Tabulation } from '../../geometry/index.ts';
import { type LayerRole, layerRoleOf, type Refusal } from '../../kernel/index.ts';
import type { SevenParameters } from '../../modules/intake/index.ts';
import type { NamedFile } from '../options.ts';
import type { PhaseClock } from '../phases.ts';
import type { NamedColumns, ReadRequest } from '../reading.ts';
import type { Terminal } from '../terminal.ts';
import { mayBeZoneKey } from '../../modules/analysis/index.ts';

/** What both versions of an overlay are given. */
export interface OverlayTask {
  readonly terminal: Terminal;
  readonly clock: PhaseClock;
  readonly parcels: string;
  readonly zones: readonly NamedFile[];
  /** Field that names parcels and zones. */
  readonly id: string | undefined;
  readonly crs: number | undefined;
  readonly datumParameters: SevenParameters | undefined;
  /** Pairs are wanted, the balance by the parcels' class, or both. */
  readonly pairs: boolean;
  /** Field of the parcels' land class; undefined: no balance. */
  readonly classField: string | undefined;
  /** Threads to compute with. */
  readonly threads: number;
}

/** One zone layer of an overlay. */
export interface OverlaidZones extends NamedColumns {
  readonly name: string;
  readonly role: LayerRole | null;
  readonly vertices: number;
  /** Pairs with the parcels; null where they were not asked for. */
  readonly pairs: Tabulation | null;
}

/** The balance of a layer: whole dm² of each class under each key, [class × keys + key]. */
export interface OverlaidBalance {
  readonly runZone: number;
  /** Classes of the parcels in order of their codes; '' where a parcel states none. */
  readonly classes: readonly string[];
  readonly classOfParcel: Uint16Array;
  /** Official areas of the parcels. */
  readonly wholesDm2: Float64Array;
  readonly tablesDm2: readonly Float64Array[];
}

export interface Overlaid {
  readonly parcels: NamedColumns;
  readonly vertices: number;
  readonly zones: readonly OverlaidZones[];
  readonly balance: OverlaidBalance | null;
}

/** What is wrong with the files, or the overlay. */
export type OverlayOutcome =
  | { readonly ok: true; readonly value: Overlaid }
  | { readonly ok: false; readonly error: readonly Refusal[] };

/** How a layer of an overlay is read: with the columns that name it, class it, or tell its keys, and no others. */
export function readRequestOf(task: OverlayTask, zones: NamedFile | undefined): ReadRequest {
  const wanted = new Set<string>();
  if (task.id !== undefined && task.pairs) wanted.add(task.id.toLowerCase());
  if (zones === undefined && task.classField !== undefined) wanted.add(task.classField.toLowerCase());
  const role = zones === undefined ? null : zonesRoleOf(zones.name);
  return {
    ...(task.crs === undefined ? {} : { crs: task.crs }),
    ...(task.datumParameters === undefined ? {} : { datumParameters: task.datumParameters }),
    crsFor: 'silent',
    keep: (column) =>
      wanted.has(column.toLowerCase()) ||
      (zones !== undefined && task.classField !== undefined && mayBeZoneKey(role, column)),
  };
}

/** The role a layer's name stands for; any other name, and what is no zone layer elsewhere, is a layer of the user's own. */
export function zonesRoleOf(name: string): LayerRole | null {
  const role = layerRoleOf(name) ?? null;
  return role === 'parcels' || role === 'project' ? null : role;
}

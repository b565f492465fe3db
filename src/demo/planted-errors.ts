import type { AttributeColumn, AttributeValue } from '../kernel/index.ts';
import { isFarmland } from '../kernel/index.ts';
import type { Dissolved } from './dissolve.ts';
import type { DemoLayer } from './zones.ts';

/** An error put into a copy of the parcel layer on purpose, and the quality rule that must find it. */
export interface PlantedError {
  readonly rule: string;
  /** Feature the rule must name. */
  readonly featureNo: number;
  readonly what: string;
}

/**
 * A copy of the parcel layer with one error of each kind, each in a feature of its own and far from the others, with
 * the list of what was planted.
 */
export function plantErrors(parcels: DemoLayer): {
  readonly layer: DemoLayer;
  readonly planted: readonly PlantedError[];
} {
  const values = new Map(parcels.columns.map((column) => [column.name, [...column.values]]));
  const column = (name: string): AttributeValue[] => values.get(name)!;
  const planted: PlantedError[] = [];
  const taken = new Set<number>();
  const count = column('BSM').length;
  let at = Math.floor(count / 50);
  /** The next feature that fits, or −1 where a small county has none (no farmland on level land, say). */
  const next = (accept: (p: number) => boolean): number => {
    for (let tried = 0; tried < count; tried++, at = (at + 1) % count) {
      if (taken.has(at) || !accept(at)) continue;
      const found = at;
      taken.add(found);
      at = (at + Math.max(3, Math.floor(count / 37))) % count;
      return found;
    }
    return -1;
  };
  const landClass = column('DLBM') as string[];
  const farmland = (p: number): boolean => isFarmland(landClass[p]!);
  const plant = (rule: string, what: string, accept: (p: number) => boolean, change: (p: number) => void): void => {
    const p = next(accept);
    if (p < 0) return;
    change(p);
    planted.push({ rule, featureNo: p, what });
  };
  const changed = new Map<number, number[]>();
  const single = (p: number): boolean => parcels.dissolved.groupRings[p + 1]! - parcels.dissolved.groupRings[p]! === 1;
  const { ringStarts, coords, groupRings } = parcels.dissolved;
  const ringOf = (p: number): number[] => {
    const r = groupRings[p]!;
    const ring = changed.get(r) ?? Array.from(coords.subarray(2 * ringStarts[r]!, 2 * ringStarts[r + 1]!));
    changed.set(r, ring);
    return ring;
  };
  const any = (): boolean => true;

  plant('attribute.class-unknown', 'DLBM 0199 exists in no classification', any, (p) => {
    column('DLBM')[p] = '0199';
    column('DLMC')[p] = '未知';
  });
  plant(
    'attribute.identifier-duplicate',
    'BSM repeats that of feature 0',
    (p) => p > 0,
    (p) => (column('BSM')[p] = column('BSM')[0]!),
  );
  plant(
    'attribute.net-area',
    'TBDLMJ is 10 m2 more than TBMJ − KCMJ',
    any,
    (p) => (column('TBDLMJ')[p] = Math.round((Number(column('TBDLMJ')[p]) + 10) * 100) / 100),
  );
  plant(
    'attribute.slope-level',
    'slope level on a parcel that is no farmland',
    (p) => !farmland(p),
    (p) => (column('GDPDJB')[p] = '3'),
  );
  plant(
    'attribute.terrace',
    'terrace type on slope level 1',
    (p) => farmland(p) && column('GDPDJB')[p] === '1',
    (p) => (column('GDLX')[p] = 'TT'),
  );
  plant(
    'attribute.deduction-level-one',
    'ridge deduction on slope level 1',
    (p) => farmland(p) && column('GDPDJB')[p] === '1',
    (p) => {
      column('KCDLBM')[p] = '1203';
      column('KCXS')[p] = 0.05;
    },
  );
  plant(
    'attribute.village-county',
    'ZLDWDM names another county',
    any,
    (p) => (column('ZLDWDM')[p] = '9902011012010000000'),
  );
  plant('attribute.ownership', 'QSXZ 99 is no ownership', any, (p) => (column('QSXZ')[p] = '99'));
  plant('attribute.grade', 'GDDB 16 is beyond the 15 grades', farmland, (p) => (column('GDDB')[p] = 16));
  plant('area.official', 'TBMJ is 1 % too large', any, (p) => {
    const area = Math.round(Number(column('TBMJ')[p]) * 101) / 100;
    const ridge = Math.round(area * Number(column('KCXS')[p]) * 100) / 100;
    column('TBMJ')[p] = area;
    column('KCMJ')[p] = ridge;
    column('TBDLMJ')[p] = Math.round((area - ridge) * 100) / 100;
  });
  plant(
    'geometry.self-crossing',
    'two vertices a third of the ring apart exchanged: the ring crosses itself',
    single,
    (p) => {
      // Not two neighbours: on a straight border the ring would turn back without crossing.
      const ring = ringOf(p);
      const i = 4;
      const j = i + 2 * Math.floor(ring.length / 6);
      const [x, y] = [ring[i]!, ring[i + 1]!];
      ring[i] = ring[j]!;
      ring[i + 1] = ring[j + 1]!;
      ring[j] = x;
      ring[j + 1] = y;
    },
  );
  plant('geometry.repeated-point', 'a vertex is written twice', single, (p) => {
    const ring = ringOf(p);
    ring.splice(4, 0, ring[4]!, ring[5]!);
  });
  plant('topology.overlap', 'a border vertex moved 0.8 m out of the parcel', single, (p) => moveVertex(ringOf(p), 0.8));
  plant('topology.gap', 'a border vertex moved 0.8 m into the parcel', single, (p) => moveVertex(ringOf(p), -0.8));

  const columns: AttributeColumn[] = parcels.columns.map(({ name }) => ({ name, values: column(name) }));
  return { layer: { dissolved: replaceRings(parcels.dissolved, changed), columns }, planted };
}

/** Moves the first vertex whose neighbours allow it outwards (metres > 0) or inwards, across the bisector of its edges. */
function moveVertex(ring: number[], metres: number): void {
  const degree = 111_000;
  const n = ring.length / 2;
  for (let i = 1; i < n - 1; i++) {
    const ax = ring[2 * i + 2]! - ring[2 * i - 2]!;
    const ay = ring[2 * i + 3]! - ring[2 * i - 1]!;
    const length = Math.hypot(ax, ay);
    if (length * degree < 12) continue;
    // Outer rings run counter-clockwise, so outside is to the right of the direction.
    ring[2 * i]! += ((ay / length) * metres) / degree;
    ring[2 * i + 1]! -= ((ax / length) * metres) / degree;
    return;
  }
}

/** The same rings with the changed ones in place of the old. */
function replaceRings(dissolved: Dissolved, changed: ReadonlyMap<number, readonly number[]>): Dissolved {
  const { ringStarts, coords } = dissolved;
  const rings = dissolved.ringRoles.length;
  const starts = new Uint32Array(rings + 1);
  for (let r = 0; r < rings; r++)
    starts[r + 1] = starts[r]! + (changed.get(r)?.length ?? 2 * (ringStarts[r + 1]! - ringStarts[r]!)) / 2;
  const moved = new Float64Array(2 * starts[rings]!);
  for (let r = 0; r < rings; r++)
    moved.set(changed.get(r) ?? coords.subarray(2 * ringStarts[r]!, 2 * ringStarts[r + 1]!), 2 * starts[r]!);
  return { ...dissolved, ringStarts: starts, coords: moved };
}

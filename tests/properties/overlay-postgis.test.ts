import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  convertLayer,
  lonLatBoxOf,
  type PlaneLayer,
  planeOriginOf,
  runZoneOf,
  tabulate,
  toPlaneLayer,
} from '../../src/geometry/index.ts';
import { INNER, OUTER, type PolygonLayer, type Random, seededRandom } from '../../src/kernel/index.ts';
import { coverageLayer, pickFeatures } from '../support/coverage-layer.ts';
import { startPostgresql, type ThrowAwayPostgresql } from '../support/postgresql.ts';

/**
 * The tabulated intersection against PostGIS (GEOS), pair by pair, on the very same plane coordinates: same 70 m split,
 * same equal-area plane. Every pair must be found by both, areas may differ by 0.0001 m².
 */
const SEED = 20_241_201;
const SIDE = 3000;
const EAST = 36_560_000;
const NORTH = 2_428_000;

let server: ThrowAwayPostgresql;
let client: pg.Client;

beforeAll(async () => {
  server = await startPostgresql();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
});

/** Polygon text with every digit; rings by role, all parts of a feature in one multipolygon. */
function wkt(layer: PlaneLayer, roles: Uint8Array, f: number): string {
  const parts: string[][] = [];
  for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
    const points: string[] = [];
    for (let v = layer.ringStarts[r]!; v < layer.ringStarts[r + 1]!; v++)
      points.push(`${layer.xy[2 * v]} ${layer.xy[2 * v + 1]}`);
    const ring = `(${[...points, points[0]].join(',')})`;
    if (roles[r] === OUTER) parts.push([ring]);
    else parts.at(-1)!.push(ring);
  }
  return `MULTIPOLYGON(${parts.map((part) => `(${part.join(',')})`).join(',')})`;
}

async function load(table: string, layer: PlaneLayer, roles: Uint8Array): Promise<void> {
  await client.query(`drop table if exists ${table}`);
  await client.query(`create table ${table}(id int primary key, geom geometry)`);
  const ids = Array.from(layer.areas, (_, f) => f);
  await client.query(`insert into ${table} select id, g::geometry from unnest($1::int[], $2::text[]) as t(id, g)`, [
    ids,
    ids.map((f) => wkt(layer, roles, f)),
  ]);
  await client.query(`create index on ${table} using gist(geom)`);
  const invalid = await client.query(`select id, st_isvalidreason(geom) from ${table} where not st_isvalid(geom)`);
  expect(invalid.rows).toEqual([]);
}

async function compare(parcels: PolygonLayer, zones: PolygonLayer): Promise<{ pairs: number; worst: number }> {
  const zone = runZoneOf(parcels);
  const origin = planeOriginOf(zone, lonLatBoxOf(parcels));
  const left = toPlaneLayer(parcels, zone, origin);
  const right = toPlaneLayer(zones, zone, origin);
  await load('parcels', left, parcels.ringRoles);
  await load('zones', right, zones.ringRoles);
  const rows = await client.query<{ p: number; z: number; area: number }>(
    'select p.id p, z.id z, st_area(st_intersection(p.geom, z.geom)) area from parcels p join zones z on st_intersects(p.geom, z.geom)',
  );
  const theirs = new Map(rows.rows.map(({ p, z, area }) => [`${p} ${z}`, area]));
  const ours = tabulate(left, right);
  let worst = 0;
  for (let i = 0; i < ours.areas.length; i++) {
    const key = `${ours.parcels[i]} ${ours.zones[i]}`;
    worst = Math.max(worst, Math.abs(ours.areas[i]! - (theirs.get(key) ?? 0)));
    theirs.delete(key);
  }
  // What only PostGIS lists touches, or shares less than our threshold.
  for (const area of theirs.values()) worst = Math.max(worst, area);
  return { pairs: ours.areas.length, worst };
}

/** Stars with straight edges up to 600 m, some with a hole: project boundaries as drawn by hand. */
function stars(random: Random, count: number): PolygonLayer {
  const coords: number[] = [];
  const ringStarts = [0];
  const ringRoles: number[] = [];
  const featureRings = [0];
  const ring = (cx: number, cy: number, low: number, high: number, role: number): void => {
    const n = random.integer(5, 14);
    const points = Array.from({ length: n }, (_, i): [number, number] => {
      const r = low + (high - low) * random.next();
      return [cx + r * Math.cos((2 * Math.PI * i) / n), cy + r * Math.sin((2 * Math.PI * i) / n)];
    });
    if (random.next() < 0.5) points.reverse();
    for (const [x, y] of points) coords.push(Math.round(x * 1e4) / 1e4, Math.round(y * 1e4) / 1e4);
    ringStarts.push(coords.length / 2);
    ringRoles.push(role);
  };
  for (let f = 0; f < count; f++) {
    const cx = EAST + SIDE * random.next();
    const cy = NORTH + SIDE * random.next();
    ring(cx, cy, 150, 400, OUTER);
    // A pentagon's edge comes no nearer to the centre than 0.3 of its corners, so the hole stays inside.
    if (random.next() < 0.5) ring(cx, cy, 10, 40, INNER);
    featureRings.push(ringRoles.length);
  }
  return {
    epsg: 4524,
    featureNos: Uint32Array.from({ length: count }, (_, i) => i),
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: Uint8Array.from(ringRoles),
    featureRings: Uint32Array.from(featureRings),
    columns: [],
  };
}

describe(`tabulated intersection against PostGIS, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const place = { epsg: 4524, east: EAST, north: NORTH, side: SIDE };
  const parcels = coverageLayer(random, { ...place, cells: 700, bends: 7 });

  it('parcels × a full cover of 12 zones of their own', async () => {
    const zones = coverageLayer(random, { ...place, cells: 12, bends: 60 });
    const { pairs, worst } = await compare(parcels, zones);
    expect(pairs).toBeGreaterThan(900);
    expect(worst).toBeLessThan(1e-4);
  });

  it('parcels × zones that share their borders exactly', async () => {
    const kept = Array.from({ length: 700 }, (_, i) => i).filter(() => random.next() < 0.34);
    const { pairs, worst } = await compare(parcels, pickFeatures(parcels, kept));
    expect(pairs).toBe(kept.length);
    expect(worst).toBeLessThan(1e-4);
  });

  it('parcels × the same parcels moved by a few metres, delivered in degrees', async () => {
    const moved = { ...parcels, coords: parcels.coords.map((value, i) => value + (i % 2 === 0 ? 3.217 : -2.113)) };
    const { pairs, worst } = await compare(parcels, convertLayer(moved, 4490));
    expect(pairs).toBeGreaterThan(2500);
    expect(worst).toBeLessThan(1e-4);
  });

  it('parcels in degrees × projects with long straight edges and holes', async () => {
    const { pairs, worst } = await compare(convertLayer(parcels, 4490), stars(random, 60));
    expect(pairs).toBeGreaterThan(1000);
    expect(worst).toBeLessThan(1e-4);
  });

  it('few large parcels × many small zones', async () => {
    const { pairs, worst } = await compare(stars(random, 40), parcels);
    expect(pairs).toBeGreaterThan(700);
    expect(worst).toBeLessThan(1e-4);
  });
});

import { describe, expect, it } from 'vitest';
import { columnOf, joinBatches, seededRandom, type FeatureBatch, type Random } from '../../../kernel/index.ts';
import { bytesInMemory } from '../byte-source.ts';
import { openGeojson } from './geojson.ts';

/** White space where JSON allows it, drawn anew at every place. */
function written(value: unknown, random: Random): string {
  const gap = (): string => random.pick(['', '', '', ' ', '\n', ' \t']);
  if (Array.isArray(value))
    return `[${gap()}${value.map((item) => written(item, random)).join(`${gap()},${gap()}`)}${gap()}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(
      ([name, item]) => `${JSON.stringify(name)}${gap()}:${gap()}${written(item, random)}`,
    );
    return `{${gap()}${members.join(`${gap()},${gap()}`)}${gap()}}`;
  }
  return JSON.stringify(value);
}

describe('features straight from the bytes', () => {
  it('are what JSON.parse makes of the same text, however it is written', async () => {
    const SEED = 77;
    const random = seededRandom(SEED);
    const shuffled = <T>(items: readonly T[]): T[] =>
      items
        .map((item) => [random.next(), item] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, item]) => item);
    const ring = (z: boolean): number[][] => {
      const x = 100 + random.next() * 10;
      const y = 20 + random.next() * 10;
      const points = [0, 1, 2, 3].map((k) => {
        const point = [x + (k === 1 || k === 2 ? 0.001 : 0), y + (k > 1 ? random.next() / 1_000 : 0)];
        return z ? [...point, random.integer(0, 90)] : point;
      });
      return [...points, points[0]!];
    };
    const polygon = (z: boolean): number[][][] => Array.from({ length: random.integer(1, 3) }, () => ring(z));
    const features = Array.from({ length: 2_000 }, (_, i) => {
      const z = i % 50 === 0;
      const geometry =
        i % 3 === 0
          ? { type: 'Polygon', coordinates: polygon(z) }
          : i % 3 === 1
            ? { coordinates: Array.from({ length: random.integer(1, 3) }, () => polygon(z)), type: 'MultiPolygon' }
            : i % 30 === 2
              ? { type: 'GeometryCollection', geometries: [{ type: 'Polygon', coordinates: polygon(z) }] }
              : { type: 'Polygon', coordinates: polygon(z) };
      const values: [string, unknown][] = [
        ['BSM', `4507${i}`],
        ['名称', random.pick(['水田', '𠮷"田"', 'a\\b', '旱\n地', ''])],
        ['TBMJ', random.pick([random.next() * 1e4, 0, -1.5, 1e21, 12])],
        ['flag', random.pick([true, false, null])],
        ['deep', random.pick([null, { a: [1, '}'] }, [1, 2]])],
        ['', i],
      ];
      const properties = i % 40 === 7 ? null : Object.fromEntries(shuffled(values).slice(0, random.integer(0, 6)));
      const members: [string, unknown][] = [
        ['type', 'Feature'],
        ['geometry', geometry],
        ['properties', properties],
      ];
      if (i % 4 === 0) members.push(['id', i % 8 === 0 ? i : `f${i}`]);
      if (i % 5 === 0) members.push(['bbox', [100, 20, 110, 30]]);
      if (i % 9 === 0) members.push(['extra', { '}': ']' }]);
      return Object.fromEntries(shuffled(members)) as {
        geometry: { type: string; coordinates: number[][][][]; geometries?: { coordinates: number[][][] }[] };
        properties: Record<string, unknown> | null;
      };
    });
    const text = written({ type: 'FeatureCollection', features }, random);
    const opened = await openGeojson(bytesInMemory('a.geojson', new TextEncoder().encode(text)), {});
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const batches: FeatureBatch[] = [];
    for await (const batch of opened.value.batches()) batches.push(batch);
    const layer = joinBatches(batches, 4490);

    const polygonsOf = ({ geometry }: (typeof features)[number]): number[][][][] =>
      geometry.geometries
        ? geometry.geometries.map(({ coordinates }) => coordinates)
        : geometry.type === 'Polygon'
          ? [geometry.coordinates as unknown as number[][][]]
          : geometry.coordinates;
    const coords = features.flatMap((feature) =>
      polygonsOf(feature).flatMap((rings) => rings.flatMap((r) => r.slice(0, -1).flatMap((p) => p.slice(0, 2)))),
    );
    expect([...layer.coords], `seed ${SEED}`).toEqual(coords);
    const roles = features.flatMap((feature) => polygonsOf(feature).flatMap((rings) => rings.map((_, r) => +(r > 0))));
    expect([...layer.ringRoles]).toEqual(roles);
    for (const name of ['BSM', '名称', 'TBMJ', 'flag', 'deep', '']) {
      const values = features.map(({ properties }) => {
        const value = properties?.[name] ?? null;
        if (typeof value === 'boolean') return value ? 1 : 0;
        return value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
      });
      expect(columnOf(layer, name), `${name}, seed ${SEED}`).toEqual(values);
    }
  });
});

// How fast a layer version is saved and read back, and how much memory that takes, on either engine.
//   npx tsx bench/save-layer.ts [features=300000] [vertices=49]      (DATABASE_URL: that database; else an embedded one)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runZone } from '../src/geometry/index.ts';
import type { FeatureBatch } from '../src/kernel/index.ts';
import { findLayerVersion, readLayerVersion, saveLayerVersion } from '../src/modules/parcels/server.ts';
import { makeTile } from '../src/modules/parcels/tiles.server.ts';
import { systemClock, systemIds } from '../src/platform/clock.ts';
import { openDatabase, sql } from '../src/platform/db/index.ts';

const features = Number(process.argv[2] ?? 300_000);
const vertices = Number(process.argv[3] ?? 49);
const PER_BATCH = Math.floor(65_536 / vertices);
const COLUMNS = Math.ceil(Math.sqrt(features));

/** Round parcels side by side in EPSG 4527 (zone 39, prefix), with twenty attributes. */
function* batches(): Generator<FeatureBatch> {
  for (let first = 0; first < features; first += PER_BATCH) {
    const count = Math.min(PER_BATCH, features - first);
    const coords = new Float64Array(count * vertices * 2);
    for (let i = 0, at = 0; i < count; i++) {
      const x = 39_500_000 + ((first + i) % COLUMNS) * 100;
      const y = 3_370_000 + Math.floor((first + i) / COLUMNS) * 100;
      for (let v = 0; v < vertices; v++) {
        coords[at++] = x + 48 * Math.cos((2 * Math.PI * v) / vertices);
        coords[at++] = y + 48 * Math.sin((2 * Math.PI * v) / vertices);
      }
    }
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    yield {
      featureNos: Uint32Array.from(numbers),
      coords,
      ringStarts: Uint32Array.from({ length: count + 1 }, (_, i) => i * vertices),
      ringRoles: new Uint8Array(count),
      featureRings: Uint32Array.from({ length: count + 1 }, (_, i) => i),
      columns: [
        { name: 'BSM', values: numbers.map((no) => `990101${String(no).padStart(12, '0')}`) },
        { name: 'DLBM', values: numbers.map((no) => ['0101', '0103', '0301', '0702'][no % 4]!) },
        { name: 'DLMC', values: numbers.map((no) => ['水田', '旱地', '乔木林地', '农村宅基地'][no % 4]!) },
        { name: 'ZLDWDM', values: numbers.map((no) => `990101001${String(no % 50).padStart(3, '0')}0000000`) },
        { name: 'ZLDWMC', values: numbers.map((no) => `稻香镇第${no % 50}村`) },
        { name: 'TBMJ', values: numbers.map((no) => 7000 + (no % 1000) / 100) },
        ...Array.from({ length: 14 }, (_, k) => ({
          name: `F${k}`,
          values: numbers.map((no) => ((no + k) % 3 === 0 ? null : `${no % 10}`)),
        })),
      ],
      problems: [],
    };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tianchou-bench-'));
const url = process.env['DATABASE_URL'];
const megabytes = (): string => `${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB`;
let begun = performance.now();
let cpu = process.cpuUsage();
const lap = (what: string): void => {
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  console.log(
    `${what.padEnd(44)} cpu ${((used.user + used.system) / 1e6).toFixed(2).padStart(6)} s wall ${seconds.toFixed(2).padStart(7)} s   RSS ${megabytes()}`,
  );
  begun = performance.now();
};

const db = await openDatabase({ url, folder });
lap(`open (${db.engine})`);
const context = { actor: 'bench', role: 'clerk', divisionCode: '', clock: systemClock, ids: systemIds } as const;
const facts = {
  countyCode: '990101',
  role: 'parcels',
  asOf: '2025-12-31',
  sourceName: 'bench',
  sourceHash: 'x',
  epsg: 4527,
} as const;
let longest = 0;
let waits = 0;
// Meanwhile somebody looks at a page: how long does a small query wait?
const watcher = setInterval(() => {
  const asked = performance.now();
  waits++;
  db.one(sql`select 1 as one`).then(
    () => {
      longest = Math.max(longest, performance.now() - asked);
    },
    () => {},
  );
}, 100);
const saved = await saveLayerVersion(
  db.background,
  context,
  { ...facts, zone: process.env['AREAS'] === 'off' ? null : runZone(39) },
  batches(),
);
clearInterval(watcher);
lap(`save ${saved.featureCount} features, ${saved.vertexCount} vertices`);
console.log(`  longest wait of a small query meanwhile: ${Math.round(longest)} ms (${waits} asked)`);
let read = 0;
for await (const batch of readLayerVersion(db.background, saved)) read += batch.coords.length / 2;
lap(`read back ${read} vertices`);
const found = await findLayerVersion(db, context, saved.layerVersionId);
if (!found.ok) throw new Error('not found');
const [west, south, east, north] = found.value.box!;
for (const z of [8, 10, 12, 13, 14, 15, 16]) {
  const lon = (west + east) / 2;
  const sine = Math.sin((((south + north) / 2) * Math.PI) / 180);
  const tile = {
    z,
    x: Math.floor(((lon + 180) / 360) * 2 ** z),
    y: Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 2 ** z),
  };
  const bytes = await makeTile(db, found.value, tile);
  lap(`tile ${z}, ${Math.round(bytes.length / 1024)} kB`);
}
await db.close();
lap('close');
rmSync(folder, { recursive: true, force: true });

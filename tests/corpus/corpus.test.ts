import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLayer } from '../../src/modules/intake/server.ts';
import { filegdbCases } from './filegdb.cases.ts';
import { flatgeobufCases } from './flatgeobuf.cases.ts';
import { geojsonCases } from './geojson.cases.ts';
import { geopackageCases } from './geopackage.cases.ts';
import { createKit, type CorpusCase, type Kit } from './kit.ts';
import { shapefileCases } from './shapefile.cases.ts';

const FORMATS: readonly [string, readonly CorpusCase[]][] = [
  ['shapefile', shapefileCases],
  ['geopackage', geopackageCases],
  ['geojson', geojsonCases],
  ['flatgeobuf', flatgeobufCases],
  ['filegdb', filegdbCases],
];

/** A file that keeps a reader busy longer than this counts as a hang. */
const LONGEST_MS = 30_000;

let kit: Kit;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tianchou-corpus-'));
  kit = createKit(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe.each(FORMATS)('awkward files: %s', (_, cases) => {
  it('are at least thirty, each with a name of its own', () => {
    expect(cases.length).toBeGreaterThanOrEqual(30);
    expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const path = await one.make(kit);
    const begun = performance.now();
    const result = await readLayer(path, one.options);
    expect(performance.now() - begun).toBeLessThan(LONGEST_MS);
    if ('refused' in one.expect) {
      expect(
        result.ok
          ? `read ${result.value.layer.featureNos.length} features`
          : result.error.map((refusal) => refusal.code),
      ).toEqual([one.expect.refused]);
      if (result.ok) return;
      for (const { message, remedy, place } of result.error) {
        for (const text of [message.zh, message.en, remedy.zh, remedy.en]) {
          expect(text.length).toBeGreaterThan(3);
          expect(text).not.toMatch(/undefined|NaN\b|\[object|\bat .+:\d+:\d+/);
        }
        expect(message.zh).toMatch(/[\u4e00-\u9fff]/);
        expect(place?.file).toBeTruthy();
      }
      return;
    }
    if (!result.ok) expect.fail(JSON.stringify(result.error, null, 1));
    const { layer, problems, crs } = result.value;
    expect(layer.featureNos.length).toBe(one.expect.reads);
    const said = new Set(problems.filter((problem) => problem.severity !== 'note').map((problem) => problem.rule));
    const notes = new Set(problems.filter((problem) => problem.severity === 'note').map((problem) => problem.rule));
    const expected = one.expect.says ?? [];
    expect([...said].sort()).toEqual(expected.filter((rule) => !notes.has(rule) || said.has(rule)).sort());
    for (const rule of expected) expect([...said, ...notes]).toContain(rule);
    if (one.expect.epsg !== undefined) expect(crs.epsg).toBe(one.expect.epsg);
    expect(layer.coords.every(Number.isFinite)).toBe(true);
    one.expect.check?.(result.value);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OUTER, featureCount, type PolygonLayer } from '../../../src/kernel/index.ts';
import { readLayer } from '../../../src/modules/intake/server.ts';
import { boundaryTxtCases } from './boundary-txt.cases.ts';
import type { CorpusCase } from './corpus-case.ts';
import { csvCases } from './csv.cases.ts';
import { xlsxCases } from './xlsx.cases.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tianchou-corpus-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function areasOf(layer: PolygonLayer): number[] {
  const areas: number[] = [];
  for (let f = 0; f < featureCount(layer); f++) {
    if (layer.featureRings[f] === layer.featureRings[f + 1]) continue;
    let area = 0;
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      let twice = 0;
      const from = layer.ringStarts[r]!;
      const to = layer.ringStarts[r + 1]!;
      for (let i = from; i < to; i++) {
        const j = i + 1 < to ? i + 1 : from;
        twice +=
          (layer.coords[2 * i]! - layer.coords[2 * from]!) * (layer.coords[2 * j + 1]! - layer.coords[2 * from + 1]!) -
          (layer.coords[2 * j]! - layer.coords[2 * from]!) * (layer.coords[2 * i + 1]! - layer.coords[2 * from + 1]!);
      }
      area += (layer.ringRoles[r] === OUTER ? 1 : -1) * Math.abs(twice / 2);
    }
    areas.push(Math.round(area));
  }
  return areas;
}

async function outcomeOf(one: CorpusCase): Promise<unknown> {
  const directory = await mkdtemp(join(folder, 'case-'));
  const path = join(directory, one.file);
  await writeFile(path, typeof one.bytes === 'function' ? await one.bytes() : one.bytes);
  const read = await readLayer(path, one.options ?? {});
  if (!read.ok) {
    for (const refusal of read.error) {
      expect(refusal.message.zh).not.toBe('');
      expect(refusal.remedy.zh).not.toBe('');
      expect(refusal.message.en).not.toBe('');
      expect(refusal.message.en.length).toBeLessThan(2_500);
    }
    return { refused: read.error[0]!.code };
  }
  const { layer, problems } = read.value;
  for (const found of problems) {
    expect(found.message.zh).not.toBe('');
    expect(found.message.en).not.toBe('');
  }
  const areas = areasOf(layer);
  return {
    rules: [...new Set(problems.filter((found) => found.severity !== 'note').map((found) => found.rule))].sort(),
    epsg: layer.epsg,
    features: featureCount(layer),
    withGeometry: areas.length,
    ...(layer.epsg === 4490 ? {} : { squareMetres: areas }),
  };
}

describe.each<[string, readonly CorpusCase[]]>([
  ['boundary TXT', boundaryTxtCases],
  ['CSV', csvCases],
  ['xlsx', xlsxCases],
])('corpus of %s', (_, cases) => {
  it('has thirty files at least', () => {
    expect(cases.length).toBeGreaterThanOrEqual(30);
  });
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const { expected } = one;
    const wanted = 'refused' in expected ? expected : { withGeometry: expected.features, ...expected };
    expect(await outcomeOf(one)).toEqual(wanted);
  });
});

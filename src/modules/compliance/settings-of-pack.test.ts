import { beforeAll, describe, expect, it } from 'vitest';
import { readLog, type Pack } from '../../policy/index.ts';
import { DEFAULT_PARAMETERS } from '../analysis/index.ts';
import { DEFAULT_MINIMUM_AREAS } from '../quality/index.ts';
import { loadPack } from './server.ts';
import { analysisParametersOf, minimumAreasOf, reviewThresholdsOf } from './settings-of-pack.ts';

let qinzhou: Pack;
let haining: Pack;

beforeAll(async () => {
  const [first, second] = [await loadPack('qinzhou-2020'), await loadPack('haining-2021')];
  if (!first.ok || !second.ok) throw new Error('refused');
  qinzhou = first.value;
  haining = second.value;
});

describe('settings of a pack', () => {
  it('as shipped are those analysis and quality take without a pack', () => {
    expect(analysisParametersOf(qinzhou)).toEqual(DEFAULT_PARAMETERS);
    expect(minimumAreasOf(qinzhou).map(({ group, areaDm2, confidence }) => [group, areaDm2, confidence])).toEqual(
      DEFAULT_MINIMUM_AREAS.map(({ group, areaDm2, confidence }) => [group, areaDm2, confidence]),
    );
  });

  it('change what the analysis does', () => {
    const { settings } = qinzhou;
    const other: Pack = {
      ...qinzhou,
      settings: {
        ...settings,
        areaTolerance: { absoluteSquareMetres: 0.1, relative: 0.00001 },
        majorClasses: { '1103': 'unused' },
        contiguity: { ...settings.contiguity, gapMetres: 20, widthMetres: 12 },
      },
    };
    expect(analysisParametersOf(other)).toMatchObject({
      tolerance: { floorDm2: 10, perMillion: 10 },
      majorClasses: { '1103': 'unused' },
      contiguity: { gapMetres: 20, passableWidthMetres: 12 },
    });
  });

  it('S0-5c.187 the review table of Qinzhou asks for 5 %', () => {
    expect(reviewThresholdsOf(qinzhou)).toEqual({ minimumAddedShare: { numerator: 1, denominator: 20 } });
  });

  it('S1.013 the review table of Haining asks for no share, for the text names none', () => {
    expect(reviewThresholdsOf(haining)).toEqual({ minimumAddedShare: null });
  });

  it('are logged one by one, so that a setting nobody takes shows as dead', () => {
    const log = readLog();
    minimumAreasOf(qinzhou, log);
    expect([...log.paths]).toEqual(['settings.minimumMappedAreas']);
  });
});

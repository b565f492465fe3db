import { landClassOf, LAND_CLASSES, localized } from '../kernel/index.ts';
import type { Path, ValueLoader } from './load-values.ts';
import type { AnalysisSettings, Cited } from './pack.ts';
import type { RawPack } from './pack-schema.ts';
import type { Rational } from './rational.ts';

/** The settings of a pack as plain numbers, with the source of each. Settings bound a computation; they are never compared exactly. */
export function loadSettings(
  loader: ValueLoader,
  raw: RawPack['settings'],
): { readonly settings: AnalysisSettings; readonly cited: readonly Cited[] } {
  const number = (value: number | string, ...path: Path): number => {
    const exact = loader.decimal(value, ['settings', ...path]);
    if (exact !== undefined && exact.numerator < 0n) {
      loader.refuse('PACK-NUMBER', ['settings', ...path], localized('不能为负', 'must not be negative'));
    }
    return Number(value);
  };
  const classes = (codes: readonly string[], ...path: Path): readonly string[] => {
    for (const code of codes) {
      if (landClassOf(code) !== undefined || LAND_CLASSES.some((known) => known.first === code)) continue;
      loader.refuse(
        'PACK-CLASS',
        ['settings', ...path],
        localized(`没有地类 ${code}`, `there is no land class ${code}`),
      );
    }
    return codes;
  };
  const share = (name: string): Rational | null => {
    if (name === 'notSet') return null;
    const parameter = loader.parameters.get(name);
    if (parameter !== undefined && parameter.unit === 'ratio') return parameter.value;
    const message = localized(`没有名为 ${name} 的比例参数`, `there is no parameter named ${name} that is a share`);
    loader.refuse('PACK-SETTING', ['settings', 'basicFarmlandReview', 'minimumAddedShare'], message);
    return null;
  };
  classes(Object.keys(raw.majorClasses.overrides), 'majorClasses', 'overrides');
  const presets = raw.contiguity.presets.map((preset, i) => ({
    id: preset.id,
    gapMetres: number(preset.gapMetres, 'contiguity', 'presets', i, 'gapMetres'),
    widthMetres: number(preset.widthMetres, 'contiguity', 'presets', i, 'widthMetres'),
  }));
  const chosen = presets.find((preset) => preset.id === raw.contiguity.chosen);
  if (chosen === undefined) {
    const name = raw.contiguity.chosen;
    const message = localized(`没有名为 ${name} 的预设`, `there is no preset named ${name}`);
    loader.refuse('PACK-SETTING', ['settings', 'contiguity', 'chosen'], message);
  }
  const minimum = raw.minimumMappedAreas;
  return {
    settings: {
      areaTolerance: {
        absoluteSquareMetres: number(raw.areaTolerance.absoluteSquareMetres, 'areaTolerance', 'absoluteSquareMetres'),
        relative: number(raw.areaTolerance.relative, 'areaTolerance', 'relative'),
      },
      majorClasses: raw.majorClasses.overrides,
      contiguity: {
        gapMetres: chosen?.gapMetres ?? 0,
        widthMetres: chosen?.widthMetres ?? 0,
        passableClasses: classes(raw.contiguity.passableClasses, 'contiguity', 'passableClasses'),
        presets,
      },
      reachedVillage: {
        atLeastSquareMetres: number(raw.reachedVillage.atLeastSquareMetres, 'reachedVillage', 'atLeastSquareMetres'),
      },
      basicFarmlandReview: { minimumAddedShare: share(raw.basicFarmlandReview.minimumAddedShare) },
      minimumMappedAreas: {
        constructionAndFacilities: number(
          minimum.constructionAndFacilities,
          'minimumMappedAreas',
          'constructionAndFacilities',
        ),
        agricultural: number(minimum.agricultural, 'minimumMappedAreas', 'agricultural'),
        other: number(minimum.other, 'minimumMappedAreas', 'other'),
      },
    },
    cited: Object.entries(raw).map(([name, value]) => loader.cited(value, ['settings', name], `settings.${name}`)),
  };
}

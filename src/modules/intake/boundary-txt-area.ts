import { localized, OUTER, type Problem } from '../../kernel/index.ts';
import { plain } from './boundary-txt-lines.ts';
import type { Outline } from './point-store.ts';
import { findRingRoles, signedArea2 } from './formats/ring-roles.ts';

/** Units a header area (地块面积) is written in; officially hectares, by many tools m². */
export type AreaUnit = 'hectare' | 'squareMetre' | 'mu';

const UNIT_NAMES = {
  hectare: localized('公顷', 'hectares'),
  squareMetre: localized('平方米', 'm²'),
  mu: localized('亩', 'mu'),
} as const;

/** m² of one unit as a fraction, so that decimal text is converted without binary rounding: 1 mu = 2000/3 m². */
const M2_OF_UNIT: Readonly<Record<AreaUnit, number>> = { hectare: 10_000, squareMetre: 1, mu: 2000 / 3 };

export interface HeaderArea {
  /** As written; null where it is no number. */
  readonly value: number | null;
  /** In m², decimal text with two decimals at least; null without value or unit. */
  readonly squareMetres: string | null;
}

function partsOf(text: string): { readonly digits: string; readonly unit: AreaUnit | null } | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(.*)$/.exec(plain(text).replace(/[\s,]/g, ''));
  if (!match) return undefined;
  const suffix = match[2]!.toLowerCase();
  if (suffix === '') return { digits: match[1]!, unit: null };
  if (/^(公顷|ha|hm2)$/.test(suffix)) return { digits: match[1]!, unit: 'hectare' };
  if (/^(平方米|平米|㎡|m2|m²)$/.test(suffix)) return { digits: match[1]!, unit: 'squareMetre' };
  if (/^(亩|mu)$/.test(suffix)) return { digits: match[1]!, unit: 'mu' };
  return undefined;
}

/** The header area as a number and, by its own unit or the file's, in m². */
export function headerAreaOf(text: string, fileUnit: AreaUnit | null): HeaderArea {
  const parts = partsOf(text);
  if (!parts) return { value: null, squareMetres: null };
  const value = Number(parts.digits);
  const unit = parts.unit ?? fileUnit;
  if (unit === null) return { value, squareMetres: null };
  // Hectares move the point by four places in the text, so 5.9994 ha is 59994.00 m² and nothing else.
  const squareMetres = unit === 'hectare' ? Number(`${parts.digits}e4`) : value * M2_OF_UNIT[unit];
  return { value, squareMetres: squareMetres.toFixed(2) };
}

export interface AreaGuess {
  readonly unit: AreaUnit | null;
  /** Says which unit was taken, and on what ground; null where no header has an area. */
  readonly note: Problem | null;
  /** Parcels whose header area differs from the coordinates by more than 0.1 % and the rounding of the text, with the fraction. */
  readonly differing: ReadonlyMap<number, number>;
}

/**
 * Guesses the unit of the header areas of a file by comparing them with the areas of the coordinates: the unit most
 * parcels agree with (within 5 %), hectares and m² before mu.
 */
export function guessAreaUnit(
  parcels: readonly { readonly text: string; outline(): Outline }[],
  geographic: boolean,
): AreaGuess {
  const votes: Record<AreaUnit, number> = { hectare: 0, squareMetre: 0, mu: 0 };
  let withArea = 0;
  let nearerHectares = 0;
  const candidates = parcels.map((parcel) => {
    const parts = partsOf(parcel.text);
    if (!parts || Number(parts.digits) === 0) return undefined;
    withArea++;
    const area = planarArea(parcel.outline(), geographic);
    const value = Number(parts.digits);
    if (!(area > 0)) return undefined;
    for (const unit of ['hectare', 'squareMetre', 'mu'] as const) {
      if (parts.unit !== null && parts.unit !== unit) continue;
      if (Math.abs((value * M2_OF_UNIT[unit]) / area - 1) < 0.05) votes[unit]++;
    }
    nearerHectares += area / value > 100 ? 1 : -1;
    return { value, digits: parts.digits, unit: parts.unit, area };
  });
  if (withArea === 0) return { unit: null, note: null, differing: new Map() };
  const best = (['hectare', 'squareMetre', 'mu'] as const).reduce((a, b) => (votes[b] > votes[a] ? b : a));
  const voted = votes[best] > 0;
  const unit: AreaUnit = voted ? best : nearerHectares < 0 ? 'squareMetre' : 'hectare';
  const name = UNIT_NAMES[unit];
  const note: Problem = {
    rule: 'txt.area-unit',
    severity: voted && unit === 'hectare' ? 'note' : 'warning',
    featureNo: null,
    id: null,
    field: '地块面积',
    message: voted
      ? localized(
          `地块面积的单位判断为${name.zh}(${votes[best]} 个地块与坐标面积相符)`,
          `the unit of the header areas is taken as ${name.en} (${votes[best]} parcels agree with their coordinates)`,
        )
      : localized(
          `地块面积与坐标面积都不相符,单位暂按${name.zh}`,
          `no header area agrees with its coordinates; the unit is taken as ${name.en}`,
        ),
  };
  const differing = new Map<number, number>();
  candidates.forEach((candidate, i) => {
    if (!candidate) return;
    const scale = M2_OF_UNIT[candidate.unit ?? unit];
    const decimals = (candidate.digits.split('.')[1] ?? '').length;
    const rounding = 0.51 * 10 ** -decimals * scale;
    const stated = candidate.value * scale;
    const off = Math.abs(stated - candidate.area);
    const tolerance = geographic ? 0.02 : 0.001;
    // Plane and ellipsoid differ by up to 0.05 % at the edge of a zone; the exact comparison is a rule of quality.
    if (off > rounding + tolerance * candidate.area) differing.set(i, off / candidate.area);
  });
  return { unit, note, differing };
}

/**
 * Planar area in m², holes found by containment and taken off. Degrees are scaled by the size of a degree at the first
 * vertex (good to 1 %), which is enough to tell hectares from m².
 */
function planarArea({ coords, starts }: Outline, geographic: boolean): number {
  let twice = 0;
  if (starts.length === 2) twice = Math.abs(signedArea2(coords, 0, starts[1]!));
  else {
    const found = findRingRoles(coords, starts);
    for (let r = 0; r < starts.length - 1; r++)
      twice += (found.roles[r] === OUTER ? 1 : -1) * Math.abs(found.signedAreas2[r]!);
  }
  if (!geographic) return twice / 2;
  const radians = ((coords[1] ?? 0) * Math.PI) / 180;
  const cosine = 1 - radians ** 2 / 2 + radians ** 4 / 24 - radians ** 6 / 720;
  return (twice / 2) * 110_950 * 111_320 * cosine;
}

import { LAND_CLASSES, landClassOf } from '../../kernel/index.ts';
import { useI18n } from '../i18n/index.tsx';

/** Classes that have a colour of their own; others take that of the class they are a kind of. */
function baseCode(code: string): string {
  if (code === '08H2A') return '08H2';
  if (code === '0810A') return '0810';
  return /^\d{4}[AK]$/.test(code) ? code.slice(0, 4) : code;
}

/** The token that colours a land class on the map and in tables. Wetland is one colour whatever its codes begin with. */
export function landToken(code: string | null | undefined): `--${string}` {
  const landClass = code === null || code === undefined ? undefined : landClassOf(code);
  if (landClass === undefined) return '--land-unknown';
  if (landClass.first === '00') return '--land-wetland';
  return `--land-${baseCode(landClass.code)}`;
}

/** Every code with its token, suffixes included: the paint of the parcels. */
export function landTokens(): readonly (readonly [code: string, token: `--${string}`])[] {
  const codes = LAND_CLASSES.map((landClass) => landClass.code);
  const adjustable = codes.filter((code) => landClassOf(`${code}K`) !== undefined).map((code) => `${code}K`);
  return [...codes, ...adjustable].map((code) => [code, landToken(code)] as const);
}

export function Swatch(props: { readonly code: string | null }) {
  return <span className="swatch" style={{ background: `var(${landToken(props.code)})` }} aria-hidden="true" />;
}

/** `0101 水田` with its colour. */
export function LandClassText(props: { readonly code: string | null | undefined }) {
  const { pick } = useI18n();
  if (props.code === null || props.code === undefined || props.code === '') return <span className="muted">—</span>;
  const landClass = landClassOf(props.code);
  return (
    <span className="land-class">
      <Swatch code={props.code} />
      <span className="figures">{props.code}</span> {landClass === undefined ? null : pick(landClass.name)}
    </span>
  );
}

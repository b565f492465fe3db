import { LAYER_ROLES, layerRoleOf, type Language, type LayerRole } from '../kernel/index.ts';
import { encodingOfLabel, sevenParametersOf, type SevenParameters } from '../modules/intake/index.ts';
import { usage } from './exit.ts';

/** `4525` or `EPSG:4525`, in any case. Which codes can be used the readers decide, with their reasons. */
export function parseCrs(text: string): number {
  const match = /^(?:EPSG:{1,2})?(\d{4,6})$/i.exec(text.trim());
  if (match === null)
    throw usage(`--crs ${text} 不是 EPSG 代码`, `--crs ${text} is no EPSG code; write 4525 or EPSG:4525.`);
  return Number(match[1]);
}

/** The seven parameters `dx,dy,dz,rx,ry,rz,s` (m, ″, ppm) that bring Xi'an 80 or Beijing 54 to CGCS2000. */
export function parseDatumParameters(text: string): SevenParameters {
  const parameters = sevenParametersOf(text);
  if (parameters !== undefined) return parameters;
  throw usage(
    `--datum-parameters ${text} 不是七个参数:dx,dy,dz(米),rx,ry,rz(秒),s(ppm)`,
    `--datum-parameters ${text}: write dx,dy,dz (m), rx,ry,rz (seconds) and s (ppm), seven numbers that are not all 0.`,
  );
}

/** The role of a layer on the command line, by its name or an alias. */
export function parseRole(text: string): LayerRole {
  const role = layerRoleOf(text);
  if (role !== undefined) return role;
  throw usage(
    `--survey ${text} 不是图层角色:${LAYER_ROLES.join('、')}`,
    `--survey ${text} is no layer role; use ${LAYER_ROLES.join(', ')}.`,
  );
}

export function parseWhole(name: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw usage(
      `${name} 应为 ${low}–${high} 的整数`,
      `${name} takes a whole number from ${low} to ${high}, not “${text}”.`,
    );
  };
}

/** An encoding of attribute texts the readers know; anything else would be passed over in silence. */
export function parseEncoding(text: string): string {
  if (encodingOfLabel(text) !== undefined) return text;
  throw usage(
    `--encoding ${text} 不认识`,
    `--encoding ${text} is not known; use utf-8, gb18030, utf-16le or utf-16be.`,
  );
}

export function parseLanguage(text: string): Language {
  if (text === 'zh' || text === 'en') return text;
  throw usage('--lang 取 zh 或 en', '--lang takes zh or en.');
}

/** A zone layer on the command line. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** Collects `--zones NAME=FILE` in the order given; `--zones a=x b=y` and `--zones a=x --zones b=y` both work. */
export function collectZones(text: string, previous: readonly NamedFile[] | undefined): NamedFile[] {
  const at = text.indexOf('=');
  const [name, path] = [text.slice(0, Math.max(0, at)).trim(), text.slice(at + 1)];
  if (at < 1 || name === '' || path === '') {
    throw usage(`--zones ${text} 应写成 名称=文件`, `--zones ${text}: write NAME=FILE.`);
  }
  const zones = [...(previous ?? []), { name, path }];
  if (zones.slice(0, -1).some((other) => other.name === name)) {
    throw usage(`区域图层 ${name} 重复`, `the zone layer ${name} is given twice.`);
  }
  return zones;
}

/** Roles a zone layer may have; parcels and plan come by options of their own. */
export type ZoneRole = Exclude<LayerRole, 'parcels' | 'project'>;

/** The role a zone name stands for (aliases farmland, redline, ugb), or null for a layer of the user's own. */
export function zoneRoleOf(name: string): ZoneRole | null {
  const role = layerRoleOf(name) ?? null;
  if (role === 'parcels' || role === 'project') {
    throw usage(`${name} 不是区域图层`, `${name} is no zone layer; it has an option of its own.`);
  }
  return role;
}

/** Refuses an option naming the same zone role twice under two of its names. */
export function checkZoneRoles(zones: readonly NamedFile[]): void {
  const roles = zones.map(({ name }) => zoneRoleOf(name)).filter((role) => role !== null);
  const twice = roles.find((role, i) => roles.indexOf(role) !== i);
  if (twice !== undefined) throw usage(`图层角色 ${twice} 重复`, `the layer role ${twice} is given twice.`);
}

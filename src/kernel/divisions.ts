/** Administrative division codes (行政区划代码): 6 digits province, city, county; 9 township, 12 village; 19 in survey files (12 + 7 zeros). */
export type DivisionLevel = 'province' | 'city' | 'county' | 'township' | 'village';

/** Level of a code, or undefined where it is no division code of this country's form. */
export function divisionLevel(code: string): DivisionLevel | undefined {
  if (/^\d{2}0000$/.test(code)) return 'province';
  if (/^\d{4}00$/.test(code)) return 'city';
  if (/^\d{6}$/.test(code)) return 'county';
  if (/^\d{9}$/.test(code)) return 'township';
  if (/^\d{12}$/.test(code)) return 'village';
  return undefined;
}

/** The 12-digit village code inside a 12- or 19-character unit code (坐落单位代码), or undefined. */
export function villageCodeOf(unitCode: string): string | undefined {
  return /^\d{12}(0{7})?$/.test(unitCode) ? unitCode.slice(0, 12) : undefined;
}

export function countyCodeOf(code: string): string {
  return code.slice(0, 6);
}

/**
 * The part of a code that all codes below it begin with: two digits of a province (`330000` → `33`), four of a city
 * (`330400` → `3304`), else the code itself.
 */
export function divisionPrefix(code: string): string {
  return /^\d{6}$/.test(code) ? code.replace(/^(\d{2})0000$|^(\d{4})00$/, '$1$2') : code;
}

/** Codes of the divisions above, nearest first: a village's township, county, city, province. */
export function divisionsAbove(code: string): string[] {
  const candidates = [code.slice(0, 9), code.slice(0, 6), `${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`];
  const length = divisionPrefix(code).length;
  return candidates.filter((candidate) => divisionPrefix(candidate).length < length);
}

/** Whether `inner` lies in (or is) `outer`. */
export function divisionContains(outer: string, inner: string): boolean {
  return inner.startsWith(outer);
}

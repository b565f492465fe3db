/**
 * What Python and other writers put into JSON against its grammar, or against the precision of a double, made readable:
 * bare `NaN` and infinities become `null`, whole numbers beyond 2^53 (identifiers such as an 18-digit BSM written as a
 * number) become texts, digit for digit. Strings are left alone.
 */
export function repairJson(text: string): {
  readonly text: string;
  readonly nans: number;
  readonly longIntegers: number;
} {
  const token = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|nan|Infinity|inf)\b|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;
  let nans = 0;
  let longIntegers = 0;
  const repaired = text.replace(token, (found) => {
    if (found.startsWith('"')) return found;
    if (/[a-zA-Z]/.test(found)) {
      nans++;
      return 'null';
    }
    if (Number.isSafeInteger(Number(found))) return found;
    longIntegers++;
    return `"${found}"`;
  });
  return { text: repaired, nans, longIntegers };
}

/** Whether `repairJson` would find anything; quick, and now and then wrong on the safe side. */
export function mayNeedRepair(text: string): boolean {
  return /\d{16}|NaN|nan|Infinity|\binf\b/.test(text);
}

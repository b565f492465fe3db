/**
 * A CSV field, quoted where it must be (RFC 4180): commas, quotes, line ends, blanks at an end. What a spreadsheet would take
 * for a formula and is no number gets an apostrophe in front.
 */
export function csvField(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) && !/^[+-]?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

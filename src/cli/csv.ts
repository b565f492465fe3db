/** A CSV field, quoted where it must be (RFC 4180): commas, quotes, line ends, blanks at an end. */
export function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

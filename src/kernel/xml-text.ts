/**
 * Text of characters XML 1.0 can hold (§2.2), which is what workbooks and documents are made of: control characters, halves of
 * pairs and what is no character are left out. One of them in a name would make the whole file unreadable.
 */
export function xmlText(text: string): string {
  return text.replace(/\p{Surrogate}|[\uFFFE\uFFFF]|(?![\t\n\r])[\p{Cc}]/gu, '');
}

/** The same for every text in a value of plain data, however deep; typed arrays stay as they are. */
export function xmlTexts<T>(value: T): T {
  if (typeof value === 'string') return xmlText(value) as T;
  if (Array.isArray(value)) return value.map((item) => xmlTexts<unknown>(item)) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, xmlTexts<unknown>(item)])) as T;
}

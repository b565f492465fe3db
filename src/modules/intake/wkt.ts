/** A node of well-known text: `NAME[arg, …]`, arguments being strings, numbers, bare words or nodes. */
export interface WktNode {
  readonly name: string;
  readonly args: readonly (string | number | WktNode)[];
}

/** Parses WKT 1 (ESRI and OGC) or WKT 2 text of a CRS. Undefined where the text is no WKT. */
export function parseWkt(source: string): WktNode | undefined {
  const text = source.replaceAll('\u0000', '');
  let at = 0;
  const skip = (): void => {
    while (at < text.length && /[\s\uFEFF]/.test(text[at]!)) at++;
  };
  const quoted = (): string => {
    at++;
    let value = '';
    while (at < text.length) {
      const character = text[at++]!;
      if (character !== '"') value += character;
      else if (text[at] === '"') value += text[at++];
      else break;
    }
    return value;
  };
  const item = (depth: number): string | number | WktNode | undefined => {
    skip();
    if (depth > 40) return undefined;
    if (text[at] === '"') return quoted();
    const match = /^[^\s,[\]()"]+/.exec(text.slice(at, at + 200));
    if (!match) return undefined;
    const word = match[0];
    at += word.length;
    skip();
    const open = text[at];
    if (open !== '[' && open !== '(') {
      const value = Number(word);
      return Number.isNaN(value) ? word : value;
    }
    const close = open === '[' ? ']' : ')';
    at++;
    const args: (string | number | WktNode)[] = [];
    for (;;) {
      const argument = item(depth + 1);
      if (argument !== undefined) args.push(argument);
      skip();
      if (text[at] === ',') {
        at++;
        continue;
      }
      if (text[at] !== close) return undefined;
      at++;
      return { name: word.toUpperCase(), args };
    }
  };
  const root = item(0);
  return typeof root === 'object' ? root : undefined;
}

/** The first direct child with one of the names. */
export function wktChild(node: WktNode, ...names: string[]): WktNode | undefined {
  return node.args.find(
    (argument): argument is WktNode => typeof argument === 'object' && names.includes(argument.name),
  );
}

/** The first descendant with one of the names, nearest first. */
export function wktFind(node: WktNode, ...names: string[]): WktNode | undefined {
  const direct = wktChild(node, ...names);
  if (direct) return direct;
  for (const argument of node.args) {
    if (typeof argument !== 'object') continue;
    const found = wktFind(argument, ...names);
    if (found) return found;
  }
  return undefined;
}

/** The quoted name of a node (its first text argument), empty where it has none. */
export function wktName(node: WktNode | undefined): string {
  const first = node?.args[0];
  return typeof first === 'string' ? first : '';
}

/** Value of a PARAMETER, its name compared without case, blanks and underscores. */
export function wktParameter(node: WktNode, ...names: string[]): number | undefined {
  const key = (name: string): string => name.toLowerCase().replace(/[\s_]/g, '');
  const wanted = names.map(key);
  let found: number | undefined;
  const walk = (current: WktNode): void => {
    for (const argument of current.args) {
      if (typeof argument !== 'object') continue;
      if (argument.name === 'PARAMETER' && wanted.includes(key(wktName(argument)))) {
        const value = argument.args[1];
        if (typeof value === 'number') found ??= value;
      } else walk(argument);
    }
  };
  walk(node);
  return found;
}

/**
 * Finds the features of a GeoJSON text without parsing it: byte by byte, minding strings and nesting, in constant
 * memory. What it finds are byte ranges, for `JSON.parse` to read one feature at a time.
 *
 * Takes a FeatureCollection, one feature or geometry, or a sequence of them (GeoJSONSeq: one a line, or with record
 * separators). The text is UTF-8. Only what lies between features is checked here; a feature's own syntax is
 * `JSON.parse`'s to judge.
 */
export interface JsonSplitter {
  /** Takes the next bytes; false where the text cannot be GeoJSON (`problem` says why). */
  push(bytes: Uint8Array): boolean;
  /** Says that the text has ended; false where it ended too early. */
  end(): boolean;
  /** First byte still needed to cut out the value being read: bytes before it may be forgotten. */
  neededFrom(): number;
  /** Whether a `features` array has been seen. */
  readonly sawFeatures: boolean;
  readonly problem: JsonProblem | null;
}

export interface JsonProblem {
  readonly kind: 'truncated' | 'unexpected' | 'too-deep' | 'not-json';
  /** Place in the text, in bytes. */
  readonly at: number;
}

export interface JsonEvents {
  /** One feature, and within it the value of its `properties` (−1 where it has none). */
  feature(from: number, to: number, propertiesFrom: number, propertiesTo: number): void;
  /** A member of the FeatureCollection other than `features`: its name and the range of its value. */
  member(name: string, from: number, to: number): void;
}

/** Deeper than any geometry; a deeper text is made to exhaust parsers. */
const MAX_DEPTH = 64;
const MAX_KEY = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const RECORD_SEPARATOR = 0x1e;

/** Where in the outermost two levels the text is; `Inside` is anywhere deeper. */
type State =
  | 'root'
  | 'firstKey'
  | 'key'
  | 'inKey'
  | 'colon'
  | 'value'
  | 'afterValue'
  | 'firstElement'
  | 'element'
  | 'afterElement'
  | 'inside';

export function createJsonSplitter(events: JsonEvents): JsonSplitter {
  let base = 0;
  let state: State = 'root';
  let problem: JsonProblem | null = null;
  let objects = 0;
  let key = '';
  let rootFrom = 0;
  let isCollection = false;
  let sawFeatures = false;
  /** `properties` of the root object, should it turn out to be a feature. */
  let rootPropertiesFrom = -1;
  let rootPropertiesTo = -1;

  // The value being skipped: where it began, how deep it is, and what kind it is.
  let valueFrom = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let isElement = false;
  let stringFrom = -1;
  let stringLength = 0;
  let stringIsProperties = false;
  let propertiesFrom = -1;
  let propertiesTo = -1;

  const fail = (kind: JsonProblem['kind'], at: number): false => {
    problem ??= { kind, at };
    return false;
  };

  function startValue(byte: number, at: number, element: boolean): void {
    valueFrom = at;
    isElement = element;
    depth = byte === OPEN_BRACE || byte === OPEN_BRACKET ? 1 : 0;
    inString = byte === QUOTE;
    escaped = false;
    stringFrom = -1;
    propertiesFrom = -1;
    propertiesTo = -1;
    state = 'inside';
  }

  function endValue(to: number): void {
    if (isElement) {
      events.feature(valueFrom, to, propertiesFrom, propertiesTo);
      state = 'afterElement';
      return;
    }
    if (key === 'properties') {
      rootPropertiesFrom = valueFrom;
      rootPropertiesTo = to;
    }
    events.member(key, valueFrom, to);
    state = 'afterValue';
  }

  /** Passes brackets, numbers and the like; stops at a quote, at what leads back to depth 1, and where it is too deep. */
  function skipDeep(bytes: Uint8Array, i: number): number {
    const { length } = bytes;
    let deep = depth;
    for (; i < length; i++) {
      const byte = bytes[i]!;
      if (byte < OPEN_BRACKET) {
        if (byte === QUOTE) break;
      } else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
        if (deep === MAX_DEPTH) break;
        deep++;
      } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) {
        if (deep === 2) break;
        deep--;
      }
    }
    depth = deep;
    return i;
  }

  /** Skips inside a value from `bytes[i]`; returns the place of the first byte after it, or the end of the piece. */
  function skipInside(bytes: Uint8Array, i: number): number {
    const { length } = bytes;
    for (; i < length; i++) {
      let byte = bytes[i]!;
      if (depth > 1) {
        // Deep inside, where nearly all bytes are: only what opens, closes or escapes is looked at.
        if (!inString) i = skipDeep(bytes, i);
        else if (!escaped) while (byte !== QUOTE && byte !== BACKSLASH && ++i < length) byte = bytes[i]!;
        if (i === length) return length;
        byte = bytes[i]!;
      }
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) {
            endValue(base + i + 1);
            return i + 1;
          }
          if (depth === 1) stringIsProperties = stringIsProperties && stringLength === 10;
          continue;
        }
        if (depth === 1 && stringIsProperties) {
          stringIsProperties = stringLength < 10 && byte === 'properties'.charCodeAt(stringLength);
          stringLength++;
        }
        continue;
      }
      if (byte === COMMA) {
        if (depth === 0) {
          endValue(base + i);
          return i;
        }
        if (depth === 1 && propertiesFrom >= 0 && propertiesTo < 0) propertiesTo = base + i;
      } else if (byte === QUOTE) {
        inString = true;
        if (depth === 1) {
          stringFrom = base + i;
          stringLength = 0;
          stringIsProperties = propertiesFrom < 0;
        }
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth++;
        if (depth > MAX_DEPTH) {
          fail('too-deep', base + i);
          return length;
        }
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) {
          endValue(base + i);
          return i;
        }
        if (depth === 1 && propertiesFrom >= 0 && propertiesTo < 0) propertiesTo = base + i;
        depth--;
        if (depth === 0) {
          endValue(base + i + 1);
          return i + 1;
        }
      } else if (
        byte === COLON &&
        depth === 1 &&
        isElement &&
        stringIsProperties &&
        stringFrom >= 0 &&
        propertiesFrom < 0
      ) {
        propertiesFrom = base + i + 1;
        stringIsProperties = false;
      } else if (depth === 0 && byte <= 0x20) {
        endValue(base + i);
        return i;
      }
    }
    return length;
  }

  function rootEnded(to: number): void {
    if (!isCollection) events.feature(rootFrom, to, rootPropertiesFrom, rootPropertiesTo);
    objects++;
    state = 'root';
  }

  /** One byte at the outermost levels. */
  function step(byte: number, at: number): boolean {
    switch (state) {
      case 'root':
        if (byte === RECORD_SEPARATOR) return true;
        if (byte !== OPEN_BRACE) return fail(objects === 0 ? 'not-json' : 'unexpected', at);
        rootFrom = at;
        isCollection = false;
        rootPropertiesFrom = -1;
        rootPropertiesTo = -1;
        state = 'firstKey';
        return true;
      case 'firstKey':
      case 'key':
        if (byte === QUOTE) {
          key = '';
          escaped = false;
          state = 'inKey';
          return true;
        }
        if (byte === CLOSE_BRACE && state === 'firstKey') {
          rootEnded(at + 1);
          return true;
        }
        return fail('unexpected', at);
      case 'colon':
        if (byte !== COLON) return fail('unexpected', at);
        state = 'value';
        return true;
      case 'value':
        if (byte === OPEN_BRACKET && key === 'features') {
          isCollection = true;
          sawFeatures = true;
          state = 'firstElement';
          return true;
        }
        if (byte === COMMA || byte === COLON || byte === CLOSE_BRACE || byte === CLOSE_BRACKET)
          return fail('unexpected', at);
        startValue(byte, at, false);
        return true;
      case 'afterValue':
        if (byte === COMMA) {
          state = 'key';
          return true;
        }
        if (byte !== CLOSE_BRACE) return fail('unexpected', at);
        rootEnded(at + 1);
        return true;
      case 'firstElement':
      case 'element':
        if (byte === CLOSE_BRACKET && state === 'firstElement') {
          state = 'afterValue';
          return true;
        }
        if (byte !== OPEN_BRACE) return fail('unexpected', at);
        startValue(byte, at, true);
        return true;
      case 'afterElement':
        if (byte === COMMA) {
          state = 'element';
          return true;
        }
        if (byte !== CLOSE_BRACKET) return fail('unexpected', at);
        state = 'afterValue';
        return true;
      default:
        return true;
    }
  }

  return {
    push(bytes) {
      let i = 0;
      while (i < bytes.length) {
        if (problem) return false;
        if (state === 'inside') {
          i = skipInside(bytes, i);
          continue;
        }
        const byte = bytes[i]!;
        if (state === 'inKey') {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) state = 'colon';
          if (state === 'inKey' && key.length < MAX_KEY) key += String.fromCharCode(byte);
        } else if (byte > 0x20 || byte === RECORD_SEPARATOR) {
          if (!step(byte, base + i)) return false;
        }
        i++;
      }
      base += bytes.length;
      return problem === null;
    },
    end() {
      if (problem) return false;
      if (state === 'root') return objects > 0 || fail('not-json', base);
      return fail('truncated', base);
    },
    neededFrom() {
      if (state === 'root') return base;
      // A root object may turn out to be a feature itself, so it is kept whole until its `features` are seen.
      if (!isCollection) return rootFrom;
      return state === 'inside' ? valueFrom : base;
    },
    get sawFeatures() {
      return sawFeatures;
    },
    get problem() {
      return problem;
    },
  };
}

/**
 * Points of parcels in the order of the file, in flat arrays: 16 bytes a point, and next to nothing for what goes up by
 * one from point to point (lines, point ids) or stays the same (ring numbers). No object per point.
 */
export interface PointStore {
  readonly count: number;
  /** Returns the number of the point. `ring` is text as written; `id` a code of `pointIdCode`. */
  push(first: number, second: number, line: number, ring: string, id: number): number;
  /** The two coordinates in the order of the file. */
  first(point: number): number;
  second(point: number): number;
  line(point: number): number;
  ring(point: number): string;
  /** Equal codes are equal ids. */
  idCode(point: number): number;
  id(point: number): string;
  /** Code of a point id as text; 0 for none. */
  codeOfId(id: string): number;
}

const CHUNK = 1 << 16;

export function createPointStore(): PointStore {
  const chunks: Float64Array[] = [];
  const lines = createRuns(1);
  const rings = createRuns(0);
  const ids = createRuns(1);
  const ringNames: string[] = [];
  const ringCodes = new Map<string, number>();
  const strangeIds: string[] = [];
  const strangeCodes = new Map<string, number>();
  let count = 0;
  let lastRing = '';
  let lastRingCode = -1;

  return {
    get count() {
      return count;
    },
    push(first, second, line, ring, id) {
      const place = count & (CHUNK - 1);
      if (place === 0) chunks.push(new Float64Array(2 * CHUNK));
      const chunk = chunks[chunks.length - 1]!;
      chunk[2 * place] = first;
      chunk[2 * place + 1] = second;
      if (ring !== lastRing || lastRingCode < 0) {
        lastRing = ring;
        lastRingCode = ringCodes.get(ring) ?? -1;
        if (lastRingCode < 0) {
          lastRingCode = ringNames.push(ring) - 1;
          ringCodes.set(ring, lastRingCode);
        }
      }
      lines.push(count, line);
      rings.push(count, lastRingCode);
      ids.push(count, id);
      return count++;
    },
    first: (point) => chunks[point >>> 16]![2 * (point & (CHUNK - 1))]!,
    second: (point) => chunks[point >>> 16]![2 * (point & (CHUNK - 1)) + 1]!,
    line: (point) => lines.at(point),
    ring: (point) => ringNames[rings.at(point)]!,
    idCode: (point) => ids.at(point),
    id(point) {
      const code = ids.at(point);
      return code < 0 ? strangeIds[-code - 1]! : textOfPointId(code);
    },
    codeOfId(id) {
      const official = /^([A-Za-z]?)(\d{1,7})$/.exec(id);
      if (official) {
        const letter = official[1] === '' ? 0 : official[1]!.charCodeAt(0);
        return pointIdCode(letter, official[2]!.length, Number(official[2]));
      }
      if (id === '') return 0;
      let code = strangeCodes.get(id);
      if (code === undefined) {
        code = -strangeIds.push(id);
        strangeCodes.set(id, code);
      }
      return code;
    },
  };
}

/** Code of an id of one letter (its ASCII code, or 0) and 1 to 7 digits: neighbours in number are neighbours in code. */
export function pointIdCode(letter: number, digits: number, number: number): number {
  return (letter * 8 + digits) * 10_000_000 + number;
}

function textOfPointId(code: number): string {
  if (code === 0) return '';
  const head = Math.floor(code / 10_000_000);
  const letter = head >>> 3;
  return (letter === 0 ? '' : String.fromCharCode(letter)) + String(code % 10_000_000).padStart(head & 7, '0');
}

/** A column of numbers, most of which are the one before plus `step`; only the others are stored. */
interface Runs {
  push(place: number, value: number): void;
  at(place: number): number;
}

function createRuns(step: number): Runs {
  const places: number[] = [];
  const values: number[] = [];
  let expected = Number.NaN;
  let recent = 0;
  return {
    push(place, value) {
      if (value !== expected) {
        places.push(place);
        values.push(value);
      }
      expected = value + step;
    },
    at(place) {
      let run = recent;
      if (places[run]! > place || (run + 1 < places.length && places[run + 1]! <= place)) {
        // Nearly always the next one; otherwise wherever it is.
        if (run + 1 < places.length && places[run + 1]! <= place && !(places[run + 2]! <= place)) run++;
        else {
          let low = 0;
          let high = places.length - 1;
          while (low < high) {
            const middle = (low + high + 1) >> 1;
            if (places[middle]! <= place) low = middle;
            else high = middle - 1;
          }
          run = low;
        }
        recent = run;
      }
      return values[run]! + step * (place - places[run]!);
    },
  };
}

/** Points of one parcel or ring: runs of consecutive points, as from0, to0, from1, to1, … */
export type PointSpans = number[];

export function addPoint(spans: PointSpans, point: number): void {
  if (spans.length > 0 && spans[spans.length - 1] === point) spans[spans.length - 1] = point + 1;
  else spans.push(point, point + 1);
}

export function pointCount(spans: readonly number[]): number {
  let count = 0;
  for (let s = 0; s < spans.length; s += 2) count += spans[s + 1]! - spans[s]!;
  return count;
}

/** Open rings one after the other; `starts` has one entry more than there are rings. */
export interface Outline {
  readonly coords: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
}

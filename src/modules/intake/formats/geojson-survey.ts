import { ok, type Problem, type Refusal, type Result } from '../../../kernel/index.ts';
import { PIECE_BYTES, type ByteSource } from '../byte-source.ts';
import type { SourceField } from '../format.ts';
import { decodeUtf8Piece } from '../text-decoding.ts';
import type { Members } from './geojson-members.ts';
import { featureTooLarge, noFeatures, problemRefusal, syntaxRefusal } from './geojson-refusals.ts';
import { createSchema } from './geojson-schema.ts';
import { repairJson } from './json-repair.ts';
import { createJsonSplitter } from './json-splitter.ts';
import { refused } from './refusals.ts';

/** A single feature larger than this is no parcel (and near the longest string of the engine). */
export const MAX_FEATURE_BYTES = 256 * 1024 * 1024;

/** The members of the outermost object that say anything to us (of a sequence: of its first feature). */
const MEMBERS_READ: ReadonlySet<string> = new Set(['type', 'name', 'crs', 'geometryType', 'spatialReference']);

/** What the first pass finds. */
export interface Contents {
  readonly count: number;
  /** Places of features in the text: from, to, from, to, … */
  readonly ranges: Float64Array;
  readonly fields: readonly SourceField[];
  readonly members: Members;
  readonly needsRepair: boolean;
  readonly problems: readonly Problem[];
}

/** First pass: where the features are, which attributes they have, and the other members of the collection. */
export async function surveyGeojson(source: ByteSource, startAt: number): Promise<Result<Contents, Refusal[]>> {
  const { size, name: file } = source;
  let held = new Uint8Array(2 * PIECE_BYTES);
  /** Place, in the splitter's count, of the first byte held. */
  let heldFrom = 0;
  let heldLength = 0;
  let count = 0;
  let ranges = new Float64Array(2048);
  const members = new Map<string, unknown>();
  const schema = createSchema();
  let bad: Refusal | null = null;

  const splitter = createJsonSplitter({
    feature(from, to, propertiesFrom, propertiesTo) {
      if (2 * count === ranges.length) {
        const larger = new Float64Array(2 * ranges.length);
        larger.set(ranges);
        ranges = larger;
      }
      ranges[2 * count] = from;
      ranges[2 * count + 1] = to;
      if (propertiesFrom >= 0 && bad === null && !schema.add(held, propertiesFrom - heldFrom, propertiesTo - heldFrom))
        bad = syntaxRefusal(file, count, null);
      count++;
    },
    member(name, from, to) {
      if (!MEMBERS_READ.has(name) || members.has(name) || to - from > 65_536) return;
      const { text } = repairJson(decodeUtf8Piece(held.subarray(from - heldFrom, to - heldFrom)));
      try {
        members.set(name, JSON.parse(text));
      } catch {
        bad ??= syntaxRefusal(file, null, null);
      }
    },
  });
  for (let at = startAt; at < size; ) {
    const needed = Math.min(splitter.neededFrom(), heldFrom + heldLength);
    const dropped = needed - heldFrom;
    held.copyWithin(0, dropped, heldLength);
    heldFrom = needed;
    heldLength -= dropped;
    if (heldLength + PIECE_BYTES > held.length) {
      if (heldLength > MAX_FEATURE_BYTES) return refused(featureTooLarge(file, count));
      const larger = new Uint8Array(2 * held.length);
      larger.set(held.subarray(0, heldLength));
      held = larger;
    }
    const room = held.subarray(heldLength, heldLength + Math.min(PIECE_BYTES, size - at));
    const read = await source.read(at, room.length, room);
    if (read.length === 0) break;
    if (read.buffer !== room.buffer || read.byteOffset !== room.byteOffset) room.set(read);
    at += read.length;
    heldLength += read.length;
    if (!splitter.push(room.subarray(0, read.length))) break;
    if (bad) return refused(bad);
  }
  if (!splitter.problem) splitter.end();
  if (splitter.problem) return refused(await problemRefusal(source, file, startAt, splitter.problem, count));
  if (bad) return refused(bad);
  if (members.get('type') === 'FeatureCollection' && !splitter.sawFeatures) return refused(noFeatures(file));
  const { fields, problems, needsRepair } = schema.result();
  // The splitter counts from the end of the byte order mark.
  for (let i = 0; i < 2 * count; i++) ranges[i]! += startAt;
  return ok({ count, ranges: ranges.slice(0, 2 * count), fields, members, needsRepair, problems });
}

import { OUTER, featureCount } from '../kernel/index.ts';
import type { Localized, PolygonLayer } from '../kernel/index.ts';
import { Cancelled } from './tabulate.ts';
import type { GeometryDefect } from './types.ts';
import { orientation } from './orientation.ts';
import { appendRing, indexEdges, newFeatureEdges, reserveEdges, visitEdgePairs } from './ring-validity-edges.ts';
import type { FeatureEdges } from './ring-validity-edges.ts';
import { APART, CROSS, MEET, RUN_ALONG, meetingVertex, passesCross, relateEdges } from './ring-validity-meetings.ts';
import { findNestingDefects } from './ring-validity-nesting.ts';
import type { FeatureSearch } from './ring-validity-search.ts';
import { firstMeeting } from './ring-validity-sweep.ts';
import { DEFECT_RULES, defectRuleOf } from './ring-validity-rules.ts';

/** At most so many defects of one rule are reported for one feature; a ring in shreds has millions of crossings. */
export const DEFECTS_PER_RULE = 10;
/** Crossing pairs after which a feature is not searched further: it is wrong many times over. */
const CROSSINGS_BEFORE_STOP = 1000;
/** Edge pairs looked at per edge before a feature is tried by the sweep; ordinary shapes need about ten. */
const PAIRS_BEFORE_SWEEP = 100;

const RULE_ORDER: ReadonlyMap<string, number> = new Map(DEFECT_RULES.map((rule, i) => [rule.id, i]));

export interface FindDefectsOptions {
  readonly onProgress?: (fraction: number) => void;
  /** Asked every few thousand features; the search stops with a `Cancelled` error once it says yes. */
  readonly isCancelled?: () => boolean;
}

/**
 * Finds every ring that is not a simple polygon boundary and every feature whose rings do not fit together. Decided with
 * exact predicates on the coordinates as delivered: no tolerance, no rounding. A feature without an error here is
 * valid in the sense of OGC Simple Features (06-103r4 §6.1.11) but for the warnings, which state what OGC forbids and
 * areas survive: a ring touching itself at a point, holes that cut the interior apart, repeated points. A hole touching
 * its outer ring at one point is lawful and not reported.
 *
 * Rings may be stored open (as batches do) or closed. Features without rings are passed over. The order of the result
 * is feature, ring, rule (as listed in DEFECT_RULES); at most DEFECTS_PER_RULE of one rule a feature.
 */
export function findDefects(layer: PolygonLayer, options: FindDefectsOptions = {}): GeometryDefect[] {
  const defects: GeometryDefect[] = [];
  const edges = newFeatureEdges();
  const features = featureCount(layer);
  for (let feature = 0; feature < features; feature++) {
    if ((feature & 4095) === 0) {
      if (options.isCancelled?.() === true) throw new Cancelled('cancelled');
      options.onProgress?.(feature / features);
    }
    findFeatureDefects(layer, feature, edges, defects);
  }
  options.onProgress?.(1);
  return defects;
}

function findFeatureDefects(
  layer: PolygonLayer,
  feature: number,
  edges: FeatureEdges,
  defects: GeometryDefect[],
): void {
  const firstRing = layer.featureRings[feature]!;
  const ringCount = layer.featureRings[feature + 1]! - firstRing;
  const found: GeometryDefect[] = [];
  const perRule = new Map<string, number>();
  const report = (rule: string, localRing: number, x: number, y: number): void => {
    const count = (perRule.get(rule) ?? 0) + 1;
    perRule.set(rule, count);
    if (count > DEFECTS_PER_RULE) return;
    const ring = firstRing + localRing;
    found.push({
      rule,
      feature,
      ring,
      at: [x, y],
      message: messageOf(rule, localRing, ringCount, layer.ringRoles[ring]!),
    });
  };
  const search: FeatureSearch = {
    layer,
    feature,
    firstRing,
    ringCount,
    edges,
    report,
    brokenRings: new Set(),
    brokenPairs: new Set(),
    touches: [],
  };
  collectRings(search);
  if (edges.count > 0) {
    indexEdges(edges);
    findSpikes(search);
    findMeetings(search);
    if (ringCount > 1) findNestingDefects(search);
  } else if (ringCount > 1) {
    findNestingDefects(search);
  }
  if (found.length === 0) return;
  found.sort((a, b) => a.ring - b.ring || RULE_ORDER.get(a.rule)! - RULE_ORDER.get(b.rule)!);
  for (const defect of found) defects.push(defect);
}

function collectRings(search: FeatureSearch): void {
  const { layer, firstRing, ringCount, edges, report, brokenRings } = search;
  const { coords, ringStarts } = layer;
  reserveEdges(edges, ringStarts[firstRing + ringCount]! - ringStarts[firstRing]!);
  for (let local = 0; local < ringCount; local++) {
    const ring = firstRing + local;
    const first = edges.count;
    const kept = appendRing(edges, layer, ring, local, (v) => {
      report('geometry.repeated-point', local, coords[2 * v]!, coords[2 * v + 1]!);
    });
    const rule = kept < 0 ? 'geometry.not-finite' : degeneracyOf(edges, first, kept);
    if (rule === undefined) continue;
    edges.count = first;
    brokenRings.add(local);
    const [x, y] = firstFinitePoint(layer, ring);
    report(rule, local, x, y);
  }
}

/** The ring's first point with two finite coordinates; the origin where it has none. */
function firstFinitePoint({ coords, ringStarts }: PolygonLayer, ring: number): [number, number] {
  for (let v = ringStarts[ring]!; v < ringStarts[ring + 1]!; v++) {
    const x = coords[2 * v]!;
    const y = coords[2 * v + 1]!;
    if (Number.isFinite(x) && Number.isFinite(y)) return [x, y];
  }
  return [0, 0];
}

/** The rule a ring breaks that has no inside at all, if any. */
function degeneracyOf(edges: FeatureEdges, first: number, count: number): string | undefined {
  const { x, y } = edges;
  if (count < 3) return 'geometry.too-few-points';
  let distinct = 2;
  for (let v = first + 2; v < first + count; v++) {
    if (orientation(x[first]!, y[first]!, x[first + 1]!, y[first + 1]!, x[v]!, y[v]!) !== 0) return undefined;
    const isFirst = x[v] === x[first] && y[v] === y[first];
    const isSecond = x[v] === x[first + 1] && y[v] === y[first + 1];
    if (!isFirst && !isSecond) distinct = 3;
  }
  return distinct < 3 ? 'geometry.too-few-points' : 'geometry.zero-area';
}

function findSpikes({ edges, report, brokenRings }: FeatureSearch): void {
  const { x, y, next, previous, ring, count } = edges;
  for (let v = 0; v < count; v++) {
    const p = previous[v]!;
    const n = next[v]!;
    if (orientation(x[p]!, y[p]!, x[v]!, y[v]!, x[n]!, y[n]!) !== 0) continue;
    // On one line: the boundary turns back where both neighbours lie on the same side.
    const back = (x[p]! - x[v]!) * (x[n]! - x[v]!) > 0 || (y[p]! - y[v]!) * (y[n]! - y[v]!) > 0;
    if (!back) continue;
    brokenRings.add(ring[v]!);
    report('geometry.spike', ring[v]!, x[v]!, y[v]!);
  }
}

function findMeetings(search: FeatureSearch): void {
  const { edges, report, brokenRings, brokenPairs, touches, ringCount } = search;
  const { x, y, next, ring, count } = edges;
  const meeting = { passA: 0, passB: 0 };
  let seen: Set<number> | undefined;
  let crossings = 0;
  const pairOf = (a: number, b: number): number => (a < b ? a * ringCount + b : b * ringCount + a);
  const visit = (e: number, f: number): boolean => {
    const relation = relateEdges(edges, e, f, meeting);
    if (relation === APART) return true;
    const a = ring[e]!;
    const b = ring[f]!;
    if (relation === CROSS || relation === RUN_ALONG) {
      const place = relation === CROSS ? crossingPoint(edges, e, f) : sharedPoint(edges, e, f);
      if (a === b) brokenRings.add(a);
      else brokenPairs.add(pairOf(a, b));
      report(pairRule(edges, relation, e, f), Math.max(a, b), place[0], place[1]);
      return ++crossings < CROSSINGS_BEFORE_STOP;
    }
    // Up to four edge pairs see the same two passes; the first one decides.
    const { passA, passB } = meeting;
    const key = passA < passB ? passA * 2 * count + passB : passB * 2 * count + passA;
    seen ??= new Set();
    if (relation !== MEET || seen.has(key)) return true;
    seen.add(key);
    const cross = passesCross(edges, passA, passB);
    if (cross === undefined) return true;
    const v = meetingVertex(edges, passA, passB);
    if (!cross && a !== b) {
      touches.push([a, b, v]);
      return true;
    }
    if (cross && a === b) brokenRings.add(a);
    if (cross && a !== b) brokenPairs.add(pairOf(a, b));
    const rule = !cross ? 'geometry.self-touch' : a === b ? 'geometry.self-crossing' : 'geometry.rings-cross';
    report(rule, Math.max(a, b), x[v]!, y[v]!);
    return !cross || ++crossings < CROSSINGS_BEFORE_STOP;
  };
  let visits = PAIRS_BEFORE_SWEEP * count;
  visitEdgePairs(edges, (e, f) => visits-- > 0 && visit(e, f));
  if (visits >= 0 || crossings >= CROSSINGS_BEFORE_STOP) return;
  // The boxes of very many edges overlap, as in a star. If no two edges meet, the sweep says so at once; if two cross,
  // that is enough to refuse the feature; only touches have to be looked for pair by pair to the end.
  if (crossings === 0 && seen === undefined && brokenRings.size === 0) {
    const met = firstMeeting(edges);
    if (met === undefined) return;
    visit(met[0], met[1]);
  }
  if (crossings === 0) visitEdgePairs(edges, visit);
  /** The rule two edges break that cross or run along each other. */
  function pairRule(set: FeatureEdges, relation: number, e: number, f: number): string {
    if (set.ring[e] !== set.ring[f]) return relation === CROSS ? 'geometry.rings-cross' : 'geometry.rings-overlap';
    if (relation === CROSS) return 'geometry.self-crossing';
    const forward =
      (x[next[e]!]! - x[e]!) * (x[next[f]!]! - x[f]!) + (y[next[e]!]! - y[e]!) * (y[next[f]!]! - y[f]!) > 0;
    return forward ? 'geometry.doubly-wound' : 'geometry.self-overlap';
  }
}

/** Where two crossing edges cross, to within rounding: for people, nothing is computed from it. */
function crossingPoint({ x, y, next }: FeatureEdges, e: number, f: number): [number, number] {
  const dx = x[next[e]!]! - x[e]!;
  const dy = y[next[e]!]! - y[e]!;
  const fx = x[next[f]!]! - x[f]!;
  const fy = y[next[f]!]! - y[f]!;
  const t = ((x[f]! - x[e]!) * fy - (y[f]! - y[e]!) * fx) / (dx * fy - dy * fx);
  return Number.isFinite(t) ? [x[e]! + t * dx, y[e]! + t * dy] : [x[e]!, y[e]!];
}

/** An end of one of two overlapping edges that lies on the other. */
function sharedPoint({ x, y, next }: FeatureEdges, e: number, f: number): [number, number] {
  const within = (v: number): boolean =>
    (x[v]! - x[e]!) * (x[v]! - x[next[e]!]!) <= 0 && (y[v]! - y[e]!) * (y[v]! - y[next[e]!]!) <= 0;
  const v = within(f) ? f : within(next[f]!) ? next[f]! : e;
  return [x[v]!, y[v]!];
}

function messageOf(rule: string, localRing: number, ringCount: number, role: number): Localized {
  const title = defectRuleOf(rule)!.title;
  if (ringCount === 1) return title;
  const kind = role === OUTER ? { zh: '外圈', en: 'outer ring' } : { zh: '内圈', en: 'hole' };
  return {
    zh: `${title.zh}（第 ${localRing + 1} 圈，${kind.zh}）`,
    en: `${title.en} (ring ${localRing + 1}, ${kind.en})`,
  };
}

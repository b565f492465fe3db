import type { Rate } from './token-buckets.ts';

/** Kinds of routes, as far as it matters how often they may be asked. */
export const RATE_CLASSES = [
  'probe',
  'page',
  'read',
  'tile',
  'write',
  'upload',
  'download',
  'stream',
  'signIn',
] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

/** Where work is counted while it is done: each room holds so many at once, and keeps so many waiting. */
export interface Room {
  readonly atOnce: number;
  readonly waiting: number;
  /** How long one waits who comes while the queue is there for a moment only: a map brings a hundred tiles at once. */
  readonly patientMilliseconds: number;
  /** How long one waits while the queue has been there for more than a second: more comes than can be done. */
  readonly hurriedMilliseconds: number;
  /** Of those at once, one actor (or address, where nobody is signed in) may hold so many. */
  readonly perClient: number;
}

export type RoomName = 'none' | 'quick' | 'uploads' | 'downloads' | 'streams';

export const ROOMS: Readonly<Record<Exclude<RoomName, 'none'>, Room>> = {
  // What answers in milliseconds. With a few milliseconds each, what is let in is answered well within half a second.
  quick: { atOnce: 16, waiting: 400, patientMilliseconds: 5_000, hurriedMilliseconds: 150, perClient: 16 },
  // They take as long as the sender's line; none waits, because a browser that waits has sent its bytes already.
  uploads: { atOnce: 24, waiting: 0, patientMilliseconds: 0, hurriedMilliseconds: 0, perClient: 4 },
  // They make a file first: seconds of the database and the disk.
  downloads: { atOnce: 3, waiting: 24, patientMilliseconds: 20_000, hurriedMilliseconds: 20_000, perClient: 4 },
  // Held until they end; each looks into the database once a second.
  streams: { atOnce: 400, waiting: 0, patientMilliseconds: 0, hurriedMilliseconds: 0, perClient: 32 },
};

export interface RateLimit {
  readonly room: RoomName;
  /** By who is signed in. */
  readonly actor: Rate | null;
  /** By address. An office of 200 people may have one, so it is far above what one person needs. */
  readonly address: Rate | null;
}

/**
 * How often each class may be asked. A map of 1,000 tiles moved about for a minute stays below; a script that repeats itself
 * does not. Sign-in is counted by address here; that one account cannot be tried for ever is the sign-in's own rule.
 */
export const RATE_LIMITS: Readonly<Record<RateClass, RateLimit>> = {
  // Health and readiness: no work worth counting, and the one who watches must be answered most of all under load.
  probe: { room: 'none', actor: null, address: null },
  page: { room: 'none', actor: null, address: { burst: 3_000, perSecond: 600 } },
  read: { room: 'quick', actor: { burst: 300, perSecond: 50 }, address: { burst: 3_000, perSecond: 600 } },
  tile: { room: 'quick', actor: { burst: 1_500, perSecond: 200 }, address: { burst: 6_000, perSecond: 1_000 } },
  write: { room: 'quick', actor: { burst: 100, perSecond: 20 }, address: { burst: 600, perSecond: 120 } },
  upload: { room: 'uploads', actor: { burst: 20, perSecond: 0.5 }, address: { burst: 100, perSecond: 5 } },
  download: { room: 'downloads', actor: { burst: 30, perSecond: 1 }, address: { burst: 200, perSecond: 10 } },
  stream: { room: 'streams', actor: { burst: 60, perSecond: 2 }, address: { burst: 600, perSecond: 20 } },
  signIn: { room: 'quick', actor: null, address: { burst: 60, perSecond: 1 } },
};

// By the path a route is registered under, not by what was asked: no spelling of an address falls into another class.
const BY_PATH: readonly (readonly [pattern: RegExp, rateClass: RateClass])[] = [
  [/^(GET) \/api\/(health|ready)$/, 'probe'],
  [/^GET \/api\/(tiles|basemap)\//, 'tile'],
  [/^GET \/api\/.*\/events$/, 'stream'],
  [/^GET \/api\/.*(\.(xlsx|gpkg|docx|zip|jsonl)|\/files\/:name|\/export)$/, 'download'],
  // Whoever they are, they leave a state or an event behind.
  [/^GET \/api\/session\/oidc\b/, 'signIn'],
  [/^POST \/api\/(session|setup)\b/, 'signIn'],
  [/^POST \/api\/account\/(password|second-factor)\b/, 'signIn'],
];

/** The class of a route, from the method and path it is registered under. */
export function rateClassOf(method: string, path: string, isUpload: boolean): RateClass {
  const found = BY_PATH.find(([pattern]) => pattern.test(`${method} ${path}`));
  if (found !== undefined) return found[1];
  if (isUpload) return 'upload';
  return method === 'GET' ? 'read' : 'write';
}

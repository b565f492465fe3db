import { addressKey } from './client-address.ts';
import { RATE_CLASSES, RATE_LIMITS, type RateClass, ROOMS, type Room, type RoomName } from './rate-classes.ts';
import { guardedRoom, type GuardedRoom, type Leave } from './room.ts';
import { type TokenBuckets, tokenBuckets } from './token-buckets.ts';

/** Turned away: come again after so many seconds. */
export interface TurnedAway {
  readonly retryAfterSeconds: number;
  readonly because: 'address' | 'actor' | 'load';
}

/** Counts who asks how often, and how much is at work at once. */
export interface Doors {
  /** Before anything is looked up. */
  arrive(rateClass: RateClass, address: string | null): TurnedAway | undefined;
  /** Once it is known who asks. */
  known(rateClass: RateClass, actor: string): TurnedAway | undefined;
  /** A place to work in. `leave` it when done. */
  enter(rateClass: RateClass, client: string): Promise<Leave | TurnedAway>;
  /** Whoever comes for quick work now would be turned away: said before anything of the request is looked at. */
  isJammed(): boolean;
  /** Places taken and people waiting, by room. */
  rooms(): Readonly<Record<string, { readonly atWork: number; readonly waiting: number }>>;
  /** Keys remembered, for the one who watches the memory. */
  readonly remembered: number;
}

export interface DoorsOptions {
  /** Multiplies every limit by rate; rooms stay. Default 1. */
  readonly factor?: number;
  /** Seconds, never falling. */
  readonly now?: () => number;
  /** Keys remembered a class and kind. About 100 bytes each. */
  readonly maxKeys?: number;
  readonly rooms?: Readonly<Record<Exclude<RoomName, 'none'>, Room>>;
}

const MAX_KEYS = 20_000;
const NOTHING_TO_LEAVE: Leave = () => {};

/** Nobody is turned away: where the application is not reached from outside (tests, a call inside the process). */
export const OPEN_DOORS: Doors = {
  arrive: () => undefined,
  known: () => undefined,
  enter: () => Promise.resolve(NOTHING_TO_LEAVE),
  isJammed: () => false,
  rooms: () => ({}),
  remembered: 0,
};

export function guardedDoors(options: DoorsOptions = {}): Doors {
  const { factor = 1, now = () => performance.now() / 1000, maxKeys = MAX_KEYS, rooms: sizes = ROOMS } = options;
  const buckets = (kind: 'actor' | 'address'): ReadonlyMap<RateClass, TokenBuckets> =>
    new Map(
      RATE_CLASSES.flatMap((rateClass) => {
        const rate = RATE_LIMITS[rateClass][kind];
        if (rate === null) return [];
        const scaled = { burst: Math.max(1, rate.burst * factor), perSecond: rate.perSecond * factor };
        return [[rateClass, tokenBuckets(scaled, maxKeys)] as const];
      }),
    );
  const byAddress = buckets('address');
  const byActor = buckets('actor');
  const rooms = new Map<RoomName, GuardedRoom>(
    (Object.keys(sizes) as (keyof typeof sizes)[]).map((name) => [name, guardedRoom(sizes[name])]),
  );
  const take = (
    from: TokenBuckets | undefined,
    key: string,
    because: TurnedAway['because'],
  ): TurnedAway | undefined => {
    const seconds = from?.take(key, now()) ?? 0;
    return seconds === 0 ? undefined : { retryAfterSeconds: Math.max(1, Math.ceil(seconds)), because };
  };

  return {
    arrive: (rateClass, address) =>
      address === null ? undefined : take(byAddress.get(rateClass), addressKey(address), 'address'),
    known: (rateClass, actor) => take(byActor.get(rateClass), actor, 'actor'),
    async enter(rateClass, client) {
      const room = rooms.get(RATE_LIMITS[rateClass].room);
      if (room === undefined) return NOTHING_TO_LEAVE;
      // Not everybody at the same moment again.
      return (await room.enter(client)) ?? { retryAfterSeconds: 1 + Math.floor(Math.random() * 3), because: 'load' };
    },
    isJammed: () => rooms.get('quick')?.isJammed === true,
    rooms: () => Object.fromEntries([...rooms].map(([name, { atWork, waiting }]) => [name, { atWork, waiting }])),
    get remembered() {
      return [...byAddress.values(), ...byActor.values()].reduce((sum, one) => sum + one.size, 0);
    },
  };
}

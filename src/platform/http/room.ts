import type { Room } from './rate-classes.ts';

/** A place at work; give it back once, when the work is done. */
export type Leave = () => void;

/** How many are at work and how many wait, and the door that turns the rest away. */
export interface GuardedRoom {
  /** A place now or within the room's waiting time; undefined: no place, come again. */
  enter(client: string): Promise<Leave | undefined>;
  readonly atWork: number;
  readonly waiting: number;
  /** The queue stays, and is longer than what can be done in the time a hurried one waits: whoever comes now is turned away. */
  readonly isJammed: boolean;
}

interface Waiting {
  readonly client: string;
  readonly timer: NodeJS.Timeout;
  resolve(leave: Leave | undefined): void;
}

/** A queue that has not been empty for so long is no passing burst. */
const PASSING_MILLISECONDS = 1_000;
/** Whoever was turned away so lately shows that more comes than can be done, though the queue may just have run out of patience. */
const REMEMBERED_MILLISECONDS = 2_000;
/** So many times those at work may wait where the queue stays: with a few milliseconds of work each they are served in time. */
const JAMMED_TIMES = 2;

/**
 * Bounded work with bounded waiting. What cannot begin soon is refused at once, so that what is let in is answered in time
 * however many ask: a queue without end would make everybody wait until nobody is served. How long one waits depends on how long
 * the queue has been there (Maurer, "Fail at Scale", ACM Queue 13(8), 2015).
 */
export function guardedRoom(room: Room, now: () => number = () => performance.now()): GuardedRoom {
  let atWork = 0;
  let emptyAt = now();
  let turnedAwayAt = Number.NEGATIVE_INFINITY;
  const held = new Map<string, number>();
  const queue: Waiting[] = [];

  const leaver = (client: string): Leave => {
    atWork++;
    held.set(client, (held.get(client) ?? 0) + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      atWork--;
      const still = held.get(client)! - 1;
      if (still === 0) held.delete(client);
      else held.set(client, still);
      admit();
    };
  };
  const isHurried = (time: number): boolean =>
    time - turnedAwayAt < REMEMBERED_MILLISECONDS || (queue.length > 0 && time - emptyAt > PASSING_MILLISECONDS);
  const isJammed = (): boolean => queue.length >= JAMMED_TIMES * room.atOnce && isHurried(now());
  const mayHold = (client: string): boolean => (held.get(client) ?? 0) < room.perClient;
  const admit = (): void => {
    while (atWork < room.atOnce) {
      const index = queue.findIndex((waiting) => mayHold(waiting.client));
      if (index === -1) return;
      const [next] = queue.splice(index, 1) as [Waiting];
      clearTimeout(next.timer);
      next.resolve(leaver(next.client));
    }
  };

  return {
    enter(client) {
      if (atWork < room.atOnce && mayHold(client)) return Promise.resolve(leaver(client));
      const time = now();
      if (queue.length >= room.waiting || isJammed()) {
        turnedAwayAt = time;
        return Promise.resolve(undefined);
      }
      if (queue.length === 0) emptyAt = time;
      const patience = isHurried(time) ? room.hurriedMilliseconds : room.patientMilliseconds;
      return new Promise((resolve) => {
        const waiting: Waiting = {
          client,
          resolve,
          timer: setTimeout(() => {
            queue.splice(queue.indexOf(waiting), 1);
            turnedAwayAt = now();
            resolve(undefined);
          }, patience),
        };
        queue.push(waiting);
      });
    },
    get isJammed() {
      return isJammed();
    },
    get atWork() {
      return atWork;
    },
    get waiting() {
      return queue.length;
    },
  };
}

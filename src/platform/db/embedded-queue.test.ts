import { describe, expect, it } from 'vitest';
import type { EmbeddedStatement } from './embedded-protocol.ts';
import { StatementQueue } from './embedded-queue.ts';

const statement = (text: string, session = 0, priority: EmbeddedStatement['priority'] = 'interactive') =>
  ({ id: 0, kind: 'query', session, priority, text, parameters: [] }) as const;
const release = (session: number) => ({ kind: 'release', session }) as const;
const drain = (queue: StatementQueue<string>): string[] => {
  const texts: string[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) texts.push(`${next.client} ${next.text}`);
  return texts;
};

describe('statements that wait for the one connection', () => {
  it('lets people go before jobs, each in the order they came', () => {
    const queue = new StatementQueue<string>();
    queue.add('jobs', statement('1', 0, 'background'));
    queue.add('main', statement('2'));
    queue.add('jobs', statement('3', 0, 'background'));
    queue.add('main', statement('4'));
    expect(drain(queue)).toEqual(['main 2', 'main 4', 'jobs 1', 'jobs 3']);
  });

  it('gives a session the connection from its first statement to its release; same numbers of two threads are two sessions', () => {
    const queue = new StatementQueue<string>();
    queue.add('jobs', statement('begin', 1, 'background'));
    queue.add('jobs', statement('insert', 1, 'background'));
    expect(queue.next()?.text).toBe('begin');
    queue.add('main', statement('look'));
    queue.add('main', statement('begin', 1));
    expect(drain(queue)).toEqual(['jobs insert']);
    expect(queue.isHeld).toBe(true);
    queue.add('jobs', statement('commit', 1, 'background'));
    queue.add('jobs', release(1));
    expect(drain(queue)).toEqual(['jobs commit', 'main look', 'main begin']);
    expect(queue.isHeld).toBe(true);
    queue.add('main', release(1));
    expect(drain(queue)).toEqual([]);
    expect(queue.isHeld).toBe(false);
  });

  it('forgets a release of a session that asked for nothing, and keeps one that comes before its turn', () => {
    const queue = new StatementQueue<string>();
    queue.add('main', release(7));
    queue.add('main', statement('begin', 8));
    queue.add('main', release(8));
    queue.add('main', statement('look'));
    expect(drain(queue)).toEqual(['main begin', 'main look']);
    expect(queue.isHeld).toBe(false);
  });

  it('says of a thread that is gone whether it held the connection', () => {
    const queue = new StatementQueue<string>();
    queue.add('jobs', statement('begin', 1));
    queue.next();
    queue.add('jobs', statement('insert', 1));
    queue.add('main', statement('look'));
    expect(queue.drop('main')).toBe(false);
    queue.add('main', statement('look again'));
    expect(queue.drop('jobs')).toBe(true);
    expect(drain(queue)).toEqual(['main look again']);
  });
});

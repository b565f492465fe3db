import { describe, expect, it } from 'vitest';
import { JobCancelled, runInWorker } from './index.ts';

const NAME = '../tests/support/echo.worker';

describe('runInWorker', () => {
  it('sends data, hears messages, gets the value', async () => {
    const heard: number[] = [];
    const value = await runInWorker<unknown, Float64Array, number>(
      NAME,
      { numbers: Float64Array.of(1, 2.5) },
      { onMessage: (n) => heard.push(n) },
    );
    expect(value).toEqual(Float64Array.of(2, 5));
    expect(heard).toEqual([2, 5]);
  });

  it('hands buffers over instead of copying them', async () => {
    const numbers = Float64Array.of(4);
    await runInWorker(NAME, { numbers }, {}, [numbers.buffer]);
    expect(numbers.length).toBe(0);
  });

  it('passes a failure on', async () => {
    await expect(runInWorker(NAME, { numbers: new Float64Array(0), mood: 'fail' })).rejects.toThrow('told to fail');
  });

  it('ends a thread that never would when it is cancelled', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    await expect(
      runInWorker(NAME, { numbers: new Float64Array(0), mood: 'hang' }, { signal: controller.signal }),
    ).rejects.toBeInstanceOf(JobCancelled);
    await expect(runInWorker(NAME, {}, { signal: controller.signal })).rejects.toBeInstanceOf(JobCancelled);
  });
});

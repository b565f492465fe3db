import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../platform/project-root.ts';
import { type PyramidAnswer, type PyramidBatch, type PyramidRequest, PyramidWork } from './pyramid-work.server.ts';

/** Layers with fewer vertices are built in this thread, in small steps: a thread of their own would take longer to start. */
const OWN_THREAD_VERTICES = 65_536;
const ROWS_A_STEP = 4;

/** Builds the pyramid of a layer that passes by batch by batch. Close it whatever happens. */
export class Pyramid {
  private readonly work = new PyramidWork();
  private waiting: PyramidBatch[] = [];
  private vertices = 0;
  private worker: Worker | undefined;
  private failure: Error | undefined;

  add(batch: PyramidBatch): void {
    this.vertices += batch.lonLat.length / 2;
    if (this.worker === undefined && this.vertices <= OWN_THREAD_VERTICES) {
      this.waiting.push(batch);
      return;
    }
    if (this.worker === undefined) this.worker = this.start();
    for (const each of this.waiting) this.send(each);
    this.waiting = [];
    this.send(batch);
  }

  /** The rows to keep, group by group; after the last `add`. */
  async *rows(): AsyncGenerator<PyramidAnswer> {
    for (const batch of this.waiting) {
      await setImmediate();
      this.work.add(batch);
    }
    for (;;) {
      const answer = this.worker === undefined ? await this.step() : await this.ask(this.worker);
      yield answer;
      if (answer.done) return;
    }
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private async step(): Promise<PyramidAnswer> {
    await setImmediate();
    return this.work.next(ROWS_A_STEP);
  }

  private async ask(worker: Worker): Promise<PyramidAnswer> {
    if (this.failure !== undefined) throw this.failure;
    worker.postMessage({ kind: 'next' } satisfies PyramidRequest);
    // `once` rejects when the thread fails.
    const [answer] = (await once(worker, 'message')) as [PyramidAnswer];
    return answer;
  }

  private start(): Worker {
    const worker = startWorker('modules/parcels/pyramid.worker', undefined, { name: 'pyramid' });
    worker.on('error', (error) => {
      this.failure = error;
    });
    return worker;
  }

  /** Copies what the batch is made of and hands the copies over: a view into a file's memory would take all of it along. */
  private send(batch: PyramidBatch): void {
    const copy = {
      ...batch,
      featureNos: batch.featureNos.slice(),
      lonLat: batch.lonLat.slice(),
      ringStarts: batch.ringStarts.slice(),
      ringRoles: batch.ringRoles.slice(),
      featureRings: batch.featureRings.slice(),
    };
    const memory = [copy.featureNos, copy.lonLat, copy.ringStarts, copy.ringRoles, copy.featureRings];
    this.worker!.postMessage(
      { kind: 'batch', batch: copy } satisfies PyramidRequest,
      memory.map((array) => array.buffer as ArrayBuffer),
    );
  }
}

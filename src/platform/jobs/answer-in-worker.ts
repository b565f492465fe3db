import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../kernel/index.ts';
import { stepBack } from './step-back.ts';

/** Whatever a worker sends along; its typed arrays' memory may be handed over instead of copied. */
export type Say<Message> = (message: Message) => void;

/** A value whose buffers are handed over to the main thread. */
export interface Transferred<Value> {
  readonly value: Value;
  readonly transfer: readonly ArrayBuffer[];
}

/** The body of a `*.worker.ts`: does `work` with the data of `runInWorker` and sends its value back. */
export function answerInWorker<Data, Value, Message = never>(
  work: (data: Data, say: Say<Message>) => Promise<Transferred<Value>> | Transferred<Value>,
): void {
  const port = parentPort;
  assert(port !== null, 'answerInWorker is for worker threads');
  stepBack(5);
  Promise.resolve()
    .then(() => work(workerData as Data, (message) => port.postMessage({ kind: 'message', message })))
    .then(({ value, transfer }) => port.postMessage({ kind: 'value', value }, [...transfer]))
    .catch((error: unknown) => {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      port.postMessage({ kind: 'failure', message, stack });
    });
}

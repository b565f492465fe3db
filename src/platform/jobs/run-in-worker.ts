import { JobCancelled } from './job.ts';
import { startWorker } from '../project-root.ts';

/** What a worker may send: progress and the like, then its value or its failure. Written by `answerInWorker`. */
type WorkerMessage<Message, Value> =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'failure'; readonly message: string; readonly stack: string | undefined };

export interface WorkerCall<Message> {
  /** What the worker says while it works. */
  readonly onMessage?: (message: Message) => void;
  /** Aborting ends the thread at once. */
  readonly signal?: AbortSignal;
  /** Memory the thread may use, megabytes. */
  readonly maxMegabytes?: number;
  /** Environment variables of the thread beside those of the process: TMPDIR, so that its scratch files lie in a folder of ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs `src/NAME.ts` (a `*.worker.ts` that calls `answerInWorker`) in a thread of its own and gives its value.
 * Typed arrays travel without loss; pass large ones in `transfer` to hand them over instead of copying.
 *
 * @throws JobCancelled when the signal is aborted; an Error with the worker's message when it fails
 */
export async function runInWorker<Data, Value, Message = never>(
  name: string,
  data: Data,
  call: WorkerCall<Message> = {},
  transfer: readonly ArrayBuffer[] = [],
): Promise<Value> {
  if (call.signal?.aborted === true) throw new JobCancelled();
  const worker = startWorker(name, data, {
    name,
    transferList: [...transfer],
    ...(call.environment === undefined ? {} : { env: { ...process.env, ...call.environment } }),
    ...(call.maxMegabytes === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: call.maxMegabytes } }),
  });
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<Value>((resolve, reject) => {
      worker.on('message', (message: WorkerMessage<Message, Value>) => {
        if (message.kind === 'message') call.onMessage?.(message.message);
        else if (message.kind === 'value') resolve(message.value);
        else {
          const error = new Error(message.message);
          if (message.stack !== undefined) error.stack = message.stack;
          reject(error);
        }
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the worker ${name} ended without an answer (${code})`)));
      onAbort = () => reject(new JobCancelled());
      call.signal?.addEventListener('abort', onAbort, { once: true });
    });
  } finally {
    if (onAbort !== undefined) call.signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

/** The bytes in memory of their own, so that it can be handed over to a thread; small buffers share theirs with others. */
export function inOwnMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const alone = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  return alone ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

import sharedKernel from '../../../../dist/kernel/shared.wasm?url';
import unsharedKernel from '../../../../dist/kernel/unshared.wasm?url';
import type { Localized, Refusal } from '../../../kernel/index.ts';
import { ApiError } from '../../../web/api/client.ts';
import type { KernelVariant } from '../../../web/kernel/kernel-host.ts';
import scriptAddress from './analysis-thread.ts?worker&url';
import type { Computing, FileLook, FromThread, LocalFile, LocalOutcome, RunOrder, ToThread } from './local-protocol.ts';

/** What the thread runs with, and how many threads share the work. */
export interface EngineState {
  readonly computing: Computing;
  readonly threads: number;
}

/** The analysis on this computer: a thread, started when the page opens with everything it will ever need. */
export interface LocalEngine {
  readonly ready: Promise<EngineState>;
  look(file: LocalFile, crs: number | null): Promise<FileLook>;
  /** Rejects with `ApiError` where the run is refused, with `Stopped` where it was cancelled. */
  run(order: RunOrder, onProgress: (phase: Localized, fraction: number) => void): Promise<LocalOutcome>;
  /** Ends what is running at once; the engine starts anew without the network. */
  cancel(): void;
  close(): void;
}

export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** More threads than this gain nothing: reading is one thread's work. */
const MOST_THREADS = 8;

interface Parts {
  readonly script: string;
  readonly module: WebAssembly.Module | null;
  readonly variant: KernelVariant;
}

async function fetched(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response;
}

/** The script is kept as a blob and the kernel compiled, so that a thread can be started again after the network is cut. */
async function loadParts(): Promise<Parts> {
  const variant: KernelVariant = crossOriginIsolated ? 'shared' : 'unshared';
  const [script, module] = await Promise.all([
    import.meta.env.DEV
      ? scriptAddress
      : fetched(scriptAddress).then(async (response) =>
          URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' })),
        ),
    typeof WebAssembly === 'undefined'
      ? null
      : fetched(variant === 'shared' ? sharedKernel : unsharedKernel)
          .then(async (response) => WebAssembly.compile(await response.arrayBuffer()))
          .catch(() => null),
  ]);
  return { script, module, variant };
}

function faultOf(event: ErrorEvent): ApiError {
  const isMemory = /memory|allocation|array length|array buffer/i.test(event.message);
  const refusal: Refusal = isMemory
    ? {
        code: 'LOCAL-MEMORY',
        message: { zh: '浏览器给的内存不够', en: 'The browser has not enough memory for these files.' },
        remedy: {
          zh: '请关掉其他网页，换 64 位浏览器，或入库后由服务器分析',
          en: 'Close other pages, use a 64-bit browser, or import the data and let the server analyse them.',
        },
      }
    : {
        code: 'LOCAL-FAULT',
        message: {
          zh: `分析程序出了内部错误：${event.message}`,
          en: `The analysis has an internal fault: ${event.message}`,
        },
        remedy: {
          zh: '请把这句话告诉管理员；可改由服务器分析',
          en: 'Tell your administrator this sentence; the server can analyse the data instead.',
        },
      };
  return new ApiError(0, [refusal]);
}

export function startLocalEngine(): LocalEngine {
  const parts = loadParts();
  let worker: Worker | undefined;
  let isClosed = false;
  const looks = new Map<string, { resolve: (look: FileLook) => void; reject: (error: unknown) => void }>();
  let running: { resolve: (outcome: LocalOutcome) => void; reject: (error: unknown) => void } | undefined;
  let tell: ((phase: Localized, fraction: number) => void) | undefined;

  const failAll = (error: unknown): void => {
    running?.reject(error);
    running = undefined;
    for (const { reject } of looks.values()) reject(error);
    looks.clear();
  };
  const start = async (): Promise<EngineState> => {
    const { script, module, variant } = await parts;
    return new Promise<EngineState>((resolve, reject) => {
      if (isClosed) return;
      const own = new Worker(script, import.meta.env.DEV ? { type: 'module' } : {});
      worker = own;
      own.onerror = (event) => {
        event.preventDefault();
        const fault = faultOf(event);
        failAll(fault);
        reject(fault);
        own.terminate();
        if (worker === own) state = start();
      };
      own.onmessage = ({ data }: MessageEvent<FromThread>) => {
        switch (data.kind) {
          case 'ready':
            return resolve({ computing: data.computing, threads: data.threads });
          case 'looked':
            looks.get(data.id)?.resolve(data.look);
            looks.delete(data.id);
            return;
          case 'notLooked':
            looks.get(data.id)?.reject(new ApiError(422, data.refusals));
            looks.delete(data.id);
            return;
          case 'progress':
            return tell?.(data.phase, data.fraction);
          case 'refused':
            running?.reject(new ApiError(422, data.refusals));
            running = undefined;
            return;
          case 'done':
            running?.resolve(data.outcome);
            running = undefined;
            return;
        }
      };
      const threads = Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1));
      own.postMessage({ kind: 'prepare', script, module, variant, threads } satisfies ToThread);
    });
  };
  let state = start();
  const send = async (message: ToThread): Promise<void> => {
    await state;
    worker?.postMessage(message);
  };
  return {
    get ready() {
      return state;
    },
    look: (file, crs) =>
      new Promise((resolve, reject) => {
        looks.set(file.id, { resolve, reject });
        send({ kind: 'look', file, crs }).catch(reject);
      }),
    run: (order, onProgress) =>
      new Promise((resolve, reject) => {
        tell = onProgress;
        running = { resolve, reject };
        send({ kind: 'run', order }).catch(reject);
      }),
    cancel() {
      worker?.terminate();
      failAll(new Stopped());
      state = start();
    },
    close() {
      isClosed = true;
      worker?.terminate();
      failAll(new Stopped());
      void parts.then(({ script }) => URL.revokeObjectURL(script));
    },
  };
}

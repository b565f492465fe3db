import {
  awaitHelpers,
  endHelpers,
  initialise,
  type KernelExports,
  type KernelInstance,
  MAX_HELPERS,
  serveKernel,
} from '../../geometry/compiled/index.ts';

/**
 * Runs the compiled kernel in a worker of a browser. Memory is shared with helper workers where the page is cross-origin
 * isolated, else one worker computes with memory of its own. Not for the page's own thread, which must not block.
 */
export type KernelVariant = 'shared' | 'unshared';

export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
}

/** What is used of the engine's WebAssembly; declared here so that tests of other worlds can run the host too. */
interface Engine {
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: { initial: number; maximum?: number; shared?: boolean }) => KernelMemory;
}
const engine = (globalThis as unknown as { WebAssembly?: Engine }).WebAssembly;

/** What a helper worker is sent; it answers with nothing and serves until it is ended. */
export interface HelperTask {
  readonly module: object;
  readonly memory: KernelMemory;
  readonly number: number;
}

export interface KernelOptions {
  /** The compiled module of the variant. */
  readonly module: object;
  readonly variant: KernelVariant;
  /** The caller's own included. */
  readonly threads: number;
  /** Starts a worker that calls `helpKernel` with the task. */
  readonly startHelper: (task: HelperTask) => { terminate(): void };
}

export interface RunningKernel extends KernelInstance {
  /** Ends the helpers. */
  close(): void;
}

/** Pages of 64 kB: what 32-bit addresses reach, then less, for machines that do not give as much. */
const MAXIMA = [65_536, 49_152, 32_768, 16_384, 8192] as const;
const HELPER_WAIT_MILLISECONDS = 10_000;

const instantiate = (module: object, memory: KernelMemory): KernelExports =>
  new engine!.Instance(module, { env: { memory } }).exports as KernelExports;

function sharedMemory(): KernelMemory | undefined {
  for (const maximum of MAXIMA) {
    try {
      return new engine!.Memory({ initial: 16, maximum, shared: true });
    } catch {
      // Less, then.
    }
  }
  return undefined;
}

/** Starts a kernel; undefined where this browser cannot: callers then use the plain version. */
export async function startBrowserKernel(options: KernelOptions): Promise<RunningKernel | undefined> {
  if (engine === undefined) return undefined;
  const { module, variant } = options;
  try {
    const memory = variant === 'shared' ? sharedMemory() : new engine.Memory({ initial: 16 });
    if (memory === undefined) return undefined;
    const exports = instantiate(module, memory);
    const helpers = variant === 'shared' ? Math.min(MAX_HELPERS, Math.max(0, options.threads - 1)) : 0;
    initialise({ exports, memory, helpers });
    const workers: { terminate(): void }[] = [];
    const close = (): void => {
      if (helpers > 0) endHelpers(memory);
      for (const worker of workers) worker.terminate();
    };
    for (let number = 0; number < helpers; number++) workers.push(options.startHelper({ module, memory, number }));
    // Workers of a worker start while its event loop turns: waiting must not block.
    for (let waited = 0; helpers > 0 && !awaitHelpers(memory, helpers, 0); waited += 5) {
      if (waited > HELPER_WAIT_MILLISECONDS) {
        close();
        return startBrowserKernel({ ...options, threads: 1 });
      }
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    return { exports, memory, helpers, close };
  } catch {
    return undefined;
  }
}

/** What a helper worker does with its task. Blocks until the kernel is closed. */
export function helpKernel({ module, memory, number }: HelperTask): void {
  serveKernel({ exports: instantiate(module, memory), memory }, number);
}

import { installCompiled } from '../../../geometry/compiled/index.ts';
import { helpKernel, startBrowserKernel } from '../../../web/kernel/kernel-host.ts';
import type { FromThread, ToThread } from './local-protocol.ts';
import { lookAt, runLocally } from './local-run.ts';

/*
 * The thread of the page that reads and analyses files on this computer. The same script serves the kernel's helper threads,
 * so that everything is loaded once, when the page opens.
 */

/** What is used of the worker's own scope; the page's library declares a window. */
interface ThreadScope {
  onmessage: ((event: { readonly data: ToThread }) => void) | null;
  postMessage(message: FromThread, transfer?: Transferable[]): void;
}
const scope = globalThis as unknown as ThreadScope;

async function prepare(order: Extract<ToThread, { kind: 'prepare' }>): Promise<void> {
  const kernel =
    order.module === null
      ? undefined
      : await startBrowserKernel({
          module: order.module,
          variant: order.variant,
          threads: order.threads,
          startHelper: (task) => {
            const worker = new Worker(order.script, order.script.startsWith('blob:') ? {} : { type: 'module' });
            worker.postMessage({ kind: 'help', task } satisfies ToThread);
            return worker;
          },
        });
  installCompiled(kernel === undefined ? undefined : () => kernel);
  scope.postMessage({
    kind: 'ready',
    computing: kernel === undefined ? 'plain' : order.variant,
    threads: 1 + (kernel?.helpers ?? 0),
  });
}

/** A page is told at most so often. */
const TELL_MILLISECONDS = 50;

async function run(order: Extract<ToThread, { kind: 'run' }>['order']): Promise<void> {
  let told = 0;
  const result = await runLocally(order, (phase, fraction) => {
    const now = performance.now();
    if (now - told < TELL_MILLISECONDS) return;
    told = now;
    scope.postMessage({ kind: 'progress', phase, fraction });
  });
  if (!result.ok) {
    scope.postMessage({ kind: 'refused', refusals: result.error });
    return;
  }
  const outcome = result.value;
  const { featureNos, lonLat, ringStarts, ringRoles, featureRings } = outcome.parcels;
  scope.postMessage(
    { kind: 'done', outcome },
    [featureNos, lonLat, ringStarts, ringRoles, featureRings].map(({ buffer }) => buffer as ArrayBuffer),
  );
}

/** What nobody foresaw ends the thread with an error the page hears of. */
function orFail(work: Promise<void>): void {
  work.catch((error: unknown) => {
    setTimeout(() => {
      throw error;
    });
  });
}

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'prepare':
      return orFail(prepare(data));
    case 'help':
      return helpKernel(data.task);
    case 'look':
      return orFail(
        lookAt(data.file, data.crs).then((looked) =>
          scope.postMessage(
            looked.ok
              ? { kind: 'looked', id: data.file.id, look: looked.value }
              : { kind: 'notLooked', id: data.file.id, refusals: looked.error },
          ),
        ),
      );
    case 'run':
      return orFail(run(data.order));
  }
};

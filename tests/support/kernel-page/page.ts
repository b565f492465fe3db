import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { compiledTabulate } from '../../../src/geometry/compiled/index.ts';
import { tabulate } from '../../../src/geometry/index.ts';
import { helpKernel, startBrowserKernel, type HelperTask } from '../../../src/web/kernel/kernel-host.ts';
import { bytesOfRows, sampleLayers } from './sample.ts';

/*
 * One script for a bare page, its worker and the kernel's helpers: tabulates the seeded sample as the address asks and
 * shows the SHA-256 of the rows.
 */

interface Asked {
  readonly variant: 'shared' | 'unshared' | 'plain';
  readonly threads: number;
}
type Message = { readonly asked: Asked } | { readonly help: HelperTask };
interface Thread {
  onmessage: ((event: { readonly data: string }) => void) | null;
  postMessage(message: Message): void;
  terminate(): void;
}
const scope = globalThis as unknown as {
  readonly document?: { title: string };
  readonly location: { readonly search: string };
  readonly Worker: new (address: string) => Thread;
  readonly WebAssembly: { compile(bytes: ArrayBuffer): Promise<object> };
  onmessage: ((event: { readonly data: Message }) => void) | null;
  postMessage(message: string): void;
};

async function answer({ variant, threads }: Asked): Promise<string> {
  const { parcels, zones } = sampleLayers();
  const hashOf = (rows: ReturnType<typeof tabulate>): string => bytesToHex(sha256(bytesOfRows(rows)));
  if (variant === 'plain') return `1 ${hashOf(tabulate(parcels, zones))}`;
  const wasm = await (await fetch(`/${variant}.wasm`)).arrayBuffer();
  const kernel = await startBrowserKernel({
    module: await scope.WebAssembly.compile(wasm),
    variant,
    threads,
    startHelper(task) {
      const helper = new scope.Worker('/page.js');
      helper.postMessage({ help: task });
      return helper;
    },
  });
  if (kernel === undefined) return 'no kernel';
  const hash = hashOf(compiledTabulate(kernel)(parcels, zones));
  // A kernel that breaks down leaves the work to the plain version, which would hide it here.
  if (kernel.exports.takenTasks() === 0) return 'the kernel did nothing';
  kernel.close();
  return `${1 + kernel.helpers} ${hash}`;
}

if (scope.document !== undefined) {
  const { document } = scope;
  const search = new URLSearchParams(scope.location.search);
  const worker = new scope.Worker('/page.js');
  worker.onmessage = ({ data }) => {
    document.title = data;
  };
  worker.postMessage({
    asked: { variant: search.get('variant') as Asked['variant'], threads: Number(search.get('threads')) },
  });
} else {
  scope.onmessage = ({ data }) => {
    if ('help' in data) helpKernel(data.help);
    else answer(data.asked).then(scope.postMessage, (error: unknown) => scope.postMessage(`failed: ${String(error)}`));
  };
}

import { installCompiled } from '../../geometry/compiled/index.ts';
import { startKernel } from './index.ts';

/**
 * Has long computations of this thread run in a compiled kernel. It starts with the first large one (1 to 3 ms) and has one
 * thread, this one: others belong to those who compute there. Its memory stays until the thread ends.
 */
export function installKernel(): void {
  installCompiled(() => startKernel(1));
}

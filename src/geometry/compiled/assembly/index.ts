/**
 * What the compiled kernel exports; the host side is in src/geometry/compiled.
 * (Imported and then exported: the compiler takes the .ts ending in imports alone.)
 */
import { memoryLayoutVersion } from './layout.ts';

export { memoryLayoutVersion };

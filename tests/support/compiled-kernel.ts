import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildKernel } from '../../scripts/build-kernel.js';

/** What is used of the engine's WebAssembly: the language's own library does not declare it. */
interface Engine {
  readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => Memory;
  readonly RuntimeError: new () => Error;
  instantiate(source: Uint8Array, imports: object): Promise<{ instance: { exports: unknown } }>;
}
interface Memory {
  readonly buffer: ArrayBuffer;
}
const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

/** What a kernel throws that comes to a place it never should. */
export const KernelTrap = engine.RuntimeError;

/** The exports of the kernel that tests call; addresses are bytes, counts are numbers. */
export type KernelExports = Record<string, (...values: number[]) => number>;

export interface CompiledKernel {
  readonly memory: Memory;
  readonly call: KernelExports;
  /** A view of `length` f64 from an address. */
  doubles(address: number, length: number): Float64Array<ArrayBuffer>;
  /** A view of `length` u32 from an address. */
  words(address: number, length: number): Uint32Array<ArrayBuffer>;
  /** A view of `length` u8 from an address. */
  bytes(address: number, length: number): Uint8Array<ArrayBuffer>;
}

export const KERNEL_VARIANTS = ['shared', 'unshared'] as const;

/** First address tests may use: what lies below belongs to the module. */
export const FREE_ADDRESS = 65_536;

/** Builds the kernel where the sources changed, and starts one variant with the given bytes of memory. */
export async function compiledKernel(
  variant: (typeof KERNEL_VARIANTS)[number],
  bytes = 64 * 1024 * 1024,
): Promise<CompiledKernel> {
  await buildKernel();
  const source = readFileSync(join(import.meta.dirname, '..', '..', 'dist', 'kernel', `${variant}.wasm`));
  const shared = variant === 'shared';
  const memory = new engine.Memory({ initial: Math.ceil(bytes / 65_536), maximum: 65_536, shared });
  const { instance } = await engine.instantiate(source, { env: { memory } });
  // Views of shared memory behave as those of an ArrayBuffer for everything the tests do.
  const buffer = memory.buffer;
  return {
    memory,
    call: instance.exports as KernelExports,
    doubles: (address, length) => new Float64Array(buffer, address, length),
    words: (address, length) => new Uint32Array(buffer, address, length),
    bytes: (address, length) => new Uint8Array(buffer, address, length),
  };
}

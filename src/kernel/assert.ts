/** Thrown when the program itself is wrong. Never used for anything a user can cause. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Stops the operation when a promise the programmer made does not hold. Stays on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Marks a branch the types say cannot be reached. */
export function unreachable(value: never, what: string): never {
  throw new AssertionError(`unreachable ${what}: ${String(value)}`);
}

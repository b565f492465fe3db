/** The layout of the memory that host and kernel share; the host compares it before it trusts a module. */
export function memoryLayoutVersion(): i32 {
  return 1;
}

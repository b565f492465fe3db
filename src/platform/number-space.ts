import { readlinkSync } from 'node:fs';

/** The space process numbers belong to (Linux), null where there is but one: two containers may share a host name. */
export function numberSpace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

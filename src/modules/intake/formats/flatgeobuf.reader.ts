import { openByteSource } from '../byte-source.server.ts';
import type { FormatReader } from '../format.ts';
import { openFlatgeobuf } from './flatgeobuf.ts';

/** FlatGeobuf from a path; flatgeobuf.ts decodes it. */
export const flatgeobufReader: FormatReader = {
  format: 'flatgeobuf',
  open: async (path, options) => openFlatgeobuf(await openByteSource(path), options),
};

import type { Refusal, Result } from '../../../kernel/index.ts';
import { openByteSource } from '../byte-source.server.ts';
import type { FormatReader, ReadOptions } from '../format.ts';
import { readBoundaryTxt, type BoundaryTxtSource } from './boundary-txt-source.ts';

export type { BoundaryTxtSource } from './boundary-txt-source.ts';

/** The ministry boundary TXT from a path; boundary-txt-source.ts reads it. */
export const boundaryTxtReader: FormatReader = { format: 'boundary-txt', open: openBoundaryTxt };

export async function openBoundaryTxt(
  path: string,
  options: ReadOptions,
): Promise<Result<BoundaryTxtSource, Refusal[]>> {
  const source = await openByteSource(path);
  try {
    return await readBoundaryTxt(source, options);
  } finally {
    await source.close();
  }
}

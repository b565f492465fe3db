import { canonicalJson } from '../../kernel/index.ts';

/** What the last event of a chain was at a time, signed: whoever cuts the chain shorter afterwards is found by it. */
export interface AuditHead {
  readonly chain: string;
  readonly sequence: number;
  /** Hash of that event. */
  readonly hash: string;
  readonly at: string;
  /** Names the key: the first 16 hexadecimal digits of the SHA-256 of its public half (SPKI, DER). */
  readonly keyId: string;
  /** Ed25519 (RFC 8032), base64. */
  readonly signature: string;
}

const FORMAT = 'tianchou-audit-head/1';

/** The text that is signed. */
export function signedText(head: Omit<AuditHead, 'signature'>): string {
  const { chain, sequence, hash, at, keyId } = head;
  return canonicalJson({ format: FORMAT, chain, sequence, hash, at, keyId });
}

/** A head as one line of the file of heads, without the line's end. */
export function headLine(head: AuditHead): string {
  const { chain, sequence, hash, at, keyId, signature } = head;
  return canonicalJson({ format: FORMAT, chain, sequence, hash, at, keyId, signature });
}

/** The head of a line, or undefined where the line is not one. */
export function headOfLine(line: string): AuditHead | undefined {
  try {
    const { format, chain, sequence, hash, at, keyId, signature } = JSON.parse(line) as Record<string, unknown>;
    const texts = [chain, hash, at, keyId, signature];
    if (format !== FORMAT || !texts.every((value) => typeof value === 'string')) return undefined;
    if (!Number.isSafeInteger(sequence) || (sequence as number) < 1) return undefined;
    const head = { chain, sequence, hash, at, keyId, signature } as AuditHead;
    return headLine(head) === line ? head : undefined;
  } catch {
    return undefined;
  }
}

/** Characters of the two-byte part of GB18030 (GBK and a few more) by their code unit; made once from the decoder. */
let twoByte: Map<number, number> | undefined;

function twoByteTable(): Map<number, number> {
  if (twoByte) return twoByte;
  twoByte = new Map();
  const decoder = new TextDecoder('gb18030');
  const pair = new Uint8Array(2);
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      pair[0] = lead;
      pair[1] = trail;
      const text = decoder.decode(pair);
      if (text.length === 1 && text !== '\uFFFD' && !twoByte.has(text.charCodeAt(0)))
        twoByte.set(text.charCodeAt(0), (lead << 8) | trail);
    }
  }
  return twoByte;
}

/**
 * Encodes text as GB18030. Characters outside its two-byte part (rare place names) are refused with undefined: many
 * readers know GBK only, so the caller writes UTF-8 instead and says so.
 */
export function encodeGb18030(text: string): Uint8Array | undefined {
  const table = twoByteTable();
  const bytes = new Uint8Array(2 * text.length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
      continue;
    }
    const code = table.get(unit);
    if (code === undefined) return undefined;
    bytes[at++] = code >> 8;
    bytes[at++] = code & 0xff;
  }
  return bytes.subarray(0, at);
}

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditHead, signedText } from './head.ts';

/** The key the heads are signed with, and the public halves a signature may be of. */
export interface HeadKeys {
  readonly keyId: string;
  sign(head: Omit<AuditHead, 'signature' | 'keyId'>): AuditHead;
  /** Public halves, PEM, by key id: ours and those kept beside the heads from before. */
  readonly publicKeys: ReadonlyMap<string, string>;
}

/** First 16 hexadecimal digits of the SHA-256 of the public half. */
export function keyIdOf(key: KeyObject): string {
  const half = key.type === 'public' ? key : createPublicKey(key);
  return createHash('sha256')
    .update(half.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

/** `holds`: Ed25519 says so. `unknown`: signed with a key that is not among these. */
export function signatureState(
  head: AuditHead,
  publicKeys: ReadonlyMap<string, string | KeyObject>,
): 'holds' | 'broken' | 'unknown' {
  const key = publicKeys.get(head.keyId);
  if (key === undefined) return 'unknown';
  const half = typeof key === 'string' ? createPublicKey(key) : key;
  const { signature, ...unsigned } = head;
  return verify(null, Buffer.from(signedText(unsigned)), half, Buffer.from(signature, 'base64')) ? 'holds' : 'broken';
}

/** Writes a new file; one that is there already stays. */
function writeNew(path: string, text: string, mode: number): void {
  let file: number;
  try {
    file = openSync(path, 'wx', mode);
  } catch (error) {
    // Two processes starting at once: the file that is there wins.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Ed25519 public halves in PEM, by key id; what is none is left out. */
export function publicKeysOf(texts: readonly string[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const text of texts) {
    try {
      const key = createPublicKey(text);
      if (key.asymmetricKeyType === 'ed25519') keys.set(keyIdOf(key), text);
    } catch {
      // Another kind of file.
    }
  }
  return keys;
}

/** Public halves kept in a folder as `KEYID.pem`. A file under another key's name is not taken. */
function readPublicKeys(folder: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const name of readdirSync(folder)
    .filter((one) => /^[0-9a-f]{16}\.pem$/.test(one))
    .sort()) {
    const text = readFileSync(join(folder, name), 'utf8');
    const keyId = keyIdOf(createPublicKey(text));
    if (name === `${keyId}.pem`) keys.set(keyId, text);
  }
  return keys;
}

function publicHalfOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string;
}

/** Signing with one key, and the public halves of others that signed before. */
export function keysWith(key: KeyObject, others: ReadonlyMap<string, string>): HeadKeys {
  const keyId = keyIdOf(key);
  return {
    keyId,
    publicKeys: new Map([...others, [keyId, publicHalfOf(key)]]),
    sign(head) {
      const unsigned = { ...head, keyId };
      return { ...unsigned, signature: sign(null, Buffer.from(signedText(unsigned)), key).toString('base64') };
    },
  };
}

/** A key of this moment, kept nowhere. */
export function temporaryKeys(): HeadKeys {
  return keysWith(generateKeyPairSync('ed25519').privateKey, new Map());
}

/**
 * The key of this installation, made at the first start: private half in `keyFolder` (0600), public half beside the heads.
 *
 * @param keyFolder folder of the private half, in the data folder
 * @param headsFolder folder of the file of heads
 */
export function openHeadKeys(keyFolder: string, headsFolder: string): HeadKeys {
  mkdirSync(keyFolder, { recursive: true, mode: 0o700 });
  mkdirSync(headsFolder, { recursive: true });
  const path = join(keyFolder, 'audit-head.pem');
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeNew(path, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 0o600);
  }
  const key = createPrivateKey(readFileSync(path, 'utf8'));
  writeNew(join(headsFolder, `${keyIdOf(key)}.pem`), publicHalfOf(key), 0o644);
  return keysWith(key, readPublicKeys(headsFolder));
}

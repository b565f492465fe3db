import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { err, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';

/** Files of a certificate (with its chain) and its private key, in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Until when it holds, ISO text. */
  readonly validTo: string;
}

function refusal(file: string, zh: string, en: string): Refusal {
  return {
    code: 'TLS-FILES',
    message: localized(`证书不能使用：${zh}`, `The certificate cannot be used: ${en}`),
    remedy: localized(
      '请检查 --cert 与 --key（PEM 格式、成对、服务账号可读）。',
      'Check --cert and --key: PEM, a pair, readable by the account of the service.',
    ),
    place: { file },
  };
}

/** Reads certificate and key and sees that they are a pair; nothing of the key is ever said. */
export function readCertificate(files: TlsFiles): Result<Certificate, Refusal> {
  const parts: Buffer[] = [];
  for (const file of [files.cert, files.key]) {
    try {
      parts.push(readFileSync(file));
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code);
      return err(refusal(file, `文件读不到（${code}）`, `the file cannot be read (${code})`));
    }
  }
  const [cert, key] = parts as [Buffer, Buffer];
  let validTo: Date;
  try {
    validTo = new Date(new X509Certificate(cert).validTo);
  } catch {
    return err(refusal(files.cert, '不是 PEM 证书', 'it is no certificate in PEM'));
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    return err(refusal(files.key, '私钥与证书不成对，或不是 PEM', 'the key does not belong to it, or is no PEM'));
  }
  return ok({ cert, key, validTo: validTo.toISOString() });
}

import { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { err, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import { failureOf } from '../failure.ts';
import { type Files, FileTooLargeError, type StoredFile } from '../files/index.ts';

/** A file a form brought, already on disk. */
export interface UploadedFile extends StoredFile {
  /** Name of the form field. */
  readonly field: string;
  /** Name the sender gave it, without folders. For people only: never a path. */
  readonly fileName: string;
}

export interface Upload {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly UploadedFile[];
}

export interface UploadLimits {
  readonly maxFileBytes: number;
  readonly maxFiles?: number;
}

const MEGABYTE = 1024 * 1024;

function tooLarge(maxBytes: number): Refusal {
  const megabytes = Math.floor(maxBytes / MEGABYTE);
  return {
    code: 'FILE-TOO-LARGE',
    message: localized(`文件超过 ${megabytes} MB。`, `The file is larger than ${megabytes} MB.`),
    remedy: localized('请按乡镇拆分后分别导入。', 'Split it, for example by township, and import the parts.'),
  };
}

const NOT_A_FORM: Refusal = {
  code: 'NOT-A-FORM',
  message: localized('上传内容不是有效的表单。', 'What was sent is not a valid form.'),
  remedy: localized('请以 multipart/form-data 发送文件。', 'Send the file as multipart/form-data.'),
};

const TOO_MANY: Refusal = {
  code: 'TOO-MANY-FILES',
  message: localized('一次上传的文件或字段过多。', 'Too many files or fields in one upload.'),
  remedy: localized('请分几次上传。', 'Upload them in several steps.'),
};

/**
 * Reads a multipart form: files are streamed to disk as they arrive (memory stays at some chunks, whatever their size),
 * fields are kept as text.
 */
export async function receiveUpload(
  request: Request,
  files: Files,
  limits: UploadLimits,
): Promise<Result<Upload, Refusal[]>> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(type) || request.body === null) return err([NOT_A_FORM]);
  const announced = Number(request.headers.get('content-length') ?? '0');
  const maxFiles = limits.maxFiles ?? 1;
  if (announced > limits.maxFileBytes * maxFiles + MEGABYTE) return err([tooLarge(limits.maxFileBytes)]);

  let form: Busboy;
  try {
    form = new Busboy({
      headers: Object.fromEntries(request.headers) as BusboyHeaders,
      limits: { files: maxFiles, fields: 50, fieldSize: 64 * 1024, headerPairs: 100 },
    });
  } catch {
    return err([NOT_A_FORM]);
  }
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const received: Promise<UploadedFile>[] = [];
  const open: Readable[] = [];
  let overflow = false;
  const source = Readable.fromWeb(request.body as import('node:stream/web').ReadableStream);
  try {
    await new Promise<void>((resolve, reject) => {
      form.on('field', (name, value) => {
        fields[name] = value;
      });
      form.on('file', (field, stream, name) => {
        const fileName = baseName(name);
        open.push(stream);
        const storing = files
          .receive(stream, limits.maxFileBytes)
          .then((stored): UploadedFile => ({ ...stored, field, fileName }));
        storing.catch(reject);
        received.push(storing);
      });
      form.on('filesLimit', () => {
        overflow = true;
      });
      form.on('fieldsLimit', () => {
        overflow = true;
      });
      form.on('finish', resolve);
      form.on('error', reject);
      source.on('error', reject);
      source.on('close', () => {
        if (!source.readableEnded) reject(new Error('the sender went away'));
      });
      source.pipe(form);
    });
    const stored = await Promise.all(received);
    return overflow ? err([TOO_MANY]) : ok({ fields, files: stored });
  } catch (error) {
    source.unpipe(form);
    source.resume();
    // A file that was being stored never ends by itself now: its stream is broken off, which removes what was written.
    for (const stream of open) stream.destroy(new Error('upload broken off'));
    await Promise.allSettled(received);
    // Nothing is wrong with the form where the disk is.
    if (failureOf(error)?.status === 507) throw error;
    return err([error instanceof FileTooLargeError ? tooLarge(limits.maxFileBytes) : NOT_A_FORM]);
  }
}

/** A disk takes names of 255 bytes, and ours get endings; a Chinese character takes three. */
const MAX_NAME_BYTES = 200;

/** The name without folders, control characters and halves of characters; a long one is cut before its extension. */
function baseName(name: string | undefined): string {
  const clean = (name ?? '')
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\p{Cc}|\p{Surrogate}/gu, '');
  if (Buffer.byteLength(clean) <= MAX_NAME_BYTES) return clean || 'file';
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(clean)?.[0] ?? '';
  let stem = '';
  let left = MAX_NAME_BYTES - extension.length;
  for (const character of clean.slice(0, clean.length - extension.length)) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    stem += character;
  }
  return stem + extension;
}

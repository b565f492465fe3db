import { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { err, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import { failureOf } from '../failure.ts';
import { type Files, FileTooLargeError, type HeldFile } from '../files/index.ts';
import { confirmStanding, StandingLostError } from './standing.ts';

/** A file a form brought: in scratch, and gone after the answer unless the operation keeps it (`keep`). */
export interface UploadedFile extends HeldFile {
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
  /** How long the sender may be silent in the middle of a form; a minute by default. */
  readonly idleMs?: number;
}

const IDLE_MS = 60_000;
/** Fields of a form; no form of ours has nearly as many. */
const MAX_FIELDS = 50;

/** The form is broken off at once, whatever else is on its way. */
class BrokenOffError extends Error {
  override readonly name = 'BrokenOffError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
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

const STALLED: Refusal = {
  code: 'UPLOAD-STALLED',
  message: localized('上传中断:长时间没有收到数据。', 'The upload stopped: nothing arrived for a long time.'),
  remedy: localized('请检查网络后重新上传。', 'Check the network and upload again.'),
};

const TOO_MANY: Refusal = {
  code: 'TOO-MANY-FILES',
  message: localized('一次上传的文件或字段过多。', 'Too many files or fields in one upload.'),
  remedy: localized('请分几次上传。', 'Upload them in several steps.'),
};

const heldFor = new WeakMap<Request, readonly HeldFile[]>();

/** Removes what a request brought and no operation kept. After the answer is made. */
export async function dropUploads(request: Request): Promise<void> {
  for (const held of heldFor.get(request) ?? []) await held.drop();
  heldFor.delete(request);
}

/**
 * Reads a multipart form: files are streamed to disk as they arrive (memory stays at some chunks, whatever their size),
 * fields are kept as text.
 *
 * @throws StandingLostError where the sender lost the right while sending
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
  const mostBytes = limits.maxFileBytes * maxFiles + MEGABYTE;
  if (announced > mostBytes) return err([tooLarge(limits.maxFileBytes)]);

  let form: Busboy;
  try {
    form = new Busboy({
      headers: Object.fromEntries(request.headers) as BusboyHeaders,
      limits: {
        files: maxFiles,
        fields: MAX_FIELDS,
        // One more than all that is taken, so that the limits of files and of fields are told apart from this one.
        parts: maxFiles + MAX_FIELDS + 1,
        fieldNameSize: 200,
        fieldSize: 64 * 1024,
        headerPairs: 20,
        headerSize: 8 * 1024,
      },
    });
  } catch {
    return err([NOT_A_FORM]);
  }
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const received: Promise<UploadedFile>[] = [];
  const open: Readable[] = [];
  const source = Readable.fromWeb(request.body as import('node:stream/web').ReadableStream);
  try {
    await new Promise<void>((resolve, reject) => {
      form.on('field', (name, value) => {
        fields[name] = value;
      });
      form.on('file', (field, stream, name) => {
        const fileName = baseName(name);
        open.push(stream);
        const storing = files.hold(stream, limits.maxFileBytes).then((held): UploadedFile => {
          const all = heldFor.get(request) ?? [];
          heldFor.set(request, [...all, held]);
          return { ...held, field, fileName };
        });
        storing.catch(reject);
        received.push(storing);
      });
      const tooMuch = (): void => reject(new BrokenOffError(TOO_MANY));
      form.on('filesLimit', tooMuch);
      form.on('fieldsLimit', tooMuch);
      form.on('partsLimit', tooMuch);
      // A length may be announced falsely or not at all: what comes is counted.
      let arrived = 0;
      const silence = setTimeout(() => reject(new BrokenOffError(STALLED)), limits.idleMs ?? IDLE_MS);
      source.on('data', (piece: Uint8Array) => {
        arrived += piece.length;
        silence.refresh();
        if (arrived <= mostBytes) return;
        reject(new BrokenOffError(tooLarge(limits.maxFileBytes)));
        // What is refused is read to its end, so that the answer arrives; not so what may have no end.
        source.destroy();
      });
      source.once('close', () => clearTimeout(silence));
      form.on('finish', resolve);
      form.on('error', reject);
      source.on('error', reject);
      source.on('close', () => {
        if (!source.readableEnded) reject(new Error('the sender went away'));
      });
      source.pipe(form);
    });
    const stored = await Promise.all(received);
    await confirmStanding(request);
    return ok({ fields, files: stored });
  } catch (error) {
    source.unpipe(form);
    source.resume();
    // A file that was being stored never ends by itself now: its stream is broken off, which removes what was written.
    for (const stream of open) stream.destroy(new Error('upload broken off'));
    await Promise.allSettled(received);
    // Nothing is wrong with the form where the disk is.
    if (failureOf(error)?.status === 507 || error instanceof StandingLostError) throw error;
    if (error instanceof BrokenOffError) return err([error.refusal]);
    return err([error instanceof FileTooLargeError ? tooLarge(limits.maxFileBytes) : NOT_A_FORM]);
  }
}

/** A disk takes names of 255 bytes, and ours get endings; a Chinese character takes three. */
const MAX_NAME_BYTES = 200;

/** The name without folders, control characters, marks that turn the writing round and halves of characters; a long one is cut before its extension. */
function baseName(name: string | undefined): string {
  const clean = (name ?? '')
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\p{Cc}|\p{Bidi_Control}|\p{Surrogate}/gu, '');
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

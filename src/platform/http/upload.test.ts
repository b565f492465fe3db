import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles, type Files } from '../files/index.ts';
import { receiveUpload, type Upload, type UploadLimits } from './upload.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-upload-'));
let files: Files;
beforeAll(async () => {
  files = await openFiles(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LIMITS: UploadLimits = { maxFileBytes: 4_000, maxFiles: 2, idleMs: 400 };
const part = (head: string, content: string): string =>
  `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
const field = (name: string, value: string): string => part(`name="${name}"`, value);
const file = (name: string, content: string): string => part(`name="file"; filename="${name}"`, content);
const END = '--b--\r\n';

/** Sends a body as it comes, without a length; `null` keeps the connection open and silent. */
function post(
  pieces: readonly (string | null)[] | AsyncIterable<string>,
  contentType = 'multipart/form-data; boundary=b',
): Request {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for await (const piece of pieces) {
        if (piece === null) return;
        try {
          controller.enqueue(encoder.encode(piece));
        } catch {
          return;
        }
      }
      controller.close();
    },
  });
  return new Request('http://127.0.0.1/', {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'content-type': contentType },
  } as RequestInit);
}

async function outcome(request: Request, limits = LIMITS): Promise<string[] | Upload> {
  const result = await receiveUpload(request, files, limits);
  return result.ok ? result.value : result.error.map(({ code }) => code);
}
const unfinished = (): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /part|tmp|unfinished/.test(name) && /\.[^/]+$/.test(name));

describe('forms that are tricks', () => {
  it('a good form passes: its fields and its file', async () => {
    const upload = (await outcome(post([field('county', '330481'), file('图斑.zip', 'x'), END]))) as Upload;
    expect({ ...upload.fields }).toEqual({ county: '330481' });
    expect(upload.files[0]).toMatchObject({ fileName: '图斑.zip', size: 1 });
  });

  it.each<[string, () => Request, string]>([
    [
      'a thousand fields',
      () => post([...Array.from({ length: 1_000 }, (_, i) => field(`f${i}`, 'x')), END]),
      'TOO-MANY-FILES',
    ],
    [
      'a thousand files',
      () => post([...Array.from({ length: 1_000 }, (_, i) => file(`${i}.txt`, 'x')), END]),
      'TOO-MANY-FILES',
    ],
    [
      'three files where two are taken',
      () => post([file('1', 'x'), file('2', 'x'), file('3', 'x'), END]),
      'TOO-MANY-FILES',
    ],
    ['a file too large', () => post([file('a', 'x'.repeat(5_000)), END]), 'FILE-TOO-LARGE'],
    ['no boundary', () => post([file('a', 'x'), END], 'multipart/form-data'), 'NOT-A-FORM'],
    ['an empty boundary', () => post([file('a', 'x'), END], 'multipart/form-data; boundary='), 'NOT-A-FORM'],
    ['another boundary', () => post([file('a', 'x'), END], 'multipart/form-data; boundary=other'), 'NOT-A-FORM'],
    ['nothing at all', () => post([]), 'NOT-A-FORM'],
    ['cut in a head', () => post(['--b\r\ncontent-dispos']), 'NOT-A-FORM'],
    [
      'cut in a file',
      () => post(['--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhal']),
      'NOT-A-FORM',
    ],
    ['no form', () => post(['a=b'], 'application/x-www-form-urlencoded'), 'NOT-A-FORM'],
    ['a form in a form', () => post([file('a', 'x')], 'multipart/mixed; boundary=b'), 'NOT-A-FORM'],
  ])('%s is refused', async (_, request, code) => {
    expect(await outcome(request())).toEqual([code]);
    expect(unfinished()).toEqual([]);
  });

  it('a body without end is broken off, announced or not', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<string> {
      yield '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n';
      for (; sent < 100_000_000; sent += 65_536) {
        yield 'x'.repeat(65_536);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect(await outcome(post(endless()))).toEqual(['FILE-TOO-LARGE']);
    expect(sent).toBeLessThan(50_000_000);
  });

  it('heads without end are no memory', async () => {
    const flood = `--b\r\n${'x-a: '.padEnd(2_000, 'y')}\r\n`.repeat(1) + 'x-b: y\r\n'.repeat(20_000);
    const before = process.memoryUsage().heapUsed;
    const result = await outcome(
      post([flood, 'content-disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n', END]),
    );
    expect(Array.isArray(result) ? result : Object.keys(result.fields)).not.toContain('undefined');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
  });

  it('a sender that falls silent is told, and what it sent is gone', async () => {
    const begun = performance.now();
    expect(
      await outcome(post(['--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhal', null])),
    ).toEqual(['UPLOAD-STALLED']);
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(unfinished()).toEqual([]);
  });

  it('names are names and nothing more', async () => {
    for (const name of [
      '../../etc/passwd',
      '..\\..\\x',
      '/etc/passwd',
      'C:\\x',
      'a\u0000b',
      '\u202egnp.exe',
      'CON',
      '.',
      '..',
      '',
      ' ',
      '%2e%2e%2fx',
      'x'.repeat(5_000),
      '<script>',
      '=1+1',
    ]) {
      const result = await outcome(post([file(name.replaceAll('"', ''), 'x'), END]));
      if (Array.isArray(result)) continue;
      for (const one of result.files) {
        expect(one.fileName, name).not.toMatch(/[\\/]|\p{Cc}|\p{Bidi_Control}/u);
        expect(one.path.startsWith(folder), name).toBe(true);
        expect(one.path, name).not.toContain('..');
      }
    }
  });

  it('fields called like parts of objects are fields', async () => {
    const upload = (await outcome(
      post([field('__proto__', 'a'), field('constructor', 'b'), field('toString', 'c'), file('a', 'x'), END]),
    )) as Upload;
    expect(upload.fields['constructor']).toBe('b');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
    expect(Object.getPrototypeOf(upload.fields)).toBeNull();
  });
});

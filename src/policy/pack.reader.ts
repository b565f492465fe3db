import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { err, localized, ok, type Refusal, type Result } from '../kernel/index.ts';
import { registerFrom, type ClauseDocument, type ClauseRegister } from './clause-register.ts';
import { loadPack } from './load-pack.ts';
import type { KnownFigure } from './load-values.ts';
import type { Pack } from './pack.ts';

interface YamlFile {
  readonly data: unknown;
  readonly lineOf: (path: readonly (string | number)[]) => number | undefined;
}

/** Line of the deepest node of `path` that stands in the file. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: readonly number[] | null } | undefined;
    const start = node?.range?.[0];
    if (start !== undefined) return lines.linePos(start).line;
  }
  return undefined;
}

function parseYaml(text: string, file: string): Result<YamlFile, Refusal[]> {
  const lines = new LineCounter();
  // Duplicate keys are errors, aliases are bounded: a pack is read by people and must mean what it shows.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return err(
      document.errors.map((error) => ({
        code: 'PACK-YAML',
        message: localized(
          `不是合法的 YAML：${error.message.split('\n')[0]}`,
          `not valid YAML: ${error.message.split('\n')[0]}`,
        ),
        remedy: localized('请改正该行', 'correct that line'),
        place: { file, ...(error.linePos === undefined ? {} : { line: error.linePos[0].line }) },
      })),
    );
  }
  try {
    return ok({ data: document.toJS({ maxAliasCount: 20 }), lineOf: (path) => lineOf(document, lines, path) });
  } catch (error) {
    const message = localized('YAML 别名过多', `too many YAML aliases (${(error as Error).message})`);
    return err([
      { code: 'PACK-YAML', message, remedy: localized('请写出各值', 'write the values out'), place: { file } },
    ]);
  }
}

async function textOf(path: string, file: string): Promise<Result<string, Refusal[]>> {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
    const message = localized(`无法读取 ${file}（${code}）`, `cannot read ${file} (${code})`);
    return err([
      {
        code: 'PACK-FILE',
        message,
        remedy: localized('请检查文件是否存在、可读', 'check that the file is there and readable'),
        place: { file },
      },
    ]);
  }
}

/** The clause register from `packs/clauses`: documents.yaml for the titles, one JSON-lines file a document. */
export async function readClauseRegister(packsDirectory: string): Promise<Result<ClauseRegister, Refusal[]>> {
  const directory = join(packsDirectory, 'clauses');
  const titles = await textOf(join(directory, 'documents.yaml'), 'clauses/documents.yaml');
  if (!titles.ok) return titles;
  const parsed = parseYaml(titles.value, 'clauses/documents.yaml');
  if (!parsed.ok) return parsed;
  const documents = (parsed.value.data as { documents: ClauseDocument[] }).documents;
  const files: { name: string; text: string }[] = [];
  for (const name of (await readdir(directory)).filter((entry) => entry.endsWith('.jsonl')).toSorted()) {
    const text = await textOf(join(directory, name), `clauses/${name}`);
    if (!text.ok) return text;
    files.push({ name: `clauses/${name}`, text: text.value });
  }
  return registerFrom(documents, files);
}

/** A pack from its YAML text; `file` names it in refusals. */
export function readPackText(
  text: string,
  file: string,
  register: ClauseRegister,
  figures: readonly KnownFigure[],
): Result<Pack, Refusal[]> {
  const parsed = parseYaml(text, file);
  return parsed.ok ? loadPack(parsed.value.data, { register, figures, file, lineOf: parsed.value.lineOf }) : parsed;
}

/** The pack of one file. */
export async function readPackFile(
  path: string,
  file: string,
  register: ClauseRegister,
  figures: readonly KnownFigure[],
): Promise<Result<Pack, Refusal[]>> {
  const text = await textOf(path, file);
  return text.ok ? readPackText(text.value, file, register, figures) : text;
}

/** Ids of the packs in a directory: folders that hold a pack.yaml, in order of name. */
export async function packIdsIn(packsDirectory: string): Promise<string[]> {
  const ids: string[] = [];
  for (const entry of await readdir(packsDirectory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inside = await readdir(join(packsDirectory, entry.name));
    if (inside.includes('pack.yaml')) ids.push(entry.name);
  }
  return ids.toSorted();
}

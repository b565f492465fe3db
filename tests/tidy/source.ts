import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface SourceFile {
  /** Path from the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Paths (from the checkout) of the files it imports with a relative path, types included. */
  readonly imports: readonly string[];
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

function importsOf(path: string, text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g)) {
    found.push(join(dirname(path), match[1]!).replaceAll('\\', '/'));
  }
  return found;
}

/** Every TypeScript file under `src`, read once. */
export const SOURCES: readonly SourceFile[] = filesUnder('src')
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });

/** Source text without comments and without the contents of strings, for searching words of the language. */
export function codeOnly(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    (found) => (found.startsWith('/') ? ' ' : "''"),
  );
}

const ROLE_NAMES = /(^|\/)(server|store|operations|routes|jobs)\.ts$/;
const ROLE_SUFFIXES = /\.(server|store|reader|writer|worker)\.ts$/;

export type World = 'pure' | 'server' | 'browser' | 'test';

/** Which world a file belongs to, by its name alone (ARCHITECTURE.md). */
export function worldOf(path: string): World {
  if (/\.test\.tsx?$/.test(path)) return 'test';
  if (path.startsWith('src/web/') || /\/ui\//.test(path)) return 'browser';
  if (/^src\/(platform|server|cli)\//.test(path)) return 'server';
  return ROLE_NAMES.test(path) || ROLE_SUFFIXES.test(path) ? 'server' : 'pure';
}

/** The module a file belongs to (`parcels`), or its room (`geometry`). */
export function roomOf(path: string): string {
  const parts = path.split('/');
  return parts[1] === 'modules' ? `modules/${parts[2]}` : parts[1]!;
}

export const MODULES = [
  'access',
  'audit',
  'parcels',
  'intake',
  'quality',
  'analysis',
  'balance',
  'compliance',
  'projects',
  'documents',
] as const;

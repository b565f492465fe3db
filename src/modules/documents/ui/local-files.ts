import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Refusal } from '../../../kernel/index.ts';
import { refusalsOf } from '../../../web/kit/feedback.tsx';
import type { LocalEngine } from './local-engine.ts';
import { Stopped } from './local-engine.ts';
import type { ChosenFile, FileLook, LocalFile, LocalRole } from './local-protocol.ts';

/** A file on the page: what was found in it, and what a person chose. */
export interface FileEntry extends LocalFile {
  readonly look: FileLook | null;
  readonly refusals: readonly Refusal[];
  readonly isLooking: boolean;
  /** Null: still to be chosen; `unused`: left out. */
  readonly role: LocalRole | 'unused' | null;
  readonly crs: number | null;
}

const PARTS = /\.(dbf|shx|prj|cpg|sbn|sbx|qix|qpj|shp\.xml)$/i;
const stemOf = (name: string): string => name.toLowerCase().replace(/\.[^.]*$/, '');

/** Dropped files as layers: the parts of a bare shapefile go with its .shp. */
export function groupFiles(files: readonly File[]): LocalFile[] {
  const shapes = new Set(files.filter(({ name }) => /\.shp$/i.test(name)).map(({ name }) => stemOf(name)));
  return files
    .filter(({ name }) => !(PARTS.test(name) && shapes.has(stemOf(name).replace(/\.shp$/, ''))))
    .map((file) => ({
      id: file.name.toLowerCase(),
      file,
      beside: /\.shp$/i.test(file.name)
        ? files.filter((other) => other !== file && stemOf(other.name) === stemOf(file.name))
        : [],
    }));
}

interface Known {
  readonly key: string;
  readonly look: FileLook | null;
  readonly refusals: readonly Refusal[];
  readonly isLooking: boolean;
}

/** The files a person dropped, each looked into by the engine as it comes. */
export function useLocalFiles(engine: LocalEngine | undefined) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [known, setKnown] = useState<ReadonlyMap<string, Known>>(new Map());
  const [roles, setRoles] = useState<ReadonlyMap<string, LocalRole | 'unused'>>(new Map());
  const [crs, setCrs] = useState<ReadonlyMap<string, number>>(new Map());
  const asked = useRef(new Map<string, string>());
  const groups = useMemo(() => groupFiles(files), [files]);

  useEffect(() => {
    if (engine === undefined) return;
    for (const group of groups) {
      const { id, file, beside } = group;
      const epsg = crs.get(id) ?? null;
      const key = [file.size, file.lastModified, ...beside.map(({ name }) => name), epsg].join(' ');
      if (asked.current.get(id) === key) continue;
      asked.current.set(id, key);
      const put = (value: Omit<Known, 'key'>): void =>
        setKnown((all) => (asked.current.get(id) === key ? new Map(all).set(id, { key, ...value }) : all));
      put({ look: null, refusals: [], isLooking: true });
      engine.look(group, epsg).then(
        (look) => put({ look, refusals: [], isLooking: false }),
        (error: unknown) => {
          // A look that was cut off by a cancelled run is asked again.
          if (error instanceof Stopped) asked.current.delete(id);
          put({ look: null, refusals: error instanceof Stopped ? [] : refusalsOf(error), isLooking: false });
        },
      );
    }
  }, [engine, groups, crs]);

  const entries = useMemo<FileEntry[]>(
    () =>
      groups.map((group) => {
        const found = known.get(group.id);
        return {
          ...group,
          look: found?.look ?? null,
          refusals: found?.refusals ?? [],
          isLooking: found?.isLooking ?? true,
          role: roles.get(group.id) ?? found?.look?.role ?? null,
          crs: crs.get(group.id) ?? null,
        };
      }),
    [groups, known, roles, crs],
  );
  const add = useCallback(
    (file: File): void =>
      setFiles((all) => [...all.filter(({ name }) => name.toLowerCase() !== file.name.toLowerCase()), file]),
    [],
  );
  const remove = useCallback((entry: FileEntry): void => {
    const gone = new Set([entry.file, ...entry.beside]);
    setFiles((all) => all.filter((file) => !gone.has(file)));
    asked.current.delete(entry.id);
  }, []);
  return {
    entries,
    add,
    remove,
    setRole: (id: string, role: LocalRole | 'unused') => setRoles((all) => new Map(all).set(id, role)),
    setCrs: (id: string, epsg: number) => setCrs((all) => new Map(all).set(id, epsg)),
  };
}

/** What keeps the files from being run; empty where they can be. */
export type Obstacle = 'noParcels' | 'noPlan' | 'roleTwice' | 'roleOpen' | 'unreadable' | 'looking';

export function obstaclesOf(entries: readonly FileEntry[]): Obstacle[] {
  const used = entries.filter(({ role }) => role !== 'unused');
  const roles = used.map(({ role }) => role).filter((role) => role !== null && role !== 'own');
  const found: Obstacle[] = [];
  if (used.some(({ isLooking }) => isLooking)) found.push('looking');
  if (used.some(({ refusals }) => refusals.length > 0)) found.push('unreadable');
  if (!roles.includes('parcels')) found.push('noParcels');
  if (!roles.includes('project')) found.push('noPlan');
  if (new Set(roles).size < roles.length) found.push('roleTwice');
  if (used.some(({ role, look }) => role === null && look !== null)) found.push('roleOpen');
  return found;
}

export function chosenOf(entries: readonly FileEntry[]): ChosenFile[] {
  return entries.flatMap(({ id, file, beside, role, crs }) =>
    role === null || role === 'unused' ? [] : [{ id, file, beside, role, crs }],
  );
}

import { describe, expect, it } from 'vitest';
import { permissionFor } from '../../src/modules/access/index.ts';
import { OBJECT_NAMES, OPERATION_NAMES } from '../../src/modules/audit/operation-names.ts';
import { SCREENS } from '../../src/web/frame/screens.ts';
import { SOURCES, worldOf } from './source.ts';

describe('screens and rights', () => {
  it('what screens ask the matrix about stands in it', () => {
    const asked = SOURCES.filter((file) => worldOf(file.path) === 'browser').flatMap((file) =>
      [...file.text.matchAll(/(?:useMay|mayCall)\((?:[\w.]+, )?'([A-Z]+)', '([^']+)'\)/g)].map((match) => ({
        path: file.path,
        method: match[1]!,
        route: match[2]!,
      })),
    );
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter(({ method, route }) => permissionFor(method, route) === undefined)).toEqual([]);
    expect(SCREENS.filter(({ needs }) => permissionFor(...needs) === undefined)).toEqual([]);
  });

  it('every operation the log may hold has a name in both languages', () => {
    const recorded = SOURCES.filter(
      (file) => worldOf(file.path) !== 'test' && worldOf(file.path) !== 'browser',
    ).flatMap((file) =>
      [
        ...file.text.matchAll(/(?:operation(?::| =) |actor, (?:personId, )?|tx, actor, |code, )'([a-z]+\.[a-zA-Z]+)'/g),
      ].map((match) => match[1]!),
    );
    expect(recorded.length).toBeGreaterThan(25);
    expect([...new Set(recorded)].filter((operation) => !(operation in OPERATION_NAMES))).toEqual([]);
  });

  it('every kind of object the log may name has a name in both languages', () => {
    const kinds = SOURCES.filter((file) => worldOf(file.path) === 'server').flatMap((file) =>
      [...file.text.matchAll(/objectKind: '([a-zA-Z]+)'/g)].map((match) => match[1]!),
    );
    expect(new Set(kinds).size).toBeGreaterThan(10);
    expect([...new Set(kinds)].filter((kind) => !(kind in OBJECT_NAMES))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { DatabaseError } from './db/index.ts';
import { failureOf } from './failure.ts';

const withCode = (code: string): Error => Object.assign(new Error(code), { code });
const codeOf = (error: unknown): string | undefined => failureOf(error)?.refusal.code;

describe('failures of the machine', () => {
  it('are told by SQLSTATE, by the name of the system and by words, through causes and bundles', () => {
    expect(codeOf(new DatabaseError('could not extend file', '53100', null, null))).toBe('DISK-FULL');
    expect(codeOf(withCode('ENOSPC'))).toBe('DISK-FULL');
    expect(codeOf(new Error('ENOSPC: no space left on device, write'))).toBe('DISK-FULL');
    expect(codeOf(new Error('saving failed', { cause: withCode('EDQUOT') }))).toBe('DISK-FULL');
    expect(codeOf(withCode('EROFS'))).toBe('STORAGE-READ-ONLY');
    expect(codeOf(new DatabaseError('read only', '25006', null, null))).toBe('STORAGE-READ-ONLY');
    for (const code of ['57P01', '57P03', '08006', '53300', 'ECONNREFUSED', 'ETIMEDOUT'])
      expect(codeOf(withCode(code)), code).toBe('DATABASE-UNAVAILABLE');
    expect(codeOf(new Error('Connection terminated unexpectedly'))).toBe('DATABASE-UNAVAILABLE');
    expect(codeOf(new AggregateError([withCode('ECONNREFUSED')]))).toBe('DATABASE-UNAVAILABLE');
    expect(failureOf(withCode('ENOSPC'))).toMatchObject({ status: 507, retryAfterSeconds: 60 });
  });

  it('are not what is wrong with a question or with the program', () => {
    for (const code of ['23505', '22P02', '42P01', 'ENOENT', 'EACCES'])
      expect(codeOf(withCode(code)), code).toBeUndefined();
    for (const other of [null, undefined, 'text', 3, new TypeError('x is not a function')])
      expect(codeOf(other)).toBeUndefined();
    const round: { cause?: unknown } = {};
    round.cause = round;
    expect(codeOf(round)).toBeUndefined();
  });
});

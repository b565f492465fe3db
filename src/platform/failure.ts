import { localized, type Refusal } from '../kernel/index.ts';
import { isDatabaseLost } from './db/lost.ts';

/** What a failure of the machine below us means to the one who asked: the operation was not carried out, and why. */
export interface Failure {
  /** HTTP status: 503 where it will be over, 507 where somebody must make room. */
  readonly status: 503 | 507;
  readonly refusal: Refusal;
  /** Seconds after which asking again makes sense, for `Retry-After`. */
  readonly retryAfterSeconds: number;
}

const UNAVAILABLE: Failure = {
  status: 503,
  retryAfterSeconds: 5,
  refusal: {
    code: 'DATABASE-UNAVAILABLE',
    message: localized(
      '数据库暂时不可用，操作没有完成。',
      'The database cannot be reached; the operation was not carried out.',
    ),
    remedy: localized('请稍后重试。', 'Try again in a moment.'),
  },
};
const DISK_FULL: Failure = {
  status: 507,
  retryAfterSeconds: 60,
  refusal: {
    code: 'DISK-FULL',
    message: localized(
      '服务器的磁盘已满，操作没有完成，没有留下半成品。',
      'The disk of the server is full; the operation was not carried out and nothing half-made was left.',
    ),
    remedy: localized(
      '请管理员在数据目录或数据库所在的磁盘上腾出空间，然后重试。',
      'Ask the administrator to make room on the disk of the data folder or of the database, then try again.',
    ),
  },
};
const READ_ONLY: Failure = {
  status: 503,
  retryAfterSeconds: 60,
  refusal: {
    code: 'STORAGE-READ-ONLY',
    message: localized(
      '数据库或磁盘目前只读，操作没有完成。',
      'The database or the disk is read-only at present; the operation was not carried out.',
    ),
    remedy: localized(
      '请管理员检查磁盘状态，或确认 DATABASE_URL 指向主库。',
      'Ask the administrator to look at the disk, or that DATABASE_URL names the primary.',
    ),
  },
};

/** By SQLSTATE (Appendix A of the PostgreSQL manual) or the system's own name of an error. */
const BY_CODE: Readonly<Record<string, Failure>> = {
  // disk_full; no space, quota used up.
  '53100': DISK_FULL,
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  // read_only_sql_transaction: a standby, or a cluster switched to read only.
  '25006': READ_ONLY,
  EROFS: READ_ONLY,
};

const FULL_WORDS = /\bENOSPC\b|\bEDQUOT\b|no space left on device/i;

/** What went wrong below us, or undefined for a fault of the program itself. Looks through causes and bundles of errors. */
export function failureOf(error: unknown, depth = 0): Failure | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const found = typeof code === 'string' ? BY_CODE[code] : undefined;
  if (found !== undefined) return found;
  if (isDatabaseLost(error)) return UNAVAILABLE;
  // Errors from other threads keep their words and lose their codes.
  if (error instanceof Error && FULL_WORDS.test(error.message)) return DISK_FULL;
  const inside = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return inside.map((one) => failureOf(one, depth + 1)).find((one) => one !== undefined);
}

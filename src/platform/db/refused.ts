import { localized, type Place, type Refusal } from '../../kernel/index.ts';

/** The database, or an archive of one, cannot be used as asked; carries the refusal a person reads. */
export class DatabaseRefusedError extends Error {
  override readonly name: string = 'DatabaseRefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message.en);
    this.refusal = refusal;
  }
}

/** One refusal from its sentences. */
export function refusedDatabase(
  code: string,
  message: readonly [zh: string, en: string],
  remedy: readonly [zh: string, en: string],
  place?: Place,
): DatabaseRefusedError {
  return new DatabaseRefusedError({
    code,
    message: localized(...message),
    remedy: localized(...remedy),
    ...(place === undefined ? {} : { place }),
  });
}

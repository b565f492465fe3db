import { useQuery } from '@tanstack/react-query';
import { divisionPrefix } from '../../kernel/index.ts';
import { NO_DIVISION } from '../../modules/access/index.ts';
import { divisionsQuery } from '../api/access.ts';
import { useI18n } from '../i18n/index.tsx';

/** Names divisions by code or by the beginning of one; what is not in the tree one sees is named by its code. */
export function useDivisionName(enabled = true): (code: string) => string {
  const { t, pick } = useI18n();
  const { data } = useQuery({ ...divisionsQuery, enabled });
  return (code) => {
    if (code === '') return t('division.country');
    if (code === NO_DIVISION) return '—';
    const found = data?.find((each) => each.code === code || divisionPrefix(each.code) === code);
    return found === undefined ? code : pick(found.name);
  };
}

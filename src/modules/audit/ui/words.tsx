import { useQuery } from '@tanstack/react-query';
import { divisionsQuery } from '../../../web/api/access.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { ROLE_NAMES, type Role } from '../../access/index.ts';
import { objectName, operationName } from '../operation-names.ts';

/** Names chains: the two of the program, else the county. */
export function useChainName(): (chain: string) => string {
  const { t, pick } = useI18n();
  const { data } = useQuery(divisionsQuery);
  return (chain) => {
    if (chain === 'system') return t('audit.chain.system');
    if (chain === 'audit') return t('audit.chain.audit');
    const found = data?.find((each) => each.code === chain);
    return found === undefined ? chain : pick(found.name);
  };
}

export function RoleName(props: { readonly role: string }) {
  const { pick } = useI18n();
  return <>{props.role in ROLE_NAMES ? pick(ROLE_NAMES[props.role as Role]) : props.role}</>;
}

export function OperationName(props: { readonly operation: string }) {
  const { pick } = useI18n();
  const name = pick(operationName(props.operation));
  return (
    <>
      {name}
      {name === props.operation ? null : <code className="sub">{props.operation}</code>}
    </>
  );
}

export function ObjectName(props: { readonly kind: string }) {
  const { pick } = useI18n();
  return <>{pick(objectName(props.kind))}</>;
}

/** Done, or the code of what was refused. */
export function ResultMark(props: { readonly result: string }) {
  const { t } = useI18n();
  return props.result === 'done' ? (
    <span className="mark mark-pass">{t('audit.done')}</span>
  ) : (
    <span className="mark mark-fail">{props.result}</span>
  );
}

/** A moment to the second, as the log has it, in the reader's zone; the log's own text on hover. */
export function ExactMoment(props: { readonly iso: string }) {
  const { locale } = useI18n();
  return (
    <time className="figures nowrap" dateTime={props.iso} title={props.iso}>
      {new Date(props.iso).toLocaleString(locale, {
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hour12: false,
      })}
    </time>
  );
}

import { NO_DIVISION, type ActorContext } from '../access/index.ts';
import { AUDIT_CHAIN } from './event.ts';

/** Which chains somebody may read: all, those of the counties of a division, or one. */
export type VisibleChains =
  | { readonly kind: 'all' }
  | { readonly kind: 'counties'; readonly prefix: string }
  | { readonly kind: 'one'; readonly chain: string };

/**
 * The audit administrator of the whole country reads everything; of a division, and an auditor, the chains of its counties;
 * the security administrator what was done to the audit itself, so that nobody watches alone.
 */
export function visibleChains({ role, divisionCode }: Pick<ActorContext, 'role' | 'divisionCode'>): VisibleChains {
  if (role === 'auditAdministrator' && divisionCode === '') return { kind: 'all' };
  if (role === 'securityAdministrator') return { kind: 'one', chain: AUDIT_CHAIN };
  if (role === 'auditor' || role === 'auditAdministrator')
    return { kind: 'counties', prefix: divisionCode.slice(0, 6) };
  return { kind: 'counties', prefix: NO_DIVISION };
}

export function mayReadChain(context: Pick<ActorContext, 'role' | 'divisionCode'>, chain: string): boolean {
  const visible = visibleChains(context);
  if (visible.kind === 'all') return true;
  if (visible.kind === 'one') return chain === visible.chain;
  return /^\d{6}$/.test(chain) && chain.startsWith(visible.prefix);
}

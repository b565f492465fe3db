import type { Json } from '../../kernel/index.ts';
import type { ActorContext } from './context.ts';

/** What a write of this module leaves in the audit log. The server wires it to the audit module, which stands above this one. */
export interface AccessFact {
  readonly operation: string;
  readonly objectKind: string;
  readonly objectId: string;
  readonly countyCode: string | null;
  readonly beforeHash?: string | null;
  readonly afterHash?: string | null;
  readonly result?: string;
  readonly detail?: Json;
}

/** Writes the event in the transaction of the operation: both stand or neither. Called last in it. */
export type RecordEvent<Transaction> = (tx: Transaction, context: ActorContext, fact: AccessFact) => Promise<unknown>;

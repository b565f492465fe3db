import type { EmbeddedStatement } from './embedded-protocol.ts';

/** A statement, or the end of a session, of one thread. */
export interface Waiting<Client> {
  readonly client: Client;
  readonly request: EmbeddedStatement | { readonly kind: 'release'; readonly session: number };
}

/**
 * Who has the one connection next: the session that holds it (nobody else until it is released), then interactive
 * statements, then those of jobs, each in the order they came.
 */
export class StatementQueue<Client> {
  private interactive: Waiting<Client>[] = [];
  private background: Waiting<Client>[] = [];
  /** What the session that holds the connection still wants. */
  private own: Waiting<Client>[] = [];
  private holder: { readonly client: Client; readonly session: number } | undefined;

  add(client: Client, request: Waiting<Client>['request']): void {
    const waiting = { client, request };
    if (this.isHeldBy(waiting)) this.own.push(waiting);
    else if (request.kind !== 'release') this[request.priority].push(waiting);
    else {
      // A session that has asked for nothing has nothing to release; one that still waits releases after its statements.
      const queue = [this.interactive, this.background].find((some) => some.some((one) => sameSession(one, waiting)));
      queue?.push(waiting);
    }
  }

  /** The next statement, or undefined where nobody waits who may go. */
  next(): (EmbeddedStatement & { readonly client: Client }) | undefined {
    for (;;) {
      const taken =
        this.holder === undefined ? (this.interactive.shift() ?? this.background.shift()) : this.own.shift();
      if (taken === undefined) return undefined;
      const { client, request } = taken;
      if (request.kind === 'release') {
        this.holder = undefined;
        continue;
      }
      if (this.holder === undefined && request.session !== 0) this.hold(taken);
      return { ...request, client };
    }
  }

  /** True while a session holds the connection: a transaction may be open. */
  get isHeld(): boolean {
    return this.holder !== undefined;
  }

  /** Forgets a thread that is gone. True where it held the connection: what it had begun must be rolled back. */
  drop(client: Client): boolean {
    const others = (waiting: Waiting<Client>): boolean => waiting.client !== client;
    this.interactive = this.interactive.filter(others);
    this.background = this.background.filter(others);
    if (this.holder?.client !== client) return false;
    this.holder = undefined;
    this.own = [];
    return true;
  }

  private hold(taken: Waiting<Client>): void {
    this.holder = { client: taken.client, session: taken.request.session };
    for (const name of ['interactive', 'background'] as const) {
      this.own.push(...this[name].filter((one) => sameSession(one, taken)));
      this[name] = this[name].filter((one) => !sameSession(one, taken));
    }
  }

  private isHeldBy({ client, request }: Waiting<Client>): boolean {
    return request.session !== 0 && this.holder?.client === client && this.holder.session === request.session;
  }
}

function sameSession<Client>(one: Waiting<Client>, other: Waiting<Client>): boolean {
  return one.client === other.client && one.request.session === other.request.session && one.request.session !== 0;
}

import type { Transaction } from '../../platform/db/index.ts';
import type { AccessParts } from './access-parts.server.ts';

/** Makes a person, through better-auth. */
export async function addPerson(
  parts: AccessParts,
  tx: Transaction,
  person: {
    readonly username: string;
    readonly displayName: string;
    readonly organisationId: string | null;
    readonly mayLink: boolean;
  },
  at: string,
): Promise<string> {
  const made = await parts.auth.within(tx, ({ context }) =>
    context.internalAdapter.createUser(
      {
        name: person.displayName,
        email: person.username,
        username: person.username,
        organisationId: person.organisationId,
        mayLink: person.mayLink,
        createdAt: new Date(at),
        updatedAt: new Date(at),
      },
      { method: 'admin' },
    ),
  );
  return made.id;
}

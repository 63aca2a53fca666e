import type { CallbackBody } from '../bodies/callback-bodies.ts';
import { type ContactFact, type ContactIdentityFact, factsOf, namedContact } from './facts.ts';
import type { Project, Projection, ProjectionContext } from './projection.ts';
import { stampOf } from './stamp.ts';

interface ContactRows {
  readonly contact: ContactFact;
  readonly identities: readonly ContactIdentityFact[];
}

/** CONTACT_CREATE and CONTACT_UPDATE: the contact as it is now. */
export const projectContact: Project<'CONTACT_CREATE' | 'CONTACT_UPDATE'> = ({ body }, context) => {
  const rows = readContact(body.contact, context, {});
  return rows ? asFacts([rows]) : { kind: 'incomplete', missing: 'contact.id' };
};

/** CONTACT_DELETE: the contact as it was, and that it is gone. */
export const projectContactDelete: Project<'CONTACT_DELETE'> = ({ body }, context) => {
  const rows = readContact(body.contact, context, { deletedAt: goneAt(context) });
  return rows ? asFacts([rows]) : { kind: 'incomplete', missing: 'contact.id' };
};

/** CONTACT_MERGE: one contact lives on, the other is gone and points to it. */
export const projectContactMerge: Project<'CONTACT_MERGE'> = ({ body }, context) => {
  const preserved = readContact(body.preserved_contact, context, {});
  if (preserved === undefined) return { kind: 'incomplete', missing: 'preserved_contact.id' };
  // Merged with itself, it just lives on.
  if (preserved.contact.sinchContactId === body.deleted_contact?.id) return asFacts([preserved]);
  const deleted = readContact(body.deleted_contact, context, {
    deletedAt: goneAt(context),
    mergedIntoContactId: preserved.contact.sinchContactId,
  });
  if (deleted === undefined) return { kind: 'incomplete', missing: 'deleted_contact.id' };
  return asFacts([preserved, deleted]);
};

/** CONTACT_IDENTITIES_DUPLICATION: each contact is told of the others it shares an identity with. */
export const projectDuplicates: Project<'CONTACT_IDENTITIES_DUPLICATION'> = (
  { body },
  { key, at },
) => {
  const groups = (body.duplicated_identities ?? []).flatMap(({ channel, contact_ids: ids }) =>
    channel === undefined || ids === undefined ? [] : [{ channel, ids: [...new Set(ids)].sort() }],
  );
  return {
    kind: 'facts',
    facts: factsOf({
      contactDuplicates: groups.flatMap(({ channel, ids }) =>
        ids.map((sinchContactId) => ({
          sinchContactId,
          channel,
          others: {
            contactIds: ids.filter((id) => id !== sinchContactId),
            at: at?.iso,
            stamp: stampOf(0, at, key),
          },
        })),
      ),
      contacts: groups.flatMap(({ ids }) => ids).flatMap(namedContact),
    }),
  };
};

function asFacts(rows: readonly ContactRows[]): Projection {
  return {
    kind: 'facts',
    facts: factsOf({
      contacts: rows.map((row) => row.contact),
      contactIdentities: rows.flatMap((row) => row.identities),
    }),
  };
}

function readContact(
  body: CallbackBody<'CONTACT_CREATE'>['contact'],
  { key, at }: ProjectionContext,
  end: Partial<Pick<ContactFact, 'deletedAt' | 'mergedIntoContactId'>>,
): ContactRows | undefined {
  const sinchContactId = body?.id;
  if (body === undefined || sinchContactId === undefined) return undefined;
  const stamp = stampOf(0, at, key);
  const identities = (body.channel_identities ?? []).flatMap(
    ({ channel, identity, app_id: appId }) =>
      channel === undefined || identity === undefined
        ? []
        : [{ sinchContactId, channel, identity, appId: appId ?? '', listedStamp: stamp }],
  );
  const profile = {
    displayName: body.display_name,
    email: body.email,
    externalId: body.external_id,
    metadata: body.metadata,
    language: body.language,
    channelPriority: body.channel_priority ?? [],
    stamp,
  };
  const { deletedAt, mergedIntoContactId } = end;
  return { contact: { sinchContactId, profile, deletedAt, mergedIntoContactId }, identities };
}

/** When a contact went. The time of receipt stands in where Sinch gives none. */
function goneAt({ at, receivedAt }: ProjectionContext): string {
  return at?.iso ?? receivedAt;
}

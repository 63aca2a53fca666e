import * as z from 'zod';
import { type ContactFact, type ContactIdentityFact, factsOf } from './facts.ts';
import { channelIdentity, text, textList } from './fields.ts';
import type { Projection, ProjectionInput } from './projection.ts';
import { stampOf } from './stamp.ts';

const contactFields = z.object({
  id: text,
  channel_identities: z.array(channelIdentity).optional().catch(undefined),
  channel_priority: textList,
  display_name: text,
  email: text,
  external_id: text,
  metadata: text,
  language: text,
});

interface ContactRows {
  readonly contact: ContactFact;
  readonly identities: readonly ContactIdentityFact[];
}

/** CONTACT_CREATE and CONTACT_UPDATE: the contact as it is now. */
export function projectContact(input: ProjectionInput): Projection {
  const rows = readContact(input, 'contact', {});
  if (rows === undefined) return { kind: 'incomplete', missing: 'contact.id' };
  return asFacts([rows]);
}

/** CONTACT_DELETE: the contact as it was, and that it is gone. */
export function projectContactDelete(input: ProjectionInput): Projection {
  const rows = readContact(input, 'contact', { deletedAt: instantOf(input) });
  if (rows === undefined) return { kind: 'incomplete', missing: 'contact.id' };
  return asFacts([rows]);
}

/** CONTACT_MERGE: one contact lives on, the other is gone and points to it. */
export function projectContactMerge(input: ProjectionInput): Projection {
  const preserved = readContact(input, 'preserved_contact', {});
  if (preserved === undefined) return { kind: 'incomplete', missing: 'preserved_contact.id' };
  const deleted = readContact(input, 'deleted_contact', {
    deletedAt: instantOf(input),
    mergedIntoContactId: preserved.contact.sinchContactId,
  });
  if (deleted === undefined) return { kind: 'incomplete', missing: 'deleted_contact.id' };
  return asFacts([preserved, deleted]);
}

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
  input: ProjectionInput,
  field: 'contact' | 'preserved_contact' | 'deleted_contact',
  end: Partial<Pick<ContactFact, 'deletedAt' | 'mergedIntoContactId'>>,
): ContactRows | undefined {
  const body = contactFields.catch({}).parse(input.section[field]);
  const sinchContactId = body.id;
  if (sinchContactId === undefined) return undefined;
  const stamp = stampOf(0, input.eventTime ?? input.acceptedTime, input.key);
  const identities = (body.channel_identities ?? []).flatMap((listed) =>
    listed?.channel === undefined || listed.identity === undefined
      ? []
      : [
          {
            sinchContactId,
            channel: listed.channel,
            identity: listed.identity,
            appId: listed.app_id ?? '',
            listedStamp: stamp,
          },
        ],
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

/** When the contact went. The time of receipt stands in where Sinch gives none. */
function instantOf(input: ProjectionInput): string {
  return (input.eventTime ?? input.acceptedTime)?.iso ?? input.receivedAt;
}

import { type CallbackBody, rawSection } from '../../bodies/sinch-event.ts';
import { isJsonObject } from '../../events/json-object.ts';
import type { ContactFact, ContactIdentityFact } from '../../facts/contact-facts.ts';
import { factsOf, namedContact } from '../../facts/facts.ts';
import { stampOf } from '../../facts/stamp.ts';
import type { Project, Projection, ProjectionContext } from '../projection.ts';
import { identityFields } from '../related-facts.ts';

interface ContactRows {
  readonly contact: ContactFact;
  readonly identities: readonly ContactIdentityFact[];
}

/** Order at the same time: a contact is created, then changes, then is deleted. */
const tieBreaks = { CONTACT_CREATE: 1, CONTACT_UPDATE: 2, CONTACT_DELETE: 3 } as const;

/**
 * Projects CONTACT_CREATE, CONTACT_UPDATE and CONTACT_DELETE: the contact as it is now, or was at
 * the end.
 */
export const projectContact: Project<keyof typeof tieBreaks> = (event, context) => {
  const { trigger, body } = event;
  const found = {
    contact: body.contact,
    asSent: rawSection(event)['contact'],
    idAlone: body.contact_id,
  };
  const rows = readContact(found, tieBreaks[trigger], context);
  if (rows === undefined) return { kind: 'incomplete', missing: 'contact.id' };
  return asFacts([trigger === 'CONTACT_DELETE' ? withoutContact(rows, context) : rows]);
};

/** Projects CONTACT_MERGE: one contact is preserved, the other is deleted and points to it. */
export const projectContactMerge: Project<'CONTACT_MERGE'> = (event, context) => {
  const { body } = event;
  const asSent = rawSection(event);
  const one = {
    contact: body.preserved_contact,
    asSent: asSent['preserved_contact'],
    idAlone: body.preserved_contact_id,
  };
  const other = {
    contact: body.deleted_contact,
    asSent: asSent['deleted_contact'],
    idAlone: body.deleted_contact_id,
  };
  const preserved = readContact(one, tieBreaks.CONTACT_UPDATE, context);
  if (preserved === undefined) return { kind: 'incomplete', missing: 'preserved_contact.id' };
  const deleted = readContact(other, tieBreaks.CONTACT_DELETE, context);
  if (deleted === undefined) return { kind: 'incomplete', missing: 'deleted_contact.id' };
  const preservedContactId = preserved.contact.sinchContactId;
  const deletedContactId = deleted.contact.sinchContactId;
  // A contact that is merged with itself is unchanged.
  if (preservedContactId === deletedContactId) return asFacts([preserved]);
  const merge = { deletedContactId, preservedContactId };
  return asFacts([preserved, withoutContact(deleted, context)], [merge]);
};

/**
 * Projects CONTACT_IDENTITIES_DUPLICATION: each contact gets the others that share an identity with
 * it.
 */
export const projectDuplicates: Project<'CONTACT_IDENTITIES_DUPLICATION'> = (
  { body },
  { key, at },
) => {
  const othersByChannel = new Map<string, Map<string, Set<string>>>();
  for (const { channel, contact_ids: ids = [] } of body.duplicated_identities ?? []) {
    if (channel === undefined) continue;
    const othersOf = othersByChannel.get(channel) ?? new Map<string, Set<string>>();
    othersByChannel.set(channel, othersOf);
    for (const id of ids) othersOf.set(id, new Set([...(othersOf.get(id) ?? []), ...ids]));
  }
  const stamp = stampOf({ at: at?.order }, key);
  const duplicates = [...othersByChannel].flatMap(([channel, othersOf]) =>
    [...othersOf].map(([sinchContactId, ids]) => {
      const contactIds = [...ids].filter((id) => id !== sinchContactId).sort();
      return { sinchContactId, channel, others: { contactIds, at: at?.instant?.iso, stamp } };
    }),
  );
  const named = new Set(duplicates.map(({ sinchContactId }) => sinchContactId));
  return {
    kind: 'facts',
    facts: factsOf({
      contactDuplicates: duplicates,
      contacts: [...named].flatMap(namedContact),
    }),
  };
};

function asFacts(
  rows: readonly ContactRows[],
  contactMerges: ReturnType<typeof factsOf>['contactMerges'] = [],
): Projection {
  return {
    kind: 'facts',
    facts: factsOf({
      contacts: rows.map((row) => row.contact),
      contactMerges,
      contactIdentities: rows.flatMap((row) => row.identities),
    }),
  };
}

/** Marks the contact as deleted. The time of receipt stands in where Sinch gives none. */
function withoutContact(rows: ContactRows, { at, receipt }: ProjectionContext): ContactRows {
  return { ...rows, contact: { ...rows.contact, deletedAt: (at?.instant ?? receipt).iso } };
}

interface NamedContact {
  readonly contact: CallbackBody<'CONTACT_CREATE'>['contact'];
  /** The same contact with all its members, known or not. */
  readonly asSent: unknown;
  readonly idAlone: string | undefined;
}

function readContact(
  { contact: body, asSent, idAlone }: NamedContact,
  tieBreak: number,
  { key, at }: ProjectionContext,
): ContactRows | undefined {
  const sinchContactId = body?.id ?? idAlone;
  if (sinchContactId === undefined) return undefined;
  const stamp = stampOf({ at: at?.order, tieBreak }, key);
  const identities = (body?.channel_identities ?? []).flatMap(
    ({ channel, identity: channelIdentity, app_id: appId = '' }) => {
      const { identity } = identityFields(channel, channelIdentity);
      if (channel === undefined || identity === undefined || !channelIdentity) return [];
      return [{ sinchContactId, channel, identity, channelIdentity, appId, listedStamp: stamp }];
    },
  );
  // An id alone has no profile, and must not clear the fields of other callbacks.
  const hasProfile = isJsonObject(asSent) && Object.keys(asSent).some((name) => name !== 'id');
  const profile = body && hasProfile ? { ...profileOf(body), stamp } : undefined;
  return { contact: { sinchContactId, profile, deletedAt: undefined }, identities };
}

function profileOf(body: NonNullable<CallbackBody<'CONTACT_CREATE'>['contact']>) {
  return {
    displayName: body.display_name,
    email: body.email,
    externalId: body.external_id,
    metadata: body.metadata,
    language: body.language,
    channelPriority: body.channel_priority ?? [],
  };
}

import { digestOfEvent } from '../event-digest.ts';
import {
  emptyBodies,
  emptyDependents,
  emptyMarked,
  type MarkedTable,
  namesNoConsent,
} from '../privacy/empty-rows.ts';
import type { EventToWrite } from './event-to-write.ts';
import { textArray } from './text-array.ts';
import { settleAll, type WriteSession } from './write-session.ts';

/** Ids of the rows that were emptied before and that this transaction wrote again, by table. */
export type EmptiedRows = ReadonlyMap<string, ReadonlySet<string>>;

/** Identities that only these events name: those of others were received before. */
const deleteIdentities = `
DELETE FROM contact_identity AS i
USING unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
  AS f(contact, channel, identity, app, received_at)
WHERE i.sinch_contact_id = f.contact AND i.channel = f.channel AND i.identity = f.identity
  AND i.app_id = f.app AND i.created_at >= f.received_at::timestamptz AND ${namesNoConsent}`;

const emptyConversations = `
UPDATE conversation SET metadata = NULL, metadata_json = NULL, correlation_id = NULL
WHERE contact_id = ANY($1::text[])
  AND (metadata IS NOT NULL OR metadata_json IS NOT NULL OR correlation_id IS NOT NULL)`;

/**
 * Removes, in the transaction that wrote it, what came too late: what happened before the last
 * redaction by age, and what is about a row or a contact that was emptied. It sends nothing where
 * there is none, which is nearly always.
 * @param emptied as the upserts returned them.
 */
export async function keepRedacted(
  session: WriteSession,
  events: readonly EventToWrite[],
  emptied: EmptiedRows,
  isOld: (item: EventToWrite) => boolean,
): Promise<void> {
  const isUsual = [...emptied.values()].every((ids) => ids.size === 0);
  if (isUsual && !events.some(isOld)) return;
  const gone = (table: string, id: string | undefined) =>
    id !== undefined && emptied.get(table)?.has(id) === true;
  const late: EventToWrite[] = [];
  const ofContacts: Record<MarkedTable, Set<string>> = {
    message: new Set(),
    inbound_event: new Set(),
    reaction: new Set(),
    unsupported: new Set(),
    event_delivery: new Set(),
  };
  for (const item of events) {
    if (item.decision.kind !== 'apply') continue;
    let isLate = isOld(item);
    for (const { table, id, contactId } of markedFacts(item.decision.facts)) {
      const isOfGone = gone('contact', contactId);
      if (isOfGone) ofContacts[table].add(id);
      isLate ||= isOfGone || gone(table, id);
    }
    const { contacts, messageAnalyses, messageChannels } = item.decision.facts;
    isLate ||= contacts.some(({ sinchContactId }) => gone('contact', sinchContactId));
    isLate ||= messageAnalyses.some(({ sinchMessageId }) => gone('message', sinchMessageId));
    isLate ||= messageChannels.some(({ sinchMessageId }) => gone('message', sinchMessageId));
    if (isLate) late.push(item);
  }
  for (const table of Object.keys(ofContacts) as MarkedTable[]) {
    await emptyMarked(session, table, [...ofContacts[table]]);
    const written = [...(emptied.get(table) ?? [])];
    await emptyDependents(session, table, written);
  }
  if (late.length === 0) return;
  const identities = late.flatMap(({ event, decision }) =>
    decision.kind === 'apply'
      ? decision.facts.contactIdentities.map((fact) => ({ ...fact, at: event.receivedAt }))
      : [],
  );
  await settleAll([
    session.query({ sql: deleteIdentities }, [
      textArray(identities.map(({ sinchContactId }) => sinchContactId)),
      textArray(identities.map(({ channel }) => channel)),
      textArray(identities.map(({ identity }) => identity)),
      textArray(identities.map(({ appId }) => appId)),
      textArray(identities.map(({ at }) => at)),
    ]),
    session.query({ sql: emptyConversations }, [textArray([...(emptied.get('contact') ?? [])])]),
    emptyBodies(
      session,
      late.map(({ event }) => digestOfEvent(event)),
    ),
  ]);
}

type ApplyFacts = Extract<EventToWrite['decision'], { kind: 'apply' }>['facts'];

function markedFacts(facts: ApplyFacts) {
  const of = (table: MarkedTable, id: string, contactId: string | undefined) => ({
    table,
    id,
    contactId,
  });
  return [
    ...facts.messages.map((fact) => of('message', fact.sinchMessageId, fact.contactId)),
    ...facts.inboundEvents.map((fact) => of('inbound_event', fact.id, fact.contactId)),
    ...facts.reactions.map((fact) => of('reaction', fact.id, fact.contactId)),
    ...facts.unsupported.map((fact) => of('unsupported', fact.id, fact.contactId)),
    ...facts.eventDeliveries.map((f) => of('event_delivery', f.sinchEventId, f.contactId)),
  ];
}

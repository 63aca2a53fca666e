import { erasedPrefix } from '../erase/erasure-keys.ts';
import {
  emptyBodies,
  emptyDependents,
  emptyMarked,
  type MarkedTable,
  namesNoConsent,
} from '../privacy/empty-rows.ts';
import type { EventFacts } from './tables/projection-table.ts';
import { textArray } from './text-array.ts';
import { settleAll, type WriteSession } from './write-session.ts';

/** Ids of the rows that were emptied before and that this transaction wrote again, by table. */
export type EmptiedRows = ReadonlyMap<string, ReadonlySet<string>>;

/** Those under the keyed spelling name no one, and a later opt-out may need them. */
const deleteIdentities = `
DELETE FROM contact_identity AS i
WHERE i.sinch_contact_id = ANY($1::text[]) AND i.identity NOT LIKE '${erasedPrefix}%'
  AND ${namesNoConsent}`;

const emptyConversations = `
UPDATE conversation SET metadata = NULL, metadata_json = NULL, correlation_id = NULL
WHERE contact_id = ANY($1::text[])
  AND (metadata IS NOT NULL OR metadata_json IS NOT NULL OR correlation_id IS NOT NULL)`;

/**
 * Empties, in the transaction that wrote it, what is about a row or a contact that was emptied, and
 * bodies of what happened before the last redaction by age. It sends nothing where there is none,
 * which is nearly always.
 * @param emptied as the upserts returned them.
 * @returns the events about such rows.
 */
export async function emptyAgain(
  session: WriteSession,
  events: readonly EventFacts[],
  emptied: EmptiedRows,
): Promise<ReadonlySet<EventFacts>> {
  const late = new Set<EventFacts>();
  const isUsual = [...emptied.values()].every((ids) => ids.size === 0);
  const aged = events.filter(({ redaction }) => redaction?.isAged);
  if (isUsual && aged.length === 0) return late;
  const gone = (table: string, id: string | undefined) =>
    id !== undefined && emptied.get(table)?.has(id) === true;
  const ofContacts: Record<MarkedTable, Set<string>> = {
    message: new Set(),
    inbound_event: new Set(),
    reaction: new Set(),
    unsupported: new Set(),
    event_delivery: new Set(),
  };
  for (const event of events) {
    let isLate = false;
    for (const { table, id, contactId } of markedFacts(event.facts)) {
      const isOfGone = gone('contact', contactId);
      if (isOfGone) ofContacts[table].add(id);
      isLate ||= isOfGone || gone(table, id);
    }
    const { contacts, messageAnalyses, messageChannels } = event.facts;
    isLate ||= contacts.some(({ sinchContactId }) => gone('contact', sinchContactId));
    isLate ||= messageAnalyses.some(({ sinchMessageId }) => gone('message', sinchMessageId));
    isLate ||= messageChannels.some(({ sinchMessageId }) => gone('message', sinchMessageId));
    if (isLate) late.add(event);
  }
  for (const table of Object.keys(ofContacts) as MarkedTable[]) {
    await emptyMarked(session, table, [...ofContacts[table]]);
    const written = [...(emptied.get(table) ?? [])];
    await emptyDependents(session, table, written);
  }
  const contacts = [textArray([...(emptied.get('contact') ?? [])])];
  const bodies = new Set([...aged, ...late]);
  if (bodies.size === 0) return late;
  await settleAll([
    session.query({ sql: deleteIdentities }, contacts),
    session.query({ sql: emptyConversations }, contacts),
    emptyBodies(
      session,
      [...bodies].map(({ eventDigest }) => eventDigest),
    ),
  ]);
  return late;
}

function markedFacts(facts: EventFacts['facts']) {
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

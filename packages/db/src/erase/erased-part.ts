import { matchesOf } from '@sinch-callbacks/core';
import type { PersonalKind } from '../privacy/personal-columns.ts';
import type { EventToWrite } from '../write/event-to-write.ts';
import type { FactRow } from '../write/tables/upsert-table.ts';
import type { ErasedTrace } from './erased-traces.ts';
import { asDigested, type ErasedKind, type ErasureKeys } from './erasure-keys.ts';
import { type EventLink, eventLinksOf } from './event-links.ts';
import { searchTextsOf } from './search-texts.ts';

/** The part that an erased person has in an event, which decides what its rows lose. */
export interface ErasedPart {
  /** False where the event only names the person: it is about someone else. */
  readonly isOwn: boolean;
  /** True for a row of the person: it loses all personal columns. */
  owns(row: FactRow): boolean;
  /** True for a value of a column that names the person: rows of others lose it. */
  names(value: string, holds: PersonalKind): boolean;
  /**
   * Returns the keyed spelling of an identity; that of the number, where one has more around it.
   */
  spell(identity: string): string;
}

/**
 * Determines the part of the person that the list recognised in an event, as an erasure would have
 * found it in the tables. The person's are the contacts on the list, those at one of the identities
 * or with one of the details that no one else had, and what belongs to them. A contact that shares
 * another identity, or writes about the person, is someone else.
 * @param hits what the list has of the event.
 */
export function erasedPartOf(
  item: EventToWrite,
  hits: readonly ErasedTrace[],
  keys: ErasureKeys,
): ErasedPart {
  const listed = valuesByKind(hits);
  const own = ownValues(eventLinksOf(item), listed);
  const identities = new Set([...listed.identity, ...listed['shared-identity'], ...own.identities]);
  const searched = searchTextsOf({
    contacts: [],
    identities: [...identities],
    emails: [...listed.email, ...listed['shared-email']],
    externalIds: [...listed['external-id'], ...listed['shared-external-id']],
  });
  const matches = matchesOf(searched);
  const words = new Set(searched.words.map((word) => word.toLowerCase()));
  const numbers = [...identities].filter((identity) => isNumber.test(identity));
  return {
    isOwn: own.hasAny,
    owns: (row) =>
      has(own.contacts, row['contact_id'] ?? row['sinch_contact_id']) ||
      has(own.messages, row['sinch_message_id']) ||
      has(own.subjects, row['sinch_event_id'] ?? row['sinch_conversation_id'] ?? row['id']),
    names(value, holds) {
      if (matches(value)) return true;
      const isWord = words.has(value.toLowerCase());
      if (holds === 'contact-detail') return isWord;
      return holds === 'identity' && (isWord || identities.has(asDigested(value)));
    },
    spell(identity) {
      if (identities.has(asDigested(identity))) return keys.erasedSpelling(identity);
      const number = numbers.find((value) => identity.replaceAll(/\D/g, '').includes(value));
      return keys.erasedSpelling(number ?? identity);
    },
  };
}

const isNumber = /^\d{7,}$/;

function has(values: ReadonlySet<string>, value: string | null | undefined): boolean {
  return typeof value === 'string' && values.has(value);
}

function valuesByKind(hits: readonly ErasedTrace[]): Readonly<Record<ErasedKind, Set<string>>> {
  const of = (kind: ErasedKind) =>
    new Set(hits.flatMap((hit) => (hit.kind === kind ? [hit.value] : [])));
  return {
    identity: of('identity'),
    contact: of('contact'),
    message: of('message'),
    subject: of('subject'),
    email: of('email'),
    'external-id': of('external-id'),
    'shared-identity': of('shared-identity'),
    'shared-email': of('shared-email'),
    'shared-external-id': of('shared-external-id'),
  };
}

/** Collects what the person's links name, with what they lead to: merges, messages, identities. */
function ownValues(links: readonly EventLink[], listed: ReturnType<typeof valuesByKind>) {
  const contacts = new Set<string>();
  const messages = new Set<string>();
  const subjects = new Set<string>();
  const identities = new Set<string>();
  let rest = links;
  for (;;) {
    const found = rest.filter(isOwn);
    if (found.length === 0) {
      return { contacts, messages, subjects, identities, hasAny: rest.length < links.length };
    }
    for (const link of found) {
      for (const contact of link.contacts ?? []) if (contact) contacts.add(contact);
      if (link.message) messages.add(link.message);
      if (link.subject) subjects.add(link.subject);
      if (link.identity) identities.add(asDigested(link.identity));
    }
    rest = rest.filter((link) => !found.includes(link));
  }

  function isOwn({ contacts: named = [], message, subject, ...link }: EventLink): boolean {
    const identity = link.identity && asDigested(link.identity);
    const isAlone = !named.some(Boolean) && !links.some(isOfContact);
    return (
      named.some((contact) => has(listed.contact, contact) || has(contacts, contact)) ||
      [listed.message, messages].some((values) => has(values, message)) ||
      [listed.subject, subjects].some((values) => has(values, subject)) ||
      has(listed.identity, identity) ||
      (isAlone && has(listed['shared-identity'], identity)) ||
      has(listed.email, link.email?.toLowerCase()) ||
      has(listed['external-id'], link.externalId)
    );

    /** The contact of a report stands in the link of its message or event. */
    function isOfContact(other: EventLink): boolean {
      const isSame =
        (message !== undefined && other.message === message) ||
        (subject !== undefined && other.subject === subject);
      return isSame && other.contacts?.some(Boolean) === true;
    }
  }
}

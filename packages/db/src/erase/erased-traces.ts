import { numbersIn, plainTexts, rawBodyText } from '@sinch-callbacks/core';
import type { EventToWrite } from '../write/event-to-write.ts';
import { asDigested, type ErasedKind, type ErasureKeys } from './erasure-keys.ts';

/** The most values of one body that are asked for. Later ones of a huge body are not. */
const maxTraces = 2_000;
/** An id of Sinch, which may be a contact's or a message's. */
const idLike = /(?<![0-9A-Za-z])[0-9A-Za-z]{20,40}(?![0-9A-Za-z])/g;
const emailLike = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g;

/**
 * The events that a trace concerns: those from before the erasure, or, for what is about a message
 * that was erased, all. A later message may name an erased one, as the one that it answers. The end
 * of a contact or a conversation is `always` too.
 */
export type TraceReach = 'before' | 'always';

/**
 * Lists the digests by which an event may be recognised as one about an erased person: of all ids
 * and identities in its facts, and of what looks like one in its body: a number with its country's
 * code in any spelling, an address, or an id of Sinch, also where it is escaped or encoded.
 *
 * It does not find in a body: a number in its national spelling, one of fewer than 7 digits, an
 * identity that is neither a number nor an address (it is found in the facts), a name, an id of
 * yours, and what comes after {@link maxTraces} others.
 */
export function erasedTracesOf(
  { event, decision }: EventToWrite,
  keys: ErasureKeys,
): ReadonlyMap<string, TraceReach> {
  const traces = new Map<string, TraceReach>();
  const add = (
    kind: ErasedKind,
    value: string | null | undefined,
    reach: TraceReach = 'before',
  ) => {
    if (!value || traces.size >= maxTraces) return;
    const digest = keys.digest(kind, value);
    if (reach === 'always' || !traces.has(digest)) traces.set(digest, reach);
  };
  const addIdentity = (value: string | null | undefined) =>
    value && add('identity', asDigested(value));
  if (decision.kind === 'apply') {
    const { facts } = decision;
    for (const fact of facts.messages) {
      add('message', fact.sinchMessageId, 'always');
      add('contact', fact.contactId);
      addIdentity(fact.overallStatus?.identity);
    }
    for (const fact of [...facts.messageStatuses, ...facts.messageAnalyses]) {
      add('message', fact.sinchMessageId, 'always');
    }
    for (const fact of facts.contacts) {
      // A deletion has the whole contact in it. It is an end, and no new relation.
      add('contact', fact.sinchContactId, fact.deletedAt === undefined ? 'before' : 'always');
      add('email', fact.profile?.email);
      add('external-id', fact.profile?.externalId);
    }
    for (const { contactId, deleted } of facts.conversations) {
      add('contact', contactId, deleted ? 'always' : 'before');
    }
    for (const fact of [...facts.eventDeliveries, ...facts.records]) {
      add('contact', fact.contactId);
    }
    for (const fact of facts.contactIdentities) addIdentity(fact.identity);
    for (const fact of [...facts.consentEvents, ...facts.capabilities]) {
      add('contact', fact.contactId);
      addIdentity(fact.identity);
    }
    for (const fact of [...facts.reactions, ...facts.unsupported]) {
      add('contact', fact.contactId);
      addIdentity(fact.identity);
    }
    for (const fact of facts.inboundEvents) {
      add('contact', fact.contactId);
      addIdentity(fact.event.identity);
    }
    for (const fact of facts.messageStatuses) addIdentity(fact.identity);
  }
  add('contact', decision.entityId);
  add('message', decision.entityId, 'always');
  const text = rawBodyText(event.rawBody);
  for (const plain of plainTexts(text)) {
    for (const [email] of plain.matchAll(emailLike)) {
      add('email', email.toLowerCase());
      addIdentity(email);
    }
    for (const [id] of plain.matchAll(idLike)) {
      add('contact', id);
      add('message', id);
    }
    for (const number of numbersIn(plain)) {
      if (traces.size >= maxTraces) return traces;
      addIdentity(number);
    }
  }
  return traces;
}

import { numbersIn, plainTexts, rawBodyText } from '@sinch-callbacks/core';
import type { EventToWrite } from '../write/event-to-write.ts';
import {
  asDigested,
  type ErasedKind,
  type ErasureKeys,
  type ShareableKind,
} from './erasure-keys.ts';
import { eventLinksOf, type TraceReach } from './event-links.ts';

/** The most values of one body that are asked for. Later ones of a huge body are not. */
const maxTraces = 4_000;
/** An id of Sinch, which may be a contact's, a message's or one of another kind. */
const idLike = /(?<![0-9A-Za-z])[0-9A-Za-z]{20,40}(?![0-9A-Za-z])/g;
const emailLike = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g;

/** A value of an event that may be on the list. */
export interface ErasedTrace {
  readonly kind: ErasedKind;
  /** As it is digested. */
  readonly value: string;
  readonly reach: TraceReach;
}

/**
 * Lists, by digest, what an event may be recognised by as one about an erased person: all ids and
 * identities that its facts name, and what looks like one in its body: a number with its country's
 * code in any spelling, an address, or an id of Sinch, also where it is escaped or encoded.
 *
 * It does not find in a body: a number in its national spelling, one of fewer than 7 digits, an
 * identity that is neither a number nor an address (it is found in the facts), a name, an id of
 * yours, and what comes after {@link maxTraces} others.
 */
export function erasedTracesOf(
  item: EventToWrite,
  keys: Pick<ErasureKeys, 'digest'>,
): ReadonlyMap<string, ErasedTrace> {
  const traces = new Map<string, ErasedTrace>();
  // What the facts name stands in the body too, and an HMAC is most of the work.
  const seen = new Set<string>();
  const add = (kind: ErasedKind, value: string | undefined, reach: TraceReach = 'before') => {
    if (!value || traces.size >= maxTraces) return;
    const name = `${kind} ${value}`;
    if (reach !== 'always' && seen.has(name)) return;
    seen.add(name);
    traces.set(keys.digest(kind, value), { kind, value, reach });
  };
  const addShareable = (kind: ShareableKind, value: string | undefined) => {
    add(kind, value);
    add(`shared-${kind}`, value);
  };
  const addIdentity = (value: string | undefined) =>
    addShareable('identity', value && asDigested(value));
  const addEmail = (value: string | undefined) => addShareable('email', value?.toLowerCase());
  for (const link of eventLinksOf(item)) {
    for (const contact of link.contacts ?? []) add('contact', contact, link.contactReach);
    add('message', link.message, 'always');
    add('subject', link.subject, link.subjectReach);
    addIdentity(link.identity);
    addEmail(link.email);
    addShareable('external-id', link.externalId);
  }
  const { entityId } = item.decision;
  add('contact', entityId);
  add('message', entityId, 'always');
  add('subject', entityId);
  for (const plain of plainTexts(rawBodyText(item.event.rawBody))) {
    for (const [email] of plain.matchAll(emailLike)) {
      addEmail(email);
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

import type { Facts } from '@sinch-callbacks/core';
import type { EventToWrite } from '../write/event-to-write.ts';

/**
 * The events that a trace concerns: those from before the erasure, or, for what is about a message
 * that was erased, all. A later message may name an erased one, as the one that it answers. The end
 * of a contact or a conversation is `always` too.
 */
export type TraceReach = 'before' | 'always';

/** Ids and identities that one fact of an event names together. Empty ones name nothing. */
export interface EventLink {
  readonly contacts?: readonly (string | undefined)[];
  readonly contactReach?: TraceReach;
  readonly message?: string | undefined;
  /** A conversation, or an event of a contact or to one. */
  readonly subject?: string | undefined;
  readonly subjectReach?: TraceReach;
  readonly identity?: string | undefined;
  readonly email?: string | undefined;
  readonly externalId?: string | undefined;
}

/** Lists what the facts of an event name: all by which rows of a person may be recognised. */
export function eventLinksOf({ decision }: EventToWrite): readonly EventLink[] {
  return decision.kind === 'apply'
    ? [...linksOfContacts(decision.facts), ...linksOfEvents(decision.facts)]
    : [];
}

function linksOfContacts(facts: Facts): EventLink[] {
  return [
    ...facts.contacts.map(({ sinchContactId, profile, deletedAt }) => ({
      contacts: [sinchContactId],
      // A deletion has the whole contact in it. It is an end, and no new relation.
      contactReach: deletedAt === undefined ? ('before' as const) : ('always' as const),
      email: profile?.email,
      externalId: profile?.externalId,
    })),
    ...facts.contactMerges.map(({ deletedContactId, preservedContactId }) => ({
      contacts: [deletedContactId, preservedContactId],
    })),
    ...facts.contactIdentities.map(({ sinchContactId, identity }) => ({
      contacts: [sinchContactId],
      identity,
    })),
    ...[...facts.consentEvents, ...facts.capabilities].map(({ contactId, identity }) => ({
      contacts: [contactId],
      identity,
    })),
    ...facts.conversations.map(({ sinchConversationId, contactId, deleted }) => ({
      contacts: [contactId],
      subject: sinchConversationId,
      ...(deleted ? ({ contactReach: 'always', subjectReach: 'always' } as const) : {}),
    })),
  ];
}

function linksOfEvents(facts: Facts): EventLink[] {
  const always = { subjectReach: 'always' } as const;
  return [
    ...facts.messages.map(({ sinchMessageId: message, contactId, overallStatus }) => ({
      contacts: [contactId],
      message,
      identity: overallStatus?.identity,
    })),
    ...facts.messageStatuses.map(({ sinchMessageId: message, identity }) => ({
      message,
      identity,
    })),
    ...facts.messageChannels.map(({ sinchMessageId: message, status }) => ({
      message,
      identity: status.identity,
    })),
    ...facts.messageAnalyses.map(({ sinchMessageId: message, contactId }) => ({
      contacts: [contactId],
      message,
    })),
    ...facts.inboundEvents.map(({ id, contactId, event }) => ({
      ...always,
      contacts: [contactId],
      subject: id,
      identity: event.identity,
    })),
    ...[...facts.reactions, ...facts.unsupported].map(({ id, contactId, identity }) => ({
      ...always,
      contacts: [contactId],
      subject: id,
      identity,
    })),
    ...facts.eventDeliveries.map(({ sinchEventId, contactId, overallStatus }) => ({
      ...always,
      contacts: [contactId],
      subject: sinchEventId,
      identity: overallStatus.identity,
    })),
    ...facts.eventDeliveryChannels.map(({ sinchEventId, status }) => ({
      ...always,
      subject: sinchEventId,
      identity: status.identity,
    })),
    ...facts.records.map(({ contactId }) => ({ contacts: [contactId] })),
  ];
}

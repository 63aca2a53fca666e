import {
  type ChannelStatus,
  type Facts,
  type IdentityFields,
  isReconciled,
  type OverallStatus,
} from '@sinch-callbacks/core';
import type { EventToWrite } from '../write/event-to-write.ts';
import type { ErasureKeys } from './erasure-keys.ts';

/**
 * Removes a person from an event that is about to be written: its body, and all that its facts hold
 * of identities, names, texts and details. Ids, statuses and times stay, so that its rows are those
 * that an erasure leaves. A consent keeps its identity under the keyed spelling. Pure.
 */
export function redactEvent(item: EventToWrite, keys: ErasureKeys): EventToWrite {
  const { decision } = item;
  const event = { ...item.event, rawBody: { encoding: 'utf8', text: '' } as const };
  const facts = { ...item, event, wasReconciled: isReconciled(item.event.rawBody) };
  if (decision.kind === 'keep') return facts;
  return { ...facts, decision: { ...decision, facts: redactFacts(decision.facts, keys) } };
}

function redactFacts(facts: Facts, keys: ErasureKeys): Facts {
  return {
    ...facts,
    ...redactMessages(facts),
    ...redactContacts(facts, keys),
    inboundEvents: facts.inboundEvents.map((fact) => ({
      ...fact,
      event: { ...fact.event, ...nowhere, json: noContent },
    })),
    reactions: facts.reactions.map((fact) => ({
      ...fact,
      ...nowhere,
      emoji: undefined,
      category: undefined,
    })),
    unsupported: facts.unsupported.map((fact) => ({ ...fact, ...nowhere, payload: undefined })),
    eventDeliveries: facts.eventDeliveries.map((fact) => ({
      ...fact,
      metadata: undefined,
      overallStatus: redactStatus(fact.overallStatus),
    })),
    eventDeliveryChannels: facts.eventDeliveryChannels.map((fact) => ({
      ...fact,
      status: redactStatus(fact.status),
    })),
    channelEvents: facts.channelEvents.map((fact) => ({ ...fact, additionalDataJson: undefined })),
    batches: facts.batches.map((fact) => ({
      ...fact,
      batch: { ...fact.batch, additionalDataJson: undefined },
    })),
  };
}

function redactMessages(facts: Facts): Partial<Facts> {
  return {
    messages: facts.messages.map((fact) => ({
      ...fact,
      content: fact.content && { ...fact.content, json: noContent, text: undefined },
      metadata: undefined,
      channelMetadata: undefined,
      conversationMetadata: undefined,
      correlationId: undefined,
      overallStatus: fact.overallStatus && redactStatus(fact.overallStatus),
    })),
    messageStatuses: facts.messageStatuses.map(redactStatus),
    messageChannels: facts.messageChannels.map((fact) => ({
      ...fact,
      status: redactStatus(fact.status),
    })),
    messageAnalyses: facts.messageAnalyses.map((fact) => ({
      ...fact,
      results: { ...fact.results, json: noContent },
    })),
    conversations: facts.conversations.map((fact) => ({
      ...fact,
      details: fact.details && {
        ...fact.details,
        metadata: undefined,
        metadataJson: undefined,
        correlationId: undefined,
      },
    })),
  };
}

function redactContacts(facts: Facts, keys: ErasureKeys): Partial<Facts> {
  return {
    contacts: facts.contacts.map((fact) => ({
      ...fact,
      profile: fact.profile && {
        ...fact.profile,
        displayName: undefined,
        email: undefined,
        externalId: undefined,
        metadata: undefined,
      },
    })),
    contactIdentities: [],
    capabilities: [],
    consentEvents: facts.consentEvents.map((fact) => ({
      ...fact,
      identity: fact.identity === undefined ? undefined : keys.erasedSpelling(fact.identity),
      channelIdentity: undefined,
    })),
  };
}

const noContent = '{}';
const nowhere: IdentityFields = { identity: undefined, channelIdentity: undefined };

/** A description may name the number that could not be reached. */
function redactStatus<T extends IdentityFields & Partial<OverallStatus | ChannelStatus>>(
  status: T,
): T {
  return { ...status, ...nowhere, reasonDescription: undefined };
}

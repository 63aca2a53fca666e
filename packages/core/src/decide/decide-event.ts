import { type EventEnvelope, readSinchEvent, type SinchEvent } from '../bodies/sinch-event.ts';
import type { CallbackEvent } from '../events/callback-event.ts';
import { rawBodyText } from '../events/raw-body.ts';
import { type KnownTrigger, triggerCatalog } from '../events/triggers.ts';
import type { Facts } from './facts.ts';
import { parseInstant } from './instant.ts';
import { projectCapability, projectConsent } from './project-consent.ts';
import {
  projectContact,
  projectContactDelete,
  projectContactMerge,
  projectDuplicates,
} from './project-contact.ts';
import { projectConversation } from './project-conversation.ts';
import { projectEventDelivery, projectMessageDelivery } from './project-delivery.ts';
import { projectChannelEvent, projectInboundEvent, projectUnsupported } from './project-event.ts';
import {
  projectInboundMessage,
  projectMessageAnalysis,
  projectSubmittedMessage,
} from './project-message.ts';
import { projectBatch, projectRecord } from './project-record.ts';
import type { Projection, ProjectionContext } from './projection.ts';
import { storableJson } from './storable-json.ts';

/** The part of a body that every trigger shares. Times are ISO 8601 with 6 fractional digits. */
export interface Envelope {
  readonly appId: string | undefined;
  readonly projectId: string | undefined;
  readonly acceptedTime: string | undefined;
  readonly eventTime: string | undefined;
}

export type Decision =
  /** Store the event as APPLIED, together with the rows that follow from it. */
  | {
      readonly kind: 'apply';
      /** As recognised now: an event that was unknown when it came may be known since. */
      readonly trigger: KnownTrigger;
      readonly entityId: string | undefined;
      readonly envelope: Envelope;
      readonly payloadJson: string;
      readonly facts: Facts;
    }
  /** Store the event as UNHANDLED: nobody here knows its trigger, so it is kept for a replay. */
  | { readonly kind: 'keep'; readonly envelope: Envelope; readonly payloadJson: string }
  /** No retry can help: dead-letter it. */
  | { readonly kind: 'refuse'; readonly reason: string };

/**
 * Decides which rows an event concerns. Pure: the same event always gives the same decision,
 * and reading it twice or in another order than it happened changes nothing.
 */
export function decideEvent(event: CallbackEvent): Decision {
  const bodyText = rawBodyText(event.rawBody);
  const asSent = readSinchEvent(bodyText);
  if (asSent.kind === 'unreadable') return { kind: 'refuse', reason: 'the body is not JSON' };
  const payloadJson = storableJson(bodyText);
  const reading = payloadJson === bodyText ? asSent : readSinchEvent(payloadJson);
  if (reading.kind !== 'known') {
    const envelope = storedEnvelope(reading.kind === 'unknown' ? reading.envelope : noEnvelope);
    return { kind: 'keep', envelope, payloadJson };
  }

  const acceptedTime = parseInstant(reading.event.acceptedTime);
  const eventTime = parseInstant(reading.event.eventTime);
  const { key, receivedAt } = event;
  const at = eventTime ?? acceptedTime;
  const projection = project(reading.event, { key, receivedAt, acceptedTime, eventTime, at });
  switch (projection.kind) {
    case 'facts': {
      const { trigger, entityId, appId, projectId } = reading.event;
      const times = { acceptedTime: acceptedTime?.iso, eventTime: eventTime?.iso };
      const envelope = { appId, projectId, ...times };
      return { kind: 'apply', trigger, entityId, envelope, payloadJson, facts: projection.facts };
    }
    case 'incomplete': {
      const { topLevelKey } = triggerCatalog[reading.event.trigger];
      return { kind: 'refuse', reason: `${topLevelKey}.${projection.missing} is missing` };
    }
  }
}

const noEnvelope: EventEnvelope = {
  appId: undefined,
  projectId: undefined,
  acceptedTime: undefined,
  eventTime: undefined,
  messageMetadata: undefined,
  correlationId: undefined,
};

function project(event: SinchEvent, context: ProjectionContext): Projection {
  switch (event.trigger) {
    case 'MESSAGE_INBOUND':
    case 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION':
      return projectInboundMessage(event, context);
    case 'MESSAGE_SUBMIT':
      return projectSubmittedMessage(event, context);
    case 'MESSAGE_DELIVERY':
      return projectMessageDelivery(event, context);
    case 'EVENT_INBOUND':
      return projectInboundEvent(event, context);
    case 'EVENT_DELIVERY':
      return projectEventDelivery(event, context);
    case 'CONVERSATION_START':
    case 'CONVERSATION_STOP':
    case 'CONVERSATION_DELETE':
      return projectConversation(event, context);
    case 'CONTACT_CREATE':
    case 'CONTACT_UPDATE':
      return projectContact(event, context);
    case 'CONTACT_DELETE':
      return projectContactDelete(event, context);
    case 'CONTACT_MERGE':
      return projectContactMerge(event, context);
    case 'CONTACT_IDENTITIES_DUPLICATION':
      return projectDuplicates(event, context);
    case 'CAPABILITY':
      return projectCapability(event, context);
    case 'OPT_IN':
    case 'OPT_OUT':
      return projectConsent(event, context);
    case 'CHANNEL_EVENT':
      return projectChannelEvent(event, context);
    case 'UNSUPPORTED':
      return projectUnsupported(event, context);
    case 'SMART_CONVERSATIONS':
      return projectMessageAnalysis(event, context);
    case 'RECORD_NOTIFICATION':
      return projectRecord(event, context);
    case 'BATCH_STATUS_UPDATE':
      return projectBatch(event, context);
  }
}

function storedEnvelope(envelope: EventEnvelope): Envelope {
  return {
    appId: envelope.appId,
    projectId: envelope.projectId,
    acceptedTime: parseInstant(envelope.acceptedTime)?.iso,
    eventTime: parseInstant(envelope.eventTime)?.iso,
  };
}

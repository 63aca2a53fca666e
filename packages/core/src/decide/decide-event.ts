import { readSinchEvent, type SinchEvent } from '../bodies/sinch-event.ts';
import type { CallbackEvent } from '../events/callback-event.ts';
import { rawBodyText } from '../events/raw-body.ts';
import { isReconciled } from '../events/reconciled-body.ts';
import { type KnownTrigger, triggerCatalog } from '../events/triggers.ts';
import type { Facts } from '../facts/facts.ts';
import { readMoments, type TimeField } from '../facts/moments.ts';
import { projectCapability, projectConsent } from '../projections/contacts/project-consent.ts';
import {
  projectContact,
  projectContactMerge,
  projectDuplicates,
} from '../projections/contacts/project-contact.ts';
import {
  projectChannelEvent,
  projectInboundEvent,
  projectUnsupported,
} from '../projections/events/project-event.ts';
import { projectBatch, projectRecord } from '../projections/events/project-record.ts';
import { projectConversation } from '../projections/messages/project-conversation.ts';
import {
  projectEventDelivery,
  projectMessageDelivery,
} from '../projections/messages/project-delivery.ts';
import {
  projectInboundMessage,
  projectMessageAnalysis,
  projectSubmittedMessage,
} from '../projections/messages/project-message.ts';
import type { Projection, ProjectionContext } from '../projections/projection.ts';
import { storableJson } from '../values/storable-json.ts';
import { type Envelope, envelopeOf, type ReadEnvelope } from './envelope.ts';

export type Decision =
  /** Store the event as APPLIED, together with the rows that follow from it. */
  | {
      readonly kind: 'apply';
      /**
       * The trigger as recognised now: a trigger that was unknown at receipt may be known since.
       */
      readonly trigger: KnownTrigger;
      readonly entityId: string | undefined;
      readonly envelope: Envelope;
      /** Names of the time fields that are present and unreadable. */
      readonly unreadableTimes: readonly TimeField[];
      readonly facts: Facts;
      /** The event as Sinch sent it, for the user's code. */
      readonly sinchEvent: SinchEvent;
    }
  /** Store the event as UNHANDLED: its trigger is unknown, so it is kept for a replay. */
  | (ReadEnvelope & { readonly kind: 'keep' })
  /** No retry can help: dead-letter it. */
  | (ReadEnvelope & { readonly kind: 'refuse'; readonly reason: string });

/**
 * Decides which rows an event concerns. Pure: the same event always gives the same decision, and
 * neither repetition nor another order changes the resulting rows.
 */
export function decideEvent(event: CallbackEvent): Decision {
  const bodyText = rawBodyText(event.rawBody);
  const asSent = readSinchEvent(bodyText);
  if (asSent.kind === 'unreadable') return refuse(event, 'the body is not JSON');
  const storable = storableJson(bodyText);
  const reading = storable === bodyText ? asSent : readSinchEvent(storable);
  if (reading.kind !== 'known') return { kind: 'keep', ...envelopeOf(event.rawBody) };

  const read = reading.event;
  const context = contextOf(event, read);
  const projection = project(read, context);
  if (projection.kind === 'incomplete') {
    const { topLevelKey } = triggerCatalog[read.trigger];
    return refuse(event, `${topLevelKey}.${projection.missing} is missing`);
  }
  const { trigger, entityId, appId, projectId } = read;
  const acceptedTime = context.acceptedTime?.instant?.iso;
  const eventTime = context.eventTime?.instant?.iso;
  return {
    kind: 'apply',
    trigger,
    entityId,
    envelope: { appId, projectId, acceptedTime, eventTime },
    unreadableTimes: context.unreadable,
    facts: projection.facts,
    sinchEvent: asSent.kind === 'known' ? asSent.event : read,
  };
}

function refuse({ rawBody }: CallbackEvent, reason: string): Decision {
  return { kind: 'refuse', reason, ...envelopeOf(rawBody) };
}

function contextOf(event: CallbackEvent, read: SinchEvent): ProjectionContext {
  const { acceptedTime, eventTime, trigger } = read;
  const acceptTime =
    trigger === 'MESSAGE_INBOUND' ||
    trigger === 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION' ||
    trigger === 'EVENT_INBOUND'
      ? read.body.accept_time
      : undefined;
  const moments = readMoments(event, { acceptedTime, eventTime, acceptTime });
  return {
    ...moments,
    key: event.key,
    nonce: event.signature?.nonce,
    isReconciled: isReconciled(event.rawBody),
  };
}

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
    case 'CONTACT_DELETE':
      return projectContact(event, context);
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

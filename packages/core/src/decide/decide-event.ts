import * as z from 'zod';
import type { CallbackEvent } from '../events/callback-event.ts';
import { rawBodyText } from '../events/raw-body.ts';
import { isJsonObject, recognise } from '../events/recognise.ts';
import { type KnownTrigger, triggerCatalog } from '../events/triggers.ts';
import { type Facts, factsOf } from './facts.ts';
import { text } from './fields.ts';
import { parseInstant } from './instant.ts';
import { projectConsent } from './project-consent.ts';
import { projectContact, projectContactDelete, projectContactMerge } from './project-contact.ts';
import { projectConversation } from './project-conversation.ts';
import { projectDeliveryReport } from './project-delivery-report.ts';
import { projectInboundMessage, projectSubmittedMessage } from './project-message.ts';
import type { Projection, ProjectionInput } from './projection.ts';
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
      readonly envelope: Envelope;
      readonly payloadJson: string;
      readonly facts: Facts;
    }
  /** Store the event as UNHANDLED: nothing reads it yet, so it is kept for a replay. */
  | { readonly kind: 'keep'; readonly envelope: Envelope; readonly payloadJson: string }
  /** No retry can help: dead-letter it. */
  | { readonly kind: 'refuse'; readonly reason: string };

const envelopeFields = z.object({
  app_id: text,
  project_id: text,
  accepted_time: text,
  event_time: text,
  correlation_id: text,
});

/**
 * Decides which rows an event concerns. Pure: the same event always gives the same decision,
 * and reading it twice in another order than it happened changes nothing.
 */
export function decideEvent(event: CallbackEvent): Decision {
  const bodyText = rawBodyText(event.rawBody);
  const asSent = recognise(bodyText);
  if (asSent.kind === 'unreadable') return { kind: 'refuse', reason: 'the body is not JSON' };
  const payloadJson = storableJson(bodyText);
  const recognition = payloadJson === bodyText ? asSent : recognise(payloadJson);
  if (recognition.kind !== 'known') {
    return { kind: 'keep', envelope: readEnvelope(asSent.body).envelope, payloadJson };
  }

  const { trigger, body } = recognition;
  const { topLevelKey } = triggerCatalog[trigger];
  const section = body[topLevelKey];
  const { envelope, ...context } = readEnvelope(body);
  const projection = project(trigger, {
    ...context,
    key: event.key,
    section: isJsonObject(section) ? section : {},
    receivedAt: event.receivedAt,
  });
  switch (projection.kind) {
    case 'facts':
      return { kind: 'apply', envelope, payloadJson, facts: projection.facts };
    case 'none-yet':
      return { kind: 'keep', envelope, payloadJson };
    case 'incomplete':
      return { kind: 'refuse', reason: `${topLevelKey}.${projection.missing} is missing` };
  }
}

function readEnvelope(body: unknown) {
  const fields = envelopeFields.catch({}).parse(body);
  const acceptedTime = parseInstant(fields.accepted_time);
  const eventTime = parseInstant(fields.event_time);
  const envelope: Envelope = {
    appId: fields.app_id,
    projectId: fields.project_id,
    acceptedTime: acceptedTime?.iso,
    eventTime: eventTime?.iso,
  };
  const { app_id: appId, correlation_id: correlationId } = fields;
  return { envelope, appId, correlationId, acceptedTime, eventTime };
}

function project(
  trigger: KnownTrigger,
  input: ProjectionInput,
): Projection | { readonly kind: 'none-yet' } {
  switch (trigger) {
    case 'MESSAGE_INBOUND':
      return projectInboundMessage(input, 'original');
    case 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION':
      return projectInboundMessage(input, 'redacted');
    case 'MESSAGE_SUBMIT':
      return projectSubmittedMessage(input);
    case 'MESSAGE_DELIVERY':
      return projectDeliveryReport(input);
    case 'CONVERSATION_START':
      return projectConversation(input, 'ACTIVE');
    case 'CONVERSATION_STOP':
      return projectConversation(input, 'STOPPED');
    case 'CONVERSATION_DELETE':
      return projectConversation(input, 'DELETED');
    case 'CONTACT_CREATE':
    case 'CONTACT_UPDATE':
      return projectContact(input);
    case 'CONTACT_DELETE':
      return projectContactDelete(input);
    case 'CONTACT_MERGE':
      return projectContactMerge(input);
    case 'OPT_IN':
      return projectConsent(input, 'OPTED_IN');
    case 'OPT_OUT':
      return projectConsent(input, 'OPTED_OUT');
    case 'CONTACT_IDENTITIES_DUPLICATION':
    case 'CHANNEL_EVENT':
    case 'UNSUPPORTED':
      return { kind: 'facts', facts: factsOf({}) };
    case 'EVENT_INBOUND':
    case 'EVENT_DELIVERY':
    case 'CAPABILITY':
    case 'SMART_CONVERSATIONS':
    case 'RECORD_NOTIFICATION':
    case 'BATCH_STATUS_UPDATE':
      return { kind: 'none-yet' };
  }
}

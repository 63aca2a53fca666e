import { isJsonObject, type JsonObject } from '../events/json-object.ts';
import { recognise } from '../events/recognise.ts';
import { type KnownTrigger, triggerCatalog } from '../events/triggers.ts';
import { parseExactly } from '../values/exact-json.ts';
import {
  capability,
  consentNotification,
  contactMerge,
  contactNotification,
  conversationNotification,
  duplicatedIdentities,
} from './contact-bodies.ts';
import {
  batchStatusUpdate,
  channelEvent,
  eventDelivery,
  inboundEvent,
  recordNotification,
  unsupported,
} from './event-bodies.ts';
import { type Read, type Reader, shortText, textOrJson, time } from './fields.ts';
import {
  inboundMessage,
  messageDelivery,
  messageSubmit,
  smartConversation,
} from './message-bodies.ts';

/**
 * The fields that every callback may carry beside its trigger's own part. Times are as Sinch wrote
 * them.
 */
export interface EventEnvelope {
  readonly appId: string | undefined;
  readonly projectId: string | undefined;
  readonly acceptedTime: string | undefined;
  readonly eventTime: string | undefined;
  /**
   * Metadata of the channel on a report, of the conversation on an inbound message; never the
   * sender's.
   */
  readonly messageMetadata: string | undefined;
  readonly channelMetadata: string | undefined;
  readonly correlationId: string | undefined;
}

/** An event of one of these triggers. `switch (event.trigger)` narrows its body. */
export type SinchEventOf<T extends KnownTrigger> = {
  [Each in T]: EventEnvelope & {
    readonly trigger: Each;
    /** Sinch's id for what the event is about; absent where Sinch gives none. */
    readonly entityId: string | undefined;
    /** The known fields under the trigger's top-level key. Any other field is in `raw`. */
    readonly body: CallbackBody<Each>;
    /**
     * The whole body as Sinch sent it. `JSON.stringify` writes its numbers as they were; one that a
     * double does not hold exactly is no `number`, see `parseExactly`.
     */
    readonly raw: JsonObject;
  };
}[T];

/** Any event that Sinch documents. */
export type SinchEvent = SinchEventOf<KnownTrigger>;

export type SinchEventReading =
  | { readonly kind: 'known'; readonly event: SinchEvent }
  | { readonly kind: 'unknown'; readonly envelope: EventEnvelope }
  | { readonly kind: 'unreadable' };

/**
 * Reads a callback's body into a typed event. Never throws, and refuses no body because a field is
 * missing or has another type.
 */
export function readSinchEvent(bodyText: string): SinchEventReading {
  const recognition = recognise(bodyText, parseExactly);
  if (recognition.kind === 'unreadable') return recognition;
  const envelope = readEnvelope(recognition.body);
  if (recognition.kind === 'unknown') return { kind: 'unknown', envelope };
  const { trigger, entityId, body: raw } = recognition;
  const body = callbackBodies[trigger](raw[triggerCatalog[trigger].topLevelKey]);
  // The catalog pairs each trigger with its body; the compiler cannot follow it through the index.
  return { kind: 'known', event: { ...envelope, trigger, entityId, body, raw } as SinchEvent };
}

/** Returns the trigger's own part of the body as Sinch sent it; empty where it is no object. */
export function rawSection({ trigger, raw }: Pick<SinchEvent, 'trigger' | 'raw'>): JsonObject {
  const value = raw[triggerCatalog[trigger].topLevelKey];
  return isJsonObject(value) ? value : {};
}

/** Reads the part that every callback may carry. */
export function readEnvelope(body: unknown): EventEnvelope {
  const fields = isJsonObject(body) ? body : {};
  return {
    appId: shortText(fields['app_id']),
    projectId: shortText(fields['project_id']),
    acceptedTime: time(fields['accepted_time']),
    eventTime: time(fields['event_time']),
    messageMetadata: textOrJson(fields['message_metadata']),
    channelMetadata: textOrJson(fields['channel_metadata']),
    correlationId: shortText(fields['correlation_id']),
  };
}

/** The reader of the value under each trigger's top-level key. Every field may be absent. */
const callbackBodies = {
  MESSAGE_INBOUND: inboundMessage,
  MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION: inboundMessage,
  MESSAGE_SUBMIT: messageSubmit,
  MESSAGE_DELIVERY: messageDelivery,
  EVENT_INBOUND: inboundEvent,
  EVENT_DELIVERY: eventDelivery,
  CONVERSATION_START: conversationNotification,
  CONVERSATION_STOP: conversationNotification,
  CONVERSATION_DELETE: conversationNotification,
  CONTACT_CREATE: contactNotification,
  CONTACT_UPDATE: contactNotification,
  CONTACT_DELETE: contactNotification,
  CONTACT_MERGE: contactMerge,
  CONTACT_IDENTITIES_DUPLICATION: duplicatedIdentities,
  CAPABILITY: capability,
  OPT_IN: consentNotification,
  OPT_OUT: consentNotification,
  CHANNEL_EVENT: channelEvent,
  UNSUPPORTED: unsupported,
  SMART_CONVERSATIONS: smartConversation,
  RECORD_NOTIFICATION: recordNotification,
  BATCH_STATUS_UPDATE: batchStatusUpdate,
} as const satisfies Record<KnownTrigger, Reader<unknown>>;

/** The type of a trigger's body. */
export type CallbackBody<T extends KnownTrigger = KnownTrigger> = Read<(typeof callbackBodies)[T]>;

import type { KnownTrigger } from '../events/triggers.ts';
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
import type { Read, Reader } from './fields.ts';
import {
  inboundMessage,
  messageDelivery,
  messageSubmit,
  smartConversation,
} from './message-bodies.ts';

/** What stands under each trigger's top-level key. Every field may be absent. */
export const callbackBodies = {
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

/** The body of a trigger, as TypeScript knows it. */
export type CallbackBody<T extends KnownTrigger = KnownTrigger> = Read<(typeof callbackBodies)[T]>;

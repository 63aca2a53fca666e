import type { KnownTrigger } from '@sinch-callbacks/core';
import {
  capabilityNotification,
  consentNotification,
  contactMerge,
  contactNotification,
  conversationNotification,
  duplicatedIdentities,
} from './contacts.ts';
import {
  eventDeliveryReport,
  inboundEvents,
  inboundMessages,
  redactedMessage,
} from './inbound-messages.ts';
import {
  batchStatus,
  channelEvent,
  recordNotification,
  smartConversation,
  unsupportedCallback,
} from './notices.ts';
import { type CallbackBody, createSampleContext, type SampleContext } from './sample-context.ts';
import { deliveryReports, submitNotification } from './sent-messages.ts';

export type SampleBuilder = (context: SampleContext) => CallbackBody;

/**
 * Builders of invented callbacks: the variants of every trigger by name, the usual one first. Their
 * shapes follow Sinch's reference; no value is real.
 */
export const sampleCallbacks: Readonly<
  Record<KnownTrigger, Readonly<Record<string, SampleBuilder>>>
> = {
  MESSAGE_INBOUND: inboundMessages,
  MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION: { text: redactedMessage },
  MESSAGE_SUBMIT: { text: (context) => submitNotification(context) },
  MESSAGE_DELIVERY: deliveryReports,
  EVENT_INBOUND: inboundEvents,
  EVENT_DELIVERY: { delivered: eventDeliveryReport },
  CONVERSATION_START: { start: (context) => conversationNotification(context, 'start') },
  CONVERSATION_STOP: { stop: (context) => conversationNotification(context, 'stop') },
  CONVERSATION_DELETE: { delete: (context) => conversationNotification(context, 'delete') },
  CONTACT_CREATE: { create: (context) => contactNotification(context, 'create') },
  CONTACT_UPDATE: { update: (context) => contactNotification(context, 'update') },
  CONTACT_DELETE: { delete: (context) => contactNotification(context, 'delete') },
  CONTACT_MERGE: { merge: contactMerge },
  CONTACT_IDENTITIES_DUPLICATION: { sms: duplicatedIdentities },
  CAPABILITY: { partial: capabilityNotification },
  OPT_IN: {
    succeeded: (context) => consentNotification(context, 'opt_in'),
    failed: (context) => consentNotification(context, 'opt_in', 'FAILED'),
  },
  OPT_OUT: {
    succeeded: (context) => consentNotification(context, 'opt_out'),
    failed: (context) => consentNotification(context, 'opt_out', 'FAILED'),
  },
  CHANNEL_EVENT: { quality: channelEvent },
  UNSUPPORTED: { messenger: unsupportedCallback },
  SMART_CONVERSATIONS: { sentiment: smartConversation },
  RECORD_NOTIFICATION: { stored: recordNotification },
  BATCH_STATUS_UPDATE: { processed: batchStatus },
};

export interface SampleChoice {
  readonly seed: string;
  /** One of the trigger's variants; the usual one when absent. */
  readonly variant?: string;
  readonly startAt?: Date;
}

/**
 * Makes one invented callback of this trigger; the same choice gives the same bytes.
 * @throws RangeError for a variant that the trigger does not have; the message lists them.
 */
export function sampleCallback(trigger: KnownTrigger, choice: SampleChoice): CallbackBody {
  const variants = sampleCallbacks[trigger];
  const names = Object.keys(variants);
  const build = variants[choice.variant ?? names[0] ?? ''];
  if (build === undefined) {
    throw new RangeError(`${trigger} has no variant '${choice.variant}': ${names.join(', ')}.`);
  }
  return build(createSampleContext(choice.seed, choice.startAt));
}

/** Returns an invented callback of this trigger, the same each time: for tests of handlers. */
export function sample(trigger: KnownTrigger, variant?: string): CallbackBody {
  return sampleCallback(trigger, { seed: 'sample', ...(variant !== undefined && { variant }) });
}

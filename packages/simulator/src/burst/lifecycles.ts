import type { KnownTrigger } from '@sinch-callbacks/core';
import { pick } from '../random.ts';
import {
  consentNotification,
  contactNotification,
  conversationNotification,
} from '../samples/contacts.ts';
import { inboundMessage } from '../samples/inbound-messages.ts';
import { sampleCallbacks } from '../samples/sample-callbacks.ts';
import type { CallbackBody, Person, SampleContext } from '../samples/sample-context.ts';
import {
  type DeliveryStatus,
  deliveryReport,
  sentMessage,
  submitNotification,
} from '../samples/sent-messages.ts';

const deliveries: readonly (readonly DeliveryStatus[])[] = [
  ['QUEUED_ON_CHANNEL', 'DELIVERED'],
  ['QUEUED_ON_CHANNEL', 'DELIVERED', 'READ'],
  ['QUEUED_ON_CHANNEL', 'DELIVERED', 'READ'],
  ['QUEUED_ON_CHANNEL', 'READ'],
  ['QUEUED_ON_CHANNEL', 'FAILED'],
  ['FAILED'],
];

const texts = ['Hello?', 'Thanks! 🙏', 'Where is "my" parcel?', 'ÅÄÖ'];

/** Makes one message in either direction with all reports about it, oldest first. */
export function messageLifecycle(context: SampleContext, person: Person): CallbackBody[] {
  const kind = pick(context.random, ['sent', 'sent', 'sent', 'switched', 'received'] as const);
  switch (kind) {
    case 'sent':
      return sentLifecycle(context, person, pick(context.random, deliveries));
    case 'switched':
      return switchedLifecycle(context, person);
    case 'received': {
      const text = pick(context.random, texts);
      return [inboundMessage(context, { text_message: { text } }, person)];
    }
  }
}

/** Makes a new person's callbacks: contact, conversation, opt-in and, for some, opt-out. */
export function personLifecycle(context: SampleContext, person: Person): CallbackBody[] {
  const arrival = [
    contactNotification(context, 'create', person),
    conversationNotification(context, 'start', person),
    consentNotification(context, 'opt_in', 'SUCCEEDED', person),
  ];
  return context.random() < 0.3
    ? [...arrival, consentNotification(context, 'opt_out', 'SUCCEEDED', person)]
    : arrival;
}

/** Makes one callback of every variant of every trigger. */
export function everyTrigger(context: SampleContext): CallbackBody[] {
  const triggers = Object.keys(sampleCallbacks) as KnownTrigger[];
  return triggers.flatMap((trigger) =>
    Object.values(sampleCallbacks[trigger]).map((build) => build(context)),
  );
}

function sentLifecycle(
  context: SampleContext,
  person: Person,
  statuses: readonly DeliveryStatus[],
): CallbackBody[] {
  const message = sentMessage(context, person);
  const reports = statuses.map((status) => deliveryReport(context, status, message));
  return [submitNotification(context, message), ...reports];
}

/** Makes the reports of a message that fails on one channel and is delivered on the next. */
function switchedLifecycle(context: SampleContext, person: Person): CallbackBody[] {
  const first = sentMessage(context, { ...person, channel: 'RCS' });
  const second = { ...first, person: { ...person, channel: 'SMS' } };
  return [
    deliveryReport(context, 'QUEUED_ON_CHANNEL', first),
    deliveryReport(context, 'SWITCHING_CHANNEL', first),
    deliveryReport(context, 'QUEUED_ON_CHANNEL', second),
    deliveryReport(context, 'DELIVERED', second),
  ];
}

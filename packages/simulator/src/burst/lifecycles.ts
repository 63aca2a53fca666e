import type { KnownTrigger } from '@sinch-callbacks/core';
import { pick } from '../random.ts';
import {
  consentNotification,
  contactNotification,
  conversationNotification,
} from '../samples/contacts.ts';
import { inboundMessage } from '../samples/inbound-messages.ts';
import { sampleCallbacks } from '../samples/sample-callbacks.ts';
import type { CallbackBody, Person, SampleWorld } from '../samples/sample-context.ts';
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

/** One message in either direction, with everything that is reported of it, oldest first. */
export function messageLifecycle(world: SampleWorld, person: Person): CallbackBody[] {
  const kind = pick(world.random, ['sent', 'sent', 'sent', 'switched', 'received'] as const);
  switch (kind) {
    case 'sent':
      return sentLifecycle(world, person, pick(world.random, deliveries));
    case 'switched':
      return switchedLifecycle(world, person);
    case 'received': {
      const text = pick(world.random, ['Hello?', 'Thanks! 🙏', 'Where is "my" parcel?', 'ÅÄÖ']);
      return [inboundMessage(world, { text_message: { text } }, person)];
    }
  }
}

/** A person appears, starts to talk, and may opt in or out. */
export function personLifecycle(world: SampleWorld, person: Person): CallbackBody[] {
  const arrival = [
    contactNotification(world, 'create', person),
    conversationNotification(world, 'start', person),
    consentNotification(world, 'opt_in', 'SUCCEEDED', person),
  ];
  return world.random() < 0.3
    ? [...arrival, consentNotification(world, 'opt_out', 'SUCCEEDED', person)]
    : arrival;
}

/** One of every variant of every trigger. */
export function everyTrigger(world: SampleWorld): CallbackBody[] {
  const triggers = Object.keys(sampleCallbacks) as KnownTrigger[];
  return triggers.flatMap((trigger) =>
    Object.values(sampleCallbacks[trigger]).map((build) => build(world)),
  );
}

function sentLifecycle(
  world: SampleWorld,
  person: Person,
  statuses: readonly DeliveryStatus[],
): CallbackBody[] {
  const message = sentMessage(world, person);
  const reports = statuses.map((status) => deliveryReport(world, status, message));
  return [submitNotification(world, message), ...reports];
}

/** It fails on one channel and is delivered on the next. */
function switchedLifecycle(world: SampleWorld, person: Person): CallbackBody[] {
  const first = sentMessage(world, { ...person, channel: 'RCS' });
  const second = { ...first, person: { ...person, channel: 'SMS' } };
  return [
    deliveryReport(world, 'QUEUED_ON_CHANNEL', first),
    deliveryReport(world, 'SWITCHING_CHANNEL', first),
    deliveryReport(world, 'QUEUED_ON_CHANNEL', second),
    deliveryReport(world, 'DELIVERED', second),
  ];
}

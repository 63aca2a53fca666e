import { channelIdentity, envelope } from '../envelope.ts';
import type { CallbackBody, Person, SampleWorld } from '../sample-world.ts';

/** EVENT_INBOUND: something a person did that is not a message. */
export const inboundEvents = {
  composing: (world: SampleWorld) =>
    inboundEvent(world, { contact_event: { composing_event: {} } }),
  reaction: (world: SampleWorld) => reaction(world, world.id()),
} as const;

/** EVENT_DELIVERY: what became of an event that the app sent. */
export function eventDeliveryReport(
  world: SampleWorld,
  person: Person = world.person(),
): CallbackBody {
  return envelope(world, {
    event_delivery_report: {
      event_id: world.id(),
      status: 'DELIVERED',
      channel_identity: channelIdentity(world, person),
      contact_id: person.contactId,
      metadata: '',
      processing_mode: person.mode,
    },
  });
}

/** A reaction to a message. */
export function reaction(world: SampleWorld, messageId: string, person?: Person): CallbackBody {
  const reactionEvent = { emoji: '👍', action: 'REACTION_ACTION_REACT', message_id: messageId };
  return inboundEvent(world, { contact_message_event: { reaction_event: reactionEvent } }, person);
}

export function inboundEvent(
  world: SampleWorld,
  content: CallbackBody,
  person: Person = world.person(),
): CallbackBody {
  return envelope(world, {
    event: {
      id: world.id(),
      direction: 'TO_APP',
      ...content,
      channel_identity: channelIdentity(world, person),
      contact_id: person.contactId,
      conversation_id: person.conversationId,
      accept_time: world.now(),
      processing_mode: person.mode,
    },
  });
}

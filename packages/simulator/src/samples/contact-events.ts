import { channelIdentity, envelope } from '../envelope.ts';
import type { CallbackBody, SampleWorld } from '../sample-world.ts';

/** EVENT_INBOUND: something a person did that is not a message. */
export const inboundEvents = {
  composing: (world: SampleWorld) =>
    inboundEvent(world, { contact_event: { composing_event: {} } }),
  reaction: (world: SampleWorld) =>
    inboundEvent(world, {
      contact_message_event: {
        reaction_event: { emoji: '👍', action: 'REACTION_ACTION_REACT', message_id: world.id() },
      },
    }),
} as const;

/** EVENT_DELIVERY: what became of an event that the app sent. */
export function eventDeliveryReport(world: SampleWorld): CallbackBody {
  const person = world.person();
  return envelope(world, {
    event_delivery_report: {
      event_id: world.id(),
      status: 'DELIVERED',
      channel_identity: channelIdentity(world, person),
      contact_id: person.contactId,
      metadata: '',
      processing_mode: 'CONVERSATION',
    },
  });
}

function inboundEvent(world: SampleWorld, content: CallbackBody): CallbackBody {
  const person = world.person();
  return envelope(world, {
    event: {
      id: world.id(),
      direction: 'TO_APP',
      ...content,
      channel_identity: channelIdentity(world, person),
      contact_id: person.contactId,
      conversation_id: person.conversationId,
      accept_time: world.now(),
      processing_mode: 'CONVERSATION',
    },
  });
}

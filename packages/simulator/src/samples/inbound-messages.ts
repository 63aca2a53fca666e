import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type SampleWorld,
} from './sample-context.ts';

/** MESSAGE_INBOUND: `person` writes to the app. */
export function inboundMessage(
  world: SampleWorld,
  contactMessage: CallbackBody = { text_message: { text: 'Is my order on its way? 📦' } },
  person: Person = world.person(),
  messageId: string = world.id(),
): CallbackBody {
  return envelope(world, { message: messageBody(world, contactMessage, person, messageId) });
}

/** MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION: carries the id of the message it redacts. */
export function redactedMessage(
  world: SampleWorld,
  person: Person = world.person(),
  messageId: string = world.id(),
): CallbackBody {
  const contactMessage = { text_message: { text: 'My card number is {REDACTED}.' } };
  return envelope(world, {
    message_redaction: messageBody(world, contactMessage, person, messageId),
  });
}

/** One of each kind of contact message, by name. */
export const inboundMessages = {
  text: (world: SampleWorld) => inboundMessage(world),
  stop: (world: SampleWorld) => inboundMessage(world, { text_message: { text: 'STOP' } }),
  media: (world: SampleWorld) =>
    inboundMessage(world, {
      media_message: { url: 'https://media.example.com/parcel.jpg', filename_override: '' },
    }),
  mediaCard: (world: SampleWorld) =>
    inboundMessage(world, {
      media_card_message: { url: 'https://media.example.com/box.png', caption: 'Dented box' },
    }),
  location: (world: SampleWorld) =>
    inboundMessage(world, {
      location_message: {
        coordinates: { latitude: 59.3293, longitude: 18.0686 },
        title: 'Pick-up point',
        label: '',
      },
    }),
  choice: (world: SampleWorld) =>
    inboundMessage(world, {
      choice_response_message: { message_id: world.id(), postback_data: 'deliver-tomorrow' },
    }),
  reply: (world: SampleWorld) =>
    inboundMessage(world, {
      text_message: { text: 'Yes, that one.' },
      reply_to: { message_id: world.id() },
    }),
  fallback: (world: SampleWorld) =>
    inboundMessage(world, {
      fallback_message: {
        raw_message: '{"type":"sticker"}',
        reason: { code: 'UNKNOWN', description: 'Not a kind of message that we know.' },
      },
    }),
} as const;

function messageBody(
  world: SampleWorld,
  contactMessage: CallbackBody,
  person: Person,
  messageId: string,
) {
  return {
    id: messageId,
    direction: 'TO_APP',
    contact_message: { reply_to: null, ...contactMessage },
    channel_identity: channelIdentity(world, person),
    conversation_id: person.conversationId,
    contact_id: person.contactId,
    metadata: '',
    accept_time: world.now(),
    sender_id: '',
    processing_mode: person.mode,
    injected: false,
  };
}

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

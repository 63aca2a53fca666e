import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type SampleContext,
} from './sample-context.ts';

/** MESSAGE_INBOUND: `person` writes to the app. */
export function inboundMessage(
  context: SampleContext,
  contactMessage: CallbackBody = { text_message: { text: 'Is my order on its way? 📦' } },
  person: Person = context.person(),
  messageId: string = context.id(),
): CallbackBody {
  return envelope(context, { message: messageBody(context, contactMessage, person, messageId) });
}

/** MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION: has the id of the redacted message. */
export function redactedMessage(
  context: SampleContext,
  person: Person = context.person(),
  messageId: string = context.id(),
): CallbackBody {
  const contactMessage = { text_message: { text: 'My card number is {REDACTED}.' } };
  return envelope(context, {
    message_redaction: messageBody(context, contactMessage, person, messageId),
  });
}

/** One of each kind of contact message, by name. */
export const inboundMessages = {
  text: (context: SampleContext) => inboundMessage(context),
  stop: (context: SampleContext) => inboundMessage(context, { text_message: { text: 'STOP' } }),
  media: (context: SampleContext) =>
    inboundMessage(context, {
      media_message: { url: 'https://media.example.com/parcel.jpg', filename_override: '' },
    }),
  mediaCard: (context: SampleContext) =>
    inboundMessage(context, {
      media_card_message: { url: 'https://media.example.com/box.png', caption: 'Dented box' },
    }),
  location: (context: SampleContext) =>
    inboundMessage(context, {
      location_message: {
        coordinates: { latitude: 59.3293, longitude: 18.0686 },
        title: 'Pick-up point',
        label: '',
      },
    }),
  choice: (context: SampleContext) =>
    inboundMessage(context, {
      choice_response_message: { message_id: context.id(), postback_data: 'deliver-tomorrow' },
    }),
  reply: (context: SampleContext) =>
    inboundMessage(context, {
      text_message: { text: 'Yes, that one.' },
      reply_to: { message_id: context.id() },
    }),
  fallback: (context: SampleContext) =>
    inboundMessage(context, {
      fallback_message: {
        raw_message: '{"type":"sticker"}',
        reason: { code: 'UNKNOWN', description: 'Not a kind of message that we know.' },
      },
    }),
} as const;

function messageBody(
  context: SampleContext,
  contactMessage: CallbackBody,
  person: Person,
  messageId: string,
) {
  return {
    id: messageId,
    direction: 'TO_APP',
    contact_message: { reply_to: null, ...contactMessage },
    channel_identity: channelIdentity(context, person),
    conversation_id: person.conversationId,
    contact_id: person.contactId,
    metadata: '',
    accept_time: context.now(),
    sender_id: '',
    processing_mode: person.mode,
    injected: false,
  };
}

/** EVENT_INBOUND: an action of a person that is not a message. */
export const inboundEvents = {
  composing: (context: SampleContext) =>
    inboundEvent(context, { contact_event: { composing_event: {} } }),
  reaction: (context: SampleContext) => reaction(context, context.id()),
} as const;

/** EVENT_DELIVERY: the delivery of an event that the app sent. */
export function eventDeliveryReport(
  context: SampleContext,
  person: Person = context.person(),
): CallbackBody {
  return envelope(context, {
    event_delivery_report: {
      event_id: context.id(),
      status: 'DELIVERED',
      channel_identity: channelIdentity(context, person),
      contact_id: person.contactId,
      metadata: '',
      processing_mode: person.mode,
    },
  });
}

/** EVENT_INBOUND: a reaction to a message. */
export function reaction(context: SampleContext, messageId: string, person?: Person): CallbackBody {
  const reactionEvent = { emoji: '👍', action: 'REACTION_ACTION_REACT', message_id: messageId };
  return inboundEvent(
    context,
    { contact_message_event: { reaction_event: reactionEvent } },
    person,
  );
}

export function inboundEvent(
  context: SampleContext,
  content: CallbackBody,
  person: Person = context.person(),
): CallbackBody {
  return envelope(context, {
    event: {
      id: context.id(),
      direction: 'TO_APP',
      ...content,
      channel_identity: channelIdentity(context, person),
      contact_id: person.contactId,
      conversation_id: person.conversationId,
      accept_time: context.now(),
      processing_mode: person.mode,
    },
  });
}

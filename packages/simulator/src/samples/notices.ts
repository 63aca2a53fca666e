import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type SampleContext,
} from './sample-context.ts';

/** CHANNEL_EVENT: a change of a channel account, which concerns no person. */
export function channelEvent(context: SampleContext): CallbackBody {
  return envelope(context, {
    channel_event_notification: {
      channel_event: {
        channel: 'WHATSAPP',
        event_type: 'WHATS_APP_QUALITY_RATING_CHANGED',
        additional_data: { quality_rating: 'GREEN', reference: context.id() },
      },
    },
  });
}

/** UNSUPPORTED: a channel's raw payload that Sinch cannot convert to a callback. */
export function unsupportedCallback(
  context: SampleContext,
  person: Person = context.person(),
): CallbackBody {
  return envelope(context, {
    unsupported_callback: {
      channel: 'MESSENGER',
      payload: '{"object":"page","entry":[]}',
      processing_mode: person.mode,
      id: context.id(),
      contact_id: person.contactId,
      conversation_id: person.conversationId,
      channel_identity: channelIdentity(context, person),
    },
  });
}

/** SMART_CONVERSATIONS: the result of an analysis of a message. */
export function smartConversation(
  context: SampleContext,
  person: Person = context.person(),
  messageId: string = context.id(),
): CallbackBody {
  return envelope(context, {
    smart_conversation_notification: {
      contact_id: person.contactId,
      channel_identity: person.phone,
      channel: person.channel,
      message_id: messageId,
      conversation_id: person.conversationId,
      analysis_results: {
        ml_sentiment_result: [{ message: 'Thank you!', sentiment: 'positive', score: 0.97 }],
      },
    },
  });
}

/** RECORD_NOTIFICATION. */
export function recordNotification(
  context: SampleContext,
  person: Person = context.person(),
): CallbackBody {
  return envelope(context, {
    record_notification: {
      entity_id: context.id(),
      record_status: 'EVENT_RECORD_STORED',
      channel_identity: channelIdentity(context, person),
      contact_id: person.contactId,
      conversation_id: person.conversationId,
      processing_mode: person.mode,
    },
  });
}

/** BATCH_STATUS_UPDATE. */
export function batchStatus(context: SampleContext): CallbackBody {
  return envelope(context, {
    batch_status_update_notification: {
      batch_id: context.id(),
      batch_status: 'BATCH_STATUS_PROCESSED',
      batch_type: 'BATCH_TYPE_MESSAGES',
      additional_data: {},
    },
  });
}

import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type SampleWorld,
} from './sample-context.ts';

/** CHANNEL_EVENT: news of a channel account; it concerns no person. */
export function channelEvent(world: SampleWorld): CallbackBody {
  return envelope(world, {
    channel_event_notification: {
      channel_event: {
        channel: 'WHATSAPP',
        event_type: 'WHATS_APP_QUALITY_RATING_CHANGED',
        additional_data: { quality_rating: 'GREEN', reference: world.id() },
      },
    },
  });
}

/** UNSUPPORTED: what Sinch could not make a callback of, as the channel sent it. */
export function unsupportedCallback(
  world: SampleWorld,
  person: Person = world.person(),
): CallbackBody {
  return envelope(world, {
    unsupported_callback: {
      channel: 'MESSENGER',
      payload: '{"object":"page","entry":[]}',
      processing_mode: person.mode,
      id: world.id(),
      contact_id: person.contactId,
      conversation_id: person.conversationId,
      channel_identity: channelIdentity(world, person),
    },
  });
}

/** SMART_CONVERSATIONS: what an analysis found in a message. */
export function smartConversation(
  world: SampleWorld,
  person: Person = world.person(),
  messageId: string = world.id(),
): CallbackBody {
  return envelope(world, {
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
  world: SampleWorld,
  person: Person = world.person(),
): CallbackBody {
  return envelope(world, {
    record_notification: {
      entity_id: world.id(),
      record_status: 'EVENT_RECORD_STORED',
      channel_identity: channelIdentity(world, person),
      contact_id: person.contactId,
      conversation_id: person.conversationId,
      processing_mode: person.mode,
    },
  });
}

/** BATCH_STATUS_UPDATE. */
export function batchStatus(world: SampleWorld): CallbackBody {
  return envelope(world, {
    batch_status_update_notification: {
      batch_id: world.id(),
      batch_status: 'BATCH_STATUS_PROCESSED',
      batch_type: 'BATCH_TYPE_MESSAGES',
      additional_data: {},
    },
  });
}

import {
  channelFields,
  jsonObject,
  optionalSection,
  reason,
  section,
  textOrJson,
  time,
  word,
} from './fields.ts';

/** `event`: an action of a contact other than writing. One of the two members holds it. */
export const inboundEvent = section({
  ...channelFields,
  /** Absent in callbacks of 2021. */
  id: word,
  direction: word,
  contact_event: jsonObject,
  contact_message_event: jsonObject,
  contact_id: word,
  conversation_id: word,
  accept_time: time,
  processing_mode: word,
});

/** `reaction_event`: a contact's emoji on a message. */
export const reactionEvent = section({
  message_id: word,
  emoji: word,
  action: word,
  reaction_category: word,
});

/** `event_delivery_report`: the delivery status of an event to a contact. */
export const eventDelivery = section({
  ...channelFields,
  event_id: word,
  status: word,
  contact_id: word,
  conversation_id: word,
  reason,
  metadata: textOrJson,
  processing_mode: word,
});

/** `channel_event_notification`: a change of a channel itself, such as its quality rating. */
export const channelEvent = section({
  channel_event: optionalSection({ channel: word, event_type: word, additional_data: jsonObject }),
});

/** `unsupported_callback`: data from a channel that Sinch has no shape for, as text. */
export const unsupported = section({
  ...channelFields,
  payload: textOrJson,
  processing_mode: word,
  id: word,
  contact_id: word,
  conversation_id: word,
});

/** `record_notification`. */
export const recordNotification = section({
  ...channelFields,
  entity_id: word,
  record_status: word,
  contact_id: word,
  conversation_id: word,
  reason,
  processing_mode: word,
});

/** `batch_status_update_notification`. */
export const batchStatusUpdate = section({
  batch_id: word,
  batch_status: word,
  batch_type: word,
  additional_data: jsonObject,
});

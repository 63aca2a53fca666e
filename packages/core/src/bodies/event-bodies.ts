import { channelFields, jsonObject, optionalSection, reason, section, text } from './fields.ts';

/** `event`: something a contact did other than writing. One of the two members tells what. */
export const inboundEvent = section({
  ...channelFields,
  /** Absent in callbacks of 2021. */
  id: text,
  direction: text,
  contact_event: jsonObject,
  contact_message_event: jsonObject,
  contact_id: text,
  conversation_id: text,
  accept_time: text,
  processing_mode: text,
});

/** `event_delivery_report`: how far an event to a contact has come. */
export const eventDelivery = section({
  ...channelFields,
  event_id: text,
  status: text,
  contact_id: text,
  conversation_id: text,
  reason,
  metadata: text,
  processing_mode: text,
});

/** `channel_event_notification`: news of a channel itself, such as a quality rating. */
export const channelEvent = section({
  channel_event: optionalSection({ channel: text, event_type: text, additional_data: jsonObject }),
});

/** `unsupported_callback`: what a channel sent and Sinch has no shape for, as text. */
export const unsupported = section({
  ...channelFields,
  payload: text,
  processing_mode: text,
  id: text,
  contact_id: text,
  conversation_id: text,
});

/** `record_notification`. */
export const recordNotification = section({
  ...channelFields,
  entity_id: text,
  record_status: text,
  contact_id: text,
  conversation_id: text,
  reason,
  processing_mode: text,
});

/** `batch_status_update_notification`. */
export const batchStatusUpdate = section({
  batch_id: text,
  batch_status: text,
  batch_type: text,
  additional_data: jsonObject,
});

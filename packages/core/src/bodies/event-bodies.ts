import {
  channelFields,
  flag,
  jsonObject,
  optionalSection,
  reason,
  section,
  shortText,
  text,
  textOrJson,
  time,
} from './fields.ts';

const reactionShape = {
  message_id: shortText,
  emoji: shortText,
  action: shortText,
  reaction_category: shortText,
};

/** `reaction_event`: a contact's emoji on a message. */
export const reactionEvent = section(reactionShape);

/** An event without known fields: its name tells all. */
const noFields = optionalSection({});

/** `event`: an action of a contact other than writing. One of the two members holds it. */
export const inboundEvent = section({
  ...channelFields,
  /** Absent in callbacks of 2021. */
  id: shortText,
  direction: shortText,
  contact_event: optionalSection({
    composing_event: noFields,
    composing_end_event: noFields,
    conversation_deleted_event: noFields,
    comment_event: optionalSection({
      id: shortText,
      text,
      comment_type: shortText,
      commented_on: shortText,
      user: shortText,
    }),
    generic_event: optionalSection({ payload: jsonObject }),
  }),
  contact_message_event: optionalSection({
    payment_status_update_event: optionalSection({
      reference_id: shortText,
      payment_status: shortText,
      payment_transaction_status: shortText,
      payment_transaction_id: shortText,
    }),
    shortlink_activated_event: optionalSection({
      payload: text,
      title: text,
      ref: text,
      source: text,
      type: text,
      existing_thread: flag,
    }),
    reaction_event: optionalSection(reactionShape),
  }),
  contact_id: shortText,
  conversation_id: shortText,
  accept_time: time,
  processing_mode: shortText,
});

/** `event_delivery_report`: the delivery status of an event to a contact. */
export const eventDelivery = section({
  ...channelFields,
  event_id: shortText,
  status: shortText,
  contact_id: shortText,
  conversation_id: shortText,
  reason,
  metadata: textOrJson,
  processing_mode: shortText,
});

/** `channel_event_notification`: a change of a channel itself, such as its quality rating. */
export const channelEvent = section({
  channel_event: optionalSection({
    channel: shortText,
    event_type: shortText,
    additional_data: jsonObject,
  }),
});

/** `unsupported_callback`: data from a channel that Sinch has no shape for, as text. */
export const unsupported = section({
  ...channelFields,
  payload: textOrJson,
  processing_mode: shortText,
  id: shortText,
  contact_id: shortText,
  conversation_id: shortText,
});

/** `record_notification`. */
export const recordNotification = section({
  ...channelFields,
  entity_id: shortText,
  record_status: shortText,
  contact_id: shortText,
  conversation_id: shortText,
  reason,
  processing_mode: shortText,
});

/** `batch_status_update_notification`. */
export const batchStatusUpdate = section({
  batch_id: shortText,
  batch_status: shortText,
  batch_type: shortText,
  additional_data: jsonObject,
});

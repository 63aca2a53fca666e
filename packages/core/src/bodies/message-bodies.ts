import { channelFields, flag, jsonObject, reason, section, text } from './fields.ts';

/** `message`: what a contact wrote, or chose, or sent. `contact_message` holds exactly one kind. */
export const inboundMessage = section({
  ...channelFields,
  id: text,
  direction: text,
  contact_message: jsonObject,
  conversation_id: text,
  contact_id: text,
  metadata: text,
  accept_time: text,
  sender_id: text,
  processing_mode: text,
  injected: flag,
});

/** `message_submit_notification`: Sinch has taken a message to a contact. */
export const messageSubmit = section({
  ...channelFields,
  message_id: text,
  conversation_id: text,
  contact_id: text,
  submitted_message: jsonObject,
  metadata: text,
  processing_mode: text,
});

/** `message_delivery_report`: how far a message to a contact has come. */
export const messageDelivery = section({
  ...channelFields,
  message_id: text,
  conversation_id: text,
  contact_id: text,
  status: text,
  reason,
  metadata: text,
  processing_mode: text,
});

/** `smart_conversation_notification`: what an analysis made of a message. */
export const smartConversation = section({
  contact_id: text,
  /** A plain text here, unlike everywhere else. */
  channel_identity: text,
  channel: text,
  message_id: text,
  conversation_id: text,
  analysis_results: jsonObject,
});

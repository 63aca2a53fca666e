import {
  channelFields,
  flag,
  jsonObject,
  optionalSection,
  reason,
  section,
  text,
  textOrJson,
  time,
  word,
} from './fields.ts';

const messageFields = {
  ...channelFields,
  conversation_id: word,
  contact_id: word,
  metadata: textOrJson,
  /** Announced by Sinch; its position is not shown, so it is read here and in the envelope. */
  channel_metadata: textOrJson,
  processing_mode: word,
};

/** `message`: a contact's message, choice or media. `contact_message` holds exactly one kind. */
export const inboundMessage = section({
  ...messageFields,
  id: word,
  direction: word,
  contact_message: jsonObject,
  accept_time: time,
  sender_id: word,
  injected: flag,
});

/** `message_submit_notification`: Sinch has accepted a message to a contact. */
export const messageSubmit = section({
  ...messageFields,
  message_id: word,
  submitted_message: optionalSection({ message_id: word }),
  sender_id: word,
});

/** `message_delivery_report`: the delivery status of a message to a contact. */
export const messageDelivery = section({
  ...messageFields,
  message_id: word,
  status: word,
  reason,
});

/** `smart_conversation_notification`: the result of an analysis of a message. */
export const smartConversation = section({
  contact_id: word,
  /** A plain text here, unlike everywhere else. */
  channel_identity: text,
  channel: word,
  message_id: word,
  conversation_id: word,
  analysis_results: jsonObject,
});

import { contactMessage, submittedMessage } from './content/message-shapes.ts';
import {
  channelFields,
  flag,
  jsonObject,
  reason,
  section,
  shortText,
  text,
  textOrJson,
  time,
} from './fields.ts';

const messageFields = {
  ...channelFields,
  conversation_id: shortText,
  contact_id: shortText,
  metadata: textOrJson,
  /** Announced by Sinch; its position is not shown, so it is read here and in the envelope. */
  channel_metadata: textOrJson,
  processing_mode: shortText,
};

/**
 * `message`: a contact's message, choice or media. `contact_message` holds exactly one kind, which
 * `messageContent` finds.
 */
export const inboundMessage = section({
  ...messageFields,
  id: shortText,
  direction: shortText,
  contact_message: contactMessage,
  accept_time: time,
  sender_id: shortText,
  injected: flag,
});

/** `message_submit_notification`: Sinch has accepted a message to a contact. */
export const messageSubmit = section({
  ...messageFields,
  message_id: shortText,
  submitted_message: submittedMessage,
  sender_id: shortText,
});

/** `message_delivery_report`: the delivery status of a message to a contact. */
export const messageDelivery = section({
  ...messageFields,
  message_id: shortText,
  status: shortText,
  reason,
});

/** `smart_conversation_notification`: the result of an analysis of a message. */
export const smartConversation = section({
  contact_id: shortText,
  /** A plain text here, unlike everywhere else. */
  channel_identity: text,
  channel: shortText,
  message_id: shortText,
  conversation_id: shortText,
  analysis_results: jsonObject,
});

import {
  flag,
  jsonObject,
  optionalSection,
  reason,
  section,
  sectionList,
  text,
  textOrJson,
  word,
  wordList,
} from './fields.ts';

const conversationShape = {
  id: word,
  app_id: word,
  contact_id: word,
  active_channel: word,
  active: flag,
  last_received: text,
  metadata: textOrJson,
  metadata_json: jsonObject,
  correlation_id: word,
};

/**
 * `conversation_start_notification` and its siblings. Documented samples carry no time. Sinch's
 * material also shows the id alone, without a conversation.
 */
export const conversationNotification = section({
  conversation: optionalSection(conversationShape),
  conversation_id: word,
});

const contactShape = {
  id: word,
  channel_identities: sectionList({ channel: word, identity: word, app_id: word }),
  channel_priority: wordList,
  display_name: text,
  email: text,
  external_id: word,
  metadata: textOrJson,
  language: word,
};

/** A contact as it is, or, in a deletion, as it was. */
const contact = optionalSection(contactShape);

/** `contact_create_notification` and its siblings. Also shown with the id alone. */
export const contactNotification = section({ contact, contact_id: word });

/**
 * `contact_merge_notification`: one contact is preserved, the other is deleted. Also shown with ids
 * alone.
 */
export const contactMerge = section({
  preserved_contact: contact,
  deleted_contact: contact,
  preserved_contact_id: word,
  deleted_contact_id: word,
});

/** `duplicated_contact_identities_notification`: contacts that share an identity. */
export const duplicatedIdentities = section({
  duplicated_identities: sectionList({ channel: word, contact_ids: wordList }),
});

/** `capability_notification`: the capabilities of a channel for an identity. */
export const capability = section({
  request_id: word,
  contact_id: word,
  channel: word,
  identity: word,
  capability_status: word,
  channel_capabilities: wordList,
  reason,
});

/** `opt_in_notification` and `opt_out_notification`. */
export const consentNotification = section({
  request_id: word,
  contact_id: word,
  channel: word,
  identity: word,
  status: word,
  error_details: optionalSection({ description: text }),
  processing_mode: word,
});

import {
  flag,
  jsonObject,
  optionalSection,
  reason,
  section,
  sectionList,
  shortText,
  shortTextList,
  text,
  textOrJson,
} from './fields.ts';

const conversationShape = {
  id: shortText,
  app_id: shortText,
  contact_id: shortText,
  active_channel: shortText,
  active: flag,
  last_received: text,
  metadata: textOrJson,
  metadata_json: jsonObject,
  correlation_id: shortText,
};

/**
 * `conversation_start_notification` and its siblings. Documented samples carry no time. Sinch's
 * material also shows the id alone, without a conversation.
 */
export const conversationNotification = section({
  conversation: optionalSection(conversationShape),
  conversation_id: shortText,
});

const contactShape = {
  id: shortText,
  channel_identities: sectionList({ channel: shortText, identity: shortText, app_id: shortText }),
  channel_priority: shortTextList,
  display_name: text,
  email: text,
  external_id: shortText,
  metadata: textOrJson,
  language: shortText,
};

/** A contact as it is, or, in a deletion, as it was. */
const contact = optionalSection(contactShape);

/** `contact_create_notification` and its siblings. Also shown with the id alone. */
export const contactNotification = section({ contact, contact_id: shortText });

/**
 * `contact_merge_notification`: one contact is preserved, the other is deleted. Also shown with ids
 * alone.
 */
export const contactMerge = section({
  preserved_contact: contact,
  deleted_contact: contact,
  preserved_contact_id: shortText,
  deleted_contact_id: shortText,
});

/** `duplicated_contact_identities_notification`: contacts that share an identity. */
export const duplicatedIdentities = section({
  duplicated_identities: sectionList({ channel: shortText, contact_ids: shortTextList }),
});

/** `capability_notification`: the capabilities of a channel for an identity. */
export const capability = section({
  request_id: shortText,
  contact_id: shortText,
  channel: shortText,
  identity: shortText,
  capability_status: shortText,
  channel_capabilities: shortTextList,
  reason,
});

/** `opt_in_notification` and `opt_out_notification`. */
export const consentNotification = section({
  request_id: shortText,
  contact_id: shortText,
  channel: shortText,
  identity: shortText,
  status: shortText,
  error_details: optionalSection({ description: text }),
  processing_mode: shortText,
});

import {
  flag,
  jsonObject,
  optionalSection,
  reason,
  section,
  sectionList,
  text,
  textList,
} from './fields.ts';

const conversationShape = {
  id: text,
  app_id: text,
  contact_id: text,
  active_channel: text,
  active: flag,
  last_received: text,
  metadata: text,
  metadata_json: jsonObject,
  correlation_id: text,
};

/** `conversation_start_notification` and its sisters. Documented samples carry no time. */
export const conversationNotification = section({
  conversation: optionalSection(conversationShape),
});

const contactShape = {
  id: text,
  channel_identities: sectionList({ channel: text, identity: text, app_id: text }),
  channel_priority: textList,
  display_name: text,
  email: text,
  external_id: text,
  metadata: text,
  language: text,
};

/** A contact as it is, or, in a deletion, as it was. */
const contact = optionalSection(contactShape);

/** `contact_create_notification` and its sisters. */
export const contactNotification = section({ contact });

/** `contact_merge_notification`: one lives on, the other is gone. */
export const contactMerge = section({ preserved_contact: contact, deleted_contact: contact });

/** `duplicated_contact_identities_notification`: contacts that share an identity. */
export const duplicatedIdentities = section({
  duplicated_identities: sectionList({ channel: text, contact_ids: textList }),
});

/** `capability_notification`: what a channel can do for an identity. */
export const capability = section({
  request_id: text,
  contact_id: text,
  channel: text,
  identity: text,
  capability_status: text,
  channel_capabilities: textList,
  reason,
});

/** `opt_in_notification` and `opt_out_notification`. */
export const consentNotification = section({
  request_id: text,
  contact_id: text,
  channel: text,
  identity: text,
  status: text,
  error_details: optionalSection({ description: text }),
  processing_mode: text,
});

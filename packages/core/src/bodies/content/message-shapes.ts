import {
  decimal,
  jsonObject,
  optionalSection,
  type Reader,
  reason,
  sectionList,
  shortText,
  text,
} from '../fields.ts';

export const textShape = { text };
export const mediaShape = { url: text, thumbnail_url: text, filename_override: text };
export const mediaCardShape = { url: text, caption: text };
export const coordinatesShape = { latitude: decimal, longitude: decimal };
export const choiceResponseShape = { message_id: shortText, postback_data: text };
export const productShape = {
  id: shortText,
  marketplace: shortText,
  quantity: decimal,
  item_price: decimal,
  currency: shortText,
};
/** A channel's own kind of message, such as the answers to a form of WhatsApp's. */
export const channelSpecificShape = { message_type: shortText, message: jsonObject };
export const replyToShape = { message_id: shortText };

const textMessage = optionalSection(textShape);
const mediaMessage = optionalSection(mediaShape);
const locationMessage = optionalSection({
  title: text,
  label: text,
  coordinates: optionalSection(coordinatesShape),
});

/** `contact_message`: exactly one of its members holds the message. */
export const contactMessage = optionalSection({
  text_message: textMessage,
  media_message: mediaMessage,
  media_card_message: optionalSection(mediaCardShape),
  location_message: locationMessage,
  choice_response_message: optionalSection(choiceResponseShape),
  product_response_message: optionalSection({
    text,
    catalog_id: shortText,
    products: sectionList(productShape),
  }),
  fallback_message: optionalSection({ raw_message: text, reason }),
  channel_specific_message: optionalSection(channelSpecificShape),
  reply_to: optionalSection(replyToShape),
});

/** A part that only `messageContent` reads: its type lets no field be named. */
const unread: Reader<object | undefined> = jsonObject;

/** `submitted_message`: exactly one of its members holds the message. */
export const submittedMessage = optionalSection({
  message_id: shortText,
  text_message: textMessage,
  media_message: mediaMessage,
  location_message: locationMessage,
  card_message: unread,
  carousel_message: unread,
  choice_message: unread,
  list_message: unread,
  template_message: unread,
  contact_info_message: unread,
  reply_to: optionalSection(replyToShape),
});

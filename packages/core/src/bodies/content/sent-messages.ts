import { shortText, text } from '../fields.ts';
import { media, offeredChoice, template, textMessage } from './message-parts.ts';
import { productShape } from './message-shapes.ts';
import { oneOf, tagged } from './one-of.ts';
import { listOf, membersOf, optional, renamed } from './renamed.ts';

const choices = listOf(offeredChoice);

const cardFields = renamed({
  title: text,
  description: text,
  height: shortText,
  media_message: optional(media),
  choices,
});

const card = (value: unknown) => {
  const { mediaMessage, ...fields } = cardFields(value);
  return { ...fields, media: mediaMessage };
};

const choicesFields = renamed({ text_message: optional(textMessage), choices });

const offer = (value: unknown) => {
  const { textMessage: message, ...fields } = choicesFields(value);
  return { text: message?.text, ...fields };
};

const listItem = oneOf(
  {
    choice: tagged(
      'choice',
      renamed({ title: text, description: text, media: optional(media), postback_data: text }),
    ),
    product: tagged('product', renamed(productShape)),
  },
  new Set(),
);

const list = renamed({
  title: text,
  description: text,
  media: optional(media),
  sections: listOf(renamed({ title: text, items: listOf(listItem) })),
});

const typed = { type: shortText };

const contactInfo = renamed({
  name: optional(
    renamed({
      full_name: text,
      first_name: text,
      middle_name: text,
      last_name: text,
      prefix: text,
      suffix: text,
    }),
  ),
  phone_numbers: listOf(renamed({ phone_number: text, ...typed })),
  addresses: listOf(
    renamed({
      city: text,
      country: text,
      country_code: shortText,
      state: text,
      zip: text,
      ...typed,
    }),
  ),
  email_addresses: listOf(renamed({ email_address: text, ...typed })),
  organization: optional(renamed({ company: text, department: text, title: text })),
  urls: listOf(renamed({ url: text, ...typed })),
  birthday: text,
});

/** Readers of the kinds of message that only an app sends. */
export const sentMessages = {
  card_message: tagged('card', card),
  carousel_message: tagged('carousel', renamed({ cards: listOf(card), choices })),
  choice_message: tagged('choices', offer),
  list_message: tagged('list', list),
  template_message: tagged(
    'template',
    renamed({
      omni_template: optional(template),
      channel_template: membersOf(optional(template)),
    }),
  ),
  contact_info_message: tagged('contactInfo', contactInfo),
};

import { isJsonObject, type JsonObject } from '../events/json-object.ts';
import { besideTheMessage, contentAsSent, type MessageEvent } from './content/content-as-sent.ts';
import { location, media, textMessage } from './content/message-parts.ts';
import {
  channelSpecificShape,
  choiceResponseShape,
  mediaCardShape,
  productShape,
  replyToShape,
} from './content/message-shapes.ts';
import { oneOf, tagged } from './content/one-of.ts';
import { listOf, optional, renamed } from './content/renamed.ts';
import { sentMessages } from './content/sent-messages.ts';
import { type Reader, reasonShape, shortText, text } from './fields.ts';
import type { SinchEventOf } from './sinch-event.ts';

const mediaCardFields = renamed(mediaCardShape);

const mediaCard: Reader<{ url: string; caption: string | undefined } | undefined> = (value) => {
  const { url, caption } = mediaCardFields(value);
  return url === undefined ? undefined : { url, caption };
};

/** The kinds of message by the member that holds each. */
const readContent = oneOf(
  {
    text_message: tagged('text', textMessage),
    media_message: tagged('media', media),
    media_card_message: tagged('mediaCard', mediaCard),
    location_message: tagged('location', location),
    choice_response_message: tagged('choice', renamed(choiceResponseShape)),
    product_response_message: tagged(
      'productResponse',
      renamed({ text, catalog_id: shortText, products: listOf(renamed(productShape)) }),
    ),
    fallback_message: tagged(
      'fallback',
      renamed({ raw_message: text, reason: optional(renamed(reasonShape)) }),
    ),
    channel_specific_message: tagged('channelSpecific', renamed(channelSpecificShape)),
    ...sentMessages,
  },
  besideTheMessage,
);
const replyTo = renamed(replyToShape);

/**
 * The content of a message. `other` is a kind that Sinch has added since. `none`: the message was
 * redacted, or carries nothing that its kind needs.
 */
export type MessageContent = (
  | NonNullable<ReturnType<typeof readContent>>
  | { readonly kind: 'none' }
) & {
  /** The id of the message that this one answers, where the sender quoted it. */
  readonly replyTo: string | undefined;
};

/**
 * Reads the content of a message of a contact or to one. `switch (content.kind)` narrows its
 * fields. Never throws; a field of an unexpected type counts as absent.
 *
 * A contact that takes a choice answers with `choice`; a message that offers some is `choices`.
 */
export function messageContent(event: MessageEvent): MessageContent {
  const asSent = contentAsSent(event) ?? {};
  const content = event.trigger === 'MESSAGE_SUBMIT' ? forItsChannel(asSent, event) : asSent;
  const { messageId } = replyTo(content['reply_to']);
  return { ...(readContent(content) ?? { kind: 'none' }), replyTo: messageId };
}

/**
 * Puts the content for the message's channel where a contact's has it. A sent message may have
 * several, by channel and beside a general one, which is preferred.
 */
function forItsChannel(
  { channel_specific_message: byChannel, ...content }: JsonObject,
  { body }: SinchEventOf<'MESSAGE_SUBMIT'>,
): JsonObject {
  if (!isJsonObject(byChannel)) return content;
  const channel = body.channel_identity?.channel ?? body.channel ?? '';
  const specific = Object.hasOwn(byChannel, channel)
    ? byChannel[channel]
    : Object.values(byChannel)[0];
  return { ...content, channel_specific_message: specific };
}

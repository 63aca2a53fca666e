import type { Conversation } from '@sinch/sdk-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { webhookTriggers } from '../index.ts';
import type { App } from './app.ts';
import type { MessageEntry, MessageQuery } from './message-page.ts';
import type { Recipient, SendRequest, SendResult } from './send-request.ts';
import type { Webhook, WebhookCreation, WebhookTrigger, WebhookUpdate } from './webhook.ts';

/*
 * Sinch's own types, of the last release of its SDK that installs. They are compared by the type
 * checker: a run of these tests proves nothing of them.
 */
type SdkSend = Conversation.SendMessageRequest<Conversation.Recipient>;
type SdkText = Conversation.SendTextMessageRequest<Conversation.Recipient>;
type SdkQuery = Conversation.ListMessagesRequestData;

/** The names in all members of a union. */
type Names<Union> = Union extends unknown ? keyof Union : never;

describe('the request to send', () => {
  it('has exactly the members of Sinch’s', () => {
    expectTypeOf<keyof SendRequest>().toEqualTypeOf<keyof SdkSend>();
    expectTypeOf<Names<SendRequest['message']>>().toEqualTypeOf<Names<SdkSend['message']>>();
    expectTypeOf<Names<Recipient>>().toEqualTypeOf<Names<Conversation.Recipient>>();
  });

  it('with a text is one that Sinch’s client takes', () => {
    type Text = Extract<SendRequest['message'], { text_message: object }>;
    expectTypeOf<Omit<SendRequest, 'message'>>().toExtend<Omit<SdkText, 'message'>>();
    expectTypeOf<Text['text_message']>().toExtend<Conversation.TextMessageItem>();
    expectTypeOf<Recipient>().toExtend<Conversation.Recipient>();
  });

  it('takes every message that Sinch’s client takes', () => {
    type Common = 'channel_specific_message' | 'explicit_channel_message';
    expectTypeOf<Omit<Conversation.AppCardMessage, Common>>().toExtend<SendRequest['message']>();
    expectTypeOf<Omit<Conversation.AppMediaMessage, Common>>().toExtend<SendRequest['message']>();
    expectTypeOf<Omit<Conversation.AppTemplateMessage, Common>>().toExtend<
      SendRequest['message']
    >();
  });

  it('refuses two parts, and none', () => {
    type Two = { readonly text_message: { text: string }; readonly card_message: object };
    expectTypeOf<Two>().not.toExtend<SendRequest['message']>();
    expectTypeOf<Record<never, never>>().not.toExtend<SendRequest['message']>();
  });
});

describe('requests about webhooks', () => {
  it('are ones that Sinch’s client takes, with all their members', () => {
    expectTypeOf<WebhookCreation>().toExtend<Conversation.CreateWebhookRequestBody>();
    expectTypeOf<keyof WebhookCreation>().toEqualTypeOf<
      keyof Conversation.CreateWebhookRequestBody
    >();
    expectTypeOf<WebhookUpdate>().toExtend<Conversation.UpdateWebhookRequestBody>();
    expectTypeOf<keyof WebhookUpdate>().toEqualTypeOf<
      keyof Conversation.UpdateWebhookRequestBody
    >();
  });

  it('know Sinch’s triggers, except the one that is an error', () => {
    type Known = Exclude<Conversation.WebhookTrigger, 'UNSPECIFIED_TRIGGER'>;
    expectTypeOf<WebhookTrigger>().toEqualTypeOf<Known>();
    expect(webhookTriggers).toHaveLength(21);
    expect(webhookTriggers).not.toContain('BATCH_STATUS_UPDATE');
  });
});

describe('the query of messages', () => {
  it('has exactly the members of Sinch’s, and is one that its client takes', () => {
    expectTypeOf<keyof MessageQuery>().toEqualTypeOf<keyof SdkQuery>();
    expectTypeOf<MessageQuery>().toExtend<SdkQuery>();
  });
});

it('answers have only members that Sinch’s types have', () => {
  expectTypeOf<keyof App>().toExtend<keyof Conversation.AppResponse>();
  expectTypeOf<keyof Webhook>().toEqualTypeOf<keyof Conversation.Webhook>();
  expectTypeOf<keyof SendResult>().toEqualTypeOf<keyof Conversation.SendMessageResponse>();
  expectTypeOf<keyof MessageEntry>().toEqualTypeOf<Names<Conversation.ConversationMessage>>();
});

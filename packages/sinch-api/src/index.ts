export type { App, RetentionPolicy } from './bodies/app.ts';
export type { MessageEntry, MessagePage, MessageQuery } from './bodies/message-page.ts';
export type {
  AppMessage,
  ChannelRecipient,
  Recipient,
  SendRequest,
  SendResult,
} from './bodies/send-request.ts';
export {
  type SecretText,
  type Webhook,
  type WebhookClientCredentials,
  type WebhookCreation,
  type WebhookField,
  type WebhookTrigger,
  type WebhookUpdate,
  webhookTriggers,
} from './bodies/webhook.ts';
export type { Deletion, DeletionCalls } from './calls/deletion-calls.ts';
export type { MessageCalls } from './calls/message-calls.ts';
export type { WebhookCalls } from './calls/webhook-calls.ts';
export {
  createSinchApi,
  type RequestReport,
  type SinchApi,
  type SinchApiOptions,
  type SinchRegion,
} from './create-sinch-api.ts';
export {
  type Certainty,
  SinchApiError,
  type SinchApiFailure,
  type SinchApiOperation,
} from './errors/sinch-api-error.ts';
export { defaultSinchApiTimings, type SinchApiTimings } from './http/timings.ts';

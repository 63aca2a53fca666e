import { type KnownTrigger, knownTriggers } from '@sinch-callbacks/core';

/**
 * A secret in the clear: Sinch returns it whenever it returns a webhook or an app. Never log or
 * print it, nor an object that has it.
 */
export type SecretText = string;

/** The callbacks that a webhook can subscribe to: all but those of batches. */
export type WebhookTrigger = Exclude<KnownTrigger, 'BATCH_STATUS_UPDATE'>;

/** Every trigger that Sinch accepts. `UNSPECIFIED_TRIGGER` is an error there. */
export const webhookTriggers: readonly WebhookTrigger[] = knownTriggers.filter(
  (trigger) => trigger !== 'BATCH_STATUS_UPDATE',
);

/**
 * Credentials with which Sinch fetches a token for its callbacks, where the target asks for one.
 */
export interface WebhookClientCredentials {
  readonly client_id: string;
  readonly client_secret: SecretText;
  readonly endpoint: string;
  readonly scope?: string;
  readonly token_request_type?: 'BASIC' | 'FORM';
}

/** The fields of a webhook that a request can set. */
interface WebhookSettings {
  readonly app_id: string;
  /** At most 742 characters, and no other webhook of the app has it. */
  readonly target: string;
  /** `DISMISS`, which sends nothing, where it is absent. */
  readonly target_type: 'HTTP' | 'DISMISS';
  readonly triggers: WebhookTrigger[];
  readonly secret: SecretText;
  readonly client_credentials: WebhookClientCredentials;
}

export type WebhookField = keyof WebhookSettings;

export type WebhookCreation = Pick<WebhookSettings, 'app_id' | 'target'> & Partial<WebhookSettings>;

/** Sinch requires the target in each update. It changes only where the mask names it. */
export type WebhookUpdate = Pick<WebhookSettings, 'target'> & Partial<WebhookSettings>;

/** A webhook as Sinch returns it. Members that are not listed are there too. */
export interface Webhook {
  readonly id: string;
  readonly app_id: string;
  readonly target: string;
  readonly target_type?: string;
  /** Also those that Sinch has added since. */
  readonly triggers?: readonly string[];
  readonly secret?: SecretText;
  readonly client_credentials?: WebhookClientCredentials;
}

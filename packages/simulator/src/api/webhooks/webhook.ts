import { type KnownTrigger, knownTriggers } from '@sinch-callbacks/core';
import type { JsonObject } from '../http/json-object.ts';

/** A registered webhook. A secret of `''` means that its callbacks are not signed. */
export interface Webhook {
  readonly id: string;
  readonly appId: string;
  readonly target: string;
  readonly targetType: 'HTTP' | 'DISMISS';
  readonly triggers: readonly string[];
  readonly secret: string;
  readonly clientCredentials: JsonObject | undefined;
}

/** The fields that a request may set. */
export type WebhookFields = Pick<
  Webhook,
  'target' | 'targetType' | 'triggers' | 'secret' | 'clientCredentials'
>;

/** The 21 triggers that a webhook may have. */
export const webhookTriggers: ReadonlySet<string> = new Set(
  knownTriggers.filter((trigger: KnownTrigger) => trigger !== 'BATCH_STATUS_UPDATE'),
);

/** Writes a webhook as the API returns it: with its secret in the clear, as Sinch does. */
export function writeWebhook(webhook: Webhook): JsonObject {
  return {
    id: webhook.id,
    app_id: webhook.appId,
    target: webhook.target,
    target_type: webhook.targetType,
    triggers: webhook.triggers,
    secret: webhook.secret,
    client_credentials: webhook.clientCredentials ?? null,
  };
}

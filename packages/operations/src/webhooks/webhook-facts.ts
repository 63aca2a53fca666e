import { type Webhook, type WebhookTrigger, webhookTriggers } from '@sinch-callbacks/sinch-api';

/** What a webhook of Sinch's is, without its secrets: it can be printed and logged. */
export interface WebhookFacts {
  readonly id: string;
  /** The address without login, query and fragment, which may hold a token. */
  readonly target: string;
  /** `HTTP`, or `DISMISS`, which sends nothing. */
  readonly targetType: string;
  readonly triggers: readonly string[];
  /** Known triggers that it does not have. */
  readonly missingTriggers: readonly WebhookTrigger[];
  readonly secret: SecretFacts;
}

/** Which secret signs the callbacks of a webhook. */
export type SecretFacts =
  /** None: ingest answers 401. */
  | { readonly kind: 'none' }
  /** One of ours, by its position in `SINCH_WEBHOOK_SECRET`, from 0 on. */
  | { readonly kind: 'ours'; readonly position: number }
  | { readonly kind: 'another' };

/** @param secrets ours, which its own is compared with. */
export function readWebhookFacts(webhook: Webhook, secrets: readonly string[]): WebhookFacts {
  const { id, triggers = [], secret = '' } = webhook;
  return {
    id,
    target: showTarget(webhook.target),
    targetType: webhook.target_type ?? 'DISMISS',
    triggers,
    missingTriggers: webhookTriggers.filter((trigger) => !triggers.includes(trigger)),
    secret: readSecretFacts(secret, secrets),
  };
}

function readSecretFacts(secret: string, secrets: readonly string[]): SecretFacts {
  if (secret === '') return { kind: 'none' };
  const position = secrets.indexOf(secret);
  return position < 0 ? { kind: 'another' } : { kind: 'ours', position };
}

/** Formats a target so that it can be shown. `?…` stands for a query. */
export function showTarget(target: string): string {
  if (!URL.canParse(target)) return '(not an address)';
  const { origin, pathname, search } = new URL(target);
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}

/**
 * Compares addresses as a request would: `https://EXAMPLE.com:443/a` is `https://example.com/a`.
 */
export function isSameTarget(one: string, other: string): boolean {
  return one === other || normalised(one) === normalised(other);
}

function normalised(target: string): string {
  return URL.canParse(target) ? new URL(target).href : target;
}

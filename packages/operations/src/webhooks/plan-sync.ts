import type { Webhook, WebhookTrigger } from '@sinch-callbacks/sinch-api';
import {
  isSameTarget,
  readWebhookFacts,
  type SecretFacts,
  type WebhookFacts,
} from './webhook-facts.ts';

/** The webhook that should be at Sinch: HTTP, with every trigger and the first secret. */
export interface WantedWebhook {
  /** The address of ingest, with its whole path. */
  readonly target: string;
  /** Those of `SINCH_WEBHOOK_SECRET`, in its order. */
  readonly secrets: readonly string[];
}

/** What a sync has to do. It holds no secret. */
export type SyncPlan =
  | { readonly kind: 'create' }
  /** Sets the fields of these differences, and no others. */
  | {
      readonly kind: 'patch';
      readonly webhook: WebhookFacts;
      readonly differences: readonly [Difference, ...Difference[]];
    }
  | { readonly kind: 'nothing'; readonly webhook: WebhookFacts }
  | { readonly kind: 'refused'; readonly reason: WebhookRefusal };

/** A field in which a webhook is not as it should be, and what it has instead. */
export type Difference =
  | { readonly field: 'target_type'; readonly found: string }
  | { readonly field: 'triggers'; readonly missing: readonly WebhookTrigger[] }
  | { readonly field: 'secret'; readonly found: SecretFacts };

export type WebhookRefusal =
  /** `SINCH_WEBHOOK_SECRET` is not set: ingest would answer every callback with 503. */
  | { readonly kind: 'no-secret' }
  /** It is the placeholder of `.env.example`, which everyone knows. */
  | { readonly kind: 'placeholder-secret' }
  /** The app has as many webhooks as it can, and none of them is ours. */
  | { readonly kind: 'full'; readonly webhooks: readonly WebhookFacts[] }
  /** Several webhooks have our target, in different spellings. */
  | { readonly kind: 'several'; readonly webhooks: readonly WebhookFacts[] };

/** Sinch's own limit for an app. */
export const maxWebhooks = 5;

/**
 * Decides how the webhook with our target becomes as it should be. Other webhooks are never part of
 * a plan.
 * @param webhooks all of the app.
 */
export function planSync(webhooks: readonly Webhook[], wanted: WantedWebhook): SyncPlan {
  const { target, secrets } = wanted;
  const [secret] = secrets;
  if (secret === undefined) return refuse({ kind: 'no-secret' });
  if (isPlaceholderSecret(secret)) return refuse({ kind: 'placeholder-secret' });
  const ours = webhooks.filter((webhook) => isSameTarget(webhook.target, target));
  const facts = (list: readonly Webhook[]) => list.map((one) => readWebhookFacts(one, secrets));
  if (ours.length > 1) return refuse({ kind: 'several', webhooks: facts(ours) });
  const [webhook] = facts(ours);
  if (webhook === undefined) {
    if (webhooks.length < maxWebhooks) return { kind: 'create' };
    return refuse({ kind: 'full', webhooks: facts(webhooks) });
  }
  const [first, ...rest] = differencesOf(webhook);
  if (first === undefined) return { kind: 'nothing', webhook };
  return { kind: 'patch', webhook, differences: [first, ...rest] };
}

function refuse(reason: WebhookRefusal): SyncPlan {
  return { kind: 'refused', reason };
}

/** Lists the fields in which a webhook is not as it should be. Triggers beyond ours do no harm. */
function differencesOf(webhook: WebhookFacts): Difference[] {
  const { targetType, missingTriggers, secret } = webhook;
  const isFirst = secret.kind === 'ours' && secret.position === 0;
  return [
    ...(targetType === 'HTTP' ? [] : [{ field: 'target_type', found: targetType } as const]),
    ...(missingTriggers.length === 0
      ? []
      : [{ field: 'triggers', missing: missingTriggers } as const]),
    ...(isFirst ? [] : [{ field: 'secret', found: secret } as const]),
  ];
}

/** Recognises the secret that `.env.example` has, which everyone knows. */
export function isPlaceholderSecret(secret: string): boolean {
  return /^replace-me/i.test(secret);
}

import type { Webhook } from '@sinch-callbacks/sinch-api';
import { planSync, type WantedWebhook, type WebhookRefusal } from './plan-sync.ts';
import type { WebhookFacts } from './webhook-facts.ts';

/** What a change of the secret at Sinch has to do. */
export type RotationPlan =
  /** Sets the secret alone. */
  | { readonly kind: 'patch'; readonly webhook: WebhookFacts; readonly position: number }
  /** The first secret signs already. */
  | { readonly kind: 'nothing'; readonly webhook: WebhookFacts }
  | { readonly kind: 'refused'; readonly reason: RotationRefusal };

export type RotationRefusal =
  | WebhookRefusal
  /** No webhook has our target. */
  | { readonly kind: 'not-there' }
  /** The webhook has no secret: there is nothing to rotate. */
  | { readonly kind: 'unsigned'; readonly webhook: WebhookFacts }
  /**
   * The secret at Sinch is not in `SINCH_WEBHOOK_SECRET`. Sinch may still retry callbacks that it
   * signed, so the receivers have to hold it too.
   */
  | { readonly kind: 'old-secret-missing'; readonly webhook: WebhookFacts };

/** Decides how the webhook with our target gets the first secret in place of a later one. */
export function planRotation(webhooks: readonly Webhook[], wanted: WantedWebhook): RotationPlan {
  const plan = planSync(webhooks, wanted);
  switch (plan.kind) {
    case 'create':
      return refuse({ kind: 'not-there' });
    case 'refused':
      return refuse(plan.reason.kind === 'full' ? { kind: 'not-there' } : plan.reason);
    case 'nothing':
      return plan;
    case 'patch': {
      const { webhook } = plan;
      const { secret } = webhook;
      if (secret.kind === 'none') return refuse({ kind: 'unsigned', webhook });
      if (secret.kind === 'another') return refuse({ kind: 'old-secret-missing', webhook });
      if (secret.position === 0) return { kind: 'nothing', webhook };
      return { kind: 'patch', webhook, position: secret.position };
    }
  }
}

function refuse(reason: RotationRefusal): RotationPlan {
  return { kind: 'refused', reason };
}

import { type WebhookTools, writeWebhook } from './change-webhooks.ts';
import { planRotation, type RotationPlan } from './plan-rotation.ts';
import type { WantedWebhook } from './plan-sync.ts';

/** What a rotation did at Sinch. */
export type RotationResult =
  | Exclude<RotationPlan, { readonly kind: 'patch' }>
  | ({ readonly kind: 'rotated' } & Omit<Extract<RotationPlan, { readonly kind: 'patch' }>, 'kind'>)
  /** Sinch accepted the request, and its list still has the old secret. */
  | { readonly kind: 'no-effect' };

/** Reads the webhooks, and plans. @throws SinchApiError. */
export async function planSecretRotation(
  tools: WebhookTools,
  wanted: WantedWebhook,
): Promise<RotationPlan> {
  return planRotation(await tools.api.webhooks.list(tools.appId), wanted);
}

/**
 * Sets the first secret at Sinch, and nothing else. The receivers have to hold it before that: what
 * they answer with 401, Sinch never sends again. `probeSecrets` checks it.
 * @throws SinchApiError where Sinch refuses, or does not answer. The same call again is safe.
 */
export async function rotateSecret(
  tools: WebhookTools,
  wanted: WantedWebhook,
): Promise<RotationResult> {
  const webhooks = await tools.api.webhooks.list(tools.appId);
  const plan = planRotation(webhooks, wanted);
  if (plan.kind !== 'patch') return plan;
  const { id } = plan.webhook;
  const target = webhooks.find((webhook) => webhook.id === id)?.target ?? wanted.target;
  const change = { body: { target, secret: wanted.secrets[0] ?? '' }, fields: ['secret'] } as const;
  const written = await writeWebhook(tools, { kind: 'update', id, change });
  const after = await planSecretRotation(tools, wanted);
  if (after.kind === 'nothing') {
    return { kind: 'rotated', webhook: after.webhook, position: plan.position };
  }
  if (written.kind === 'unclear') throw written.error;
  return { kind: 'no-effect' };
}

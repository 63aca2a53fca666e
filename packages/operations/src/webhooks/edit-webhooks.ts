import type { Webhook, WebhookTrigger } from '@sinch-callbacks/sinch-api';
import { type WebhookChange, type WebhookTools, writeWebhook } from './change-webhooks.ts';
import { maxWebhooks } from './plan-sync.ts';
import { isSameTarget, readWebhookFacts, type WebhookFacts } from './webhook-facts.ts';

/** Tools that also compare secrets with ours. */
export interface WebhookEditing extends WebhookTools {
  readonly secrets: readonly string[];
}

export interface NewWebhook {
  readonly target: string;
  readonly targetType: 'HTTP' | 'DISMISS';
  readonly triggers: readonly WebhookTrigger[];
  readonly secret: string;
}

export type CreationResult =
  | { readonly kind: 'created'; readonly webhook: WebhookFacts }
  /** A webhook has this target already. It was left as it is. */
  | { readonly kind: 'exists'; readonly webhook: WebhookFacts }
  | { readonly kind: 'full'; readonly webhooks: readonly WebhookFacts[] };

export type EditResult =
  | { readonly kind: 'done'; readonly webhook: WebhookFacts }
  /** The app has no such webhook. Those of other apps are never touched. */
  | { readonly kind: 'not-found' };

/** Lists the webhooks of the app, without their secrets. @throws SinchApiError. */
export async function listWebhooks(tools: WebhookEditing): Promise<readonly WebhookFacts[]> {
  const webhooks = await tools.api.webhooks.list(tools.appId);
  return webhooks.map((webhook) => readWebhookFacts(webhook, tools.secrets));
}

/** Creates a webhook, unless one has its target. @throws SinchApiError. */
export async function createWebhook(
  tools: WebhookEditing,
  { target, targetType, triggers, secret }: NewWebhook,
): Promise<CreationResult> {
  const { appId, secrets } = tools;
  const facts = (webhook: Webhook) => readWebhookFacts(webhook, secrets);
  const before = await tools.api.webhooks.list(appId);
  const found = before.find((webhook) => isSameTarget(webhook.target, target));
  if (found !== undefined) return { kind: 'exists', webhook: facts(found) };
  if (before.length >= maxWebhooks) return { kind: 'full', webhooks: before.map(facts) };
  const written = await writeWebhook(tools, {
    kind: 'create',
    creation: { app_id: appId, target, target_type: targetType, triggers: [...triggers], secret },
  });
  if (written.kind === 'answered' && written.webhook !== undefined) {
    return { kind: 'created', webhook: facts(written.webhook) };
  }
  const after = await tools.api.webhooks.list(appId);
  const created = after.find((webhook) => isSameTarget(webhook.target, target));
  if (created !== undefined) return { kind: 'created', webhook: facts(created) };
  throw written.kind === 'unclear' ? written.error : new TypeError('a creation has no answer');
}

/** Sets fields of a webhook of the app. @throws SinchApiError. */
export async function updateWebhook(
  tools: WebhookEditing,
  id: string,
  changeOf: (webhook: Webhook) => WebhookChange,
): Promise<EditResult> {
  const found = await findWebhook(tools, id);
  if (found === undefined) return { kind: 'not-found' };
  const written = await writeWebhook(tools, { kind: 'update', id, change: changeOf(found) });
  if (written.kind === 'unclear') throw written.error;
  return { kind: 'done', webhook: readWebhookFacts(written.webhook ?? found, tools.secrets) };
}

/** Deletes a webhook of the app. @throws SinchApiError. */
export async function deleteWebhook(tools: WebhookEditing, id: string): Promise<EditResult> {
  const found = await findWebhook(tools, id);
  if (found === undefined) return { kind: 'not-found' };
  const written = await writeWebhook(tools, { kind: 'delete', id });
  const isGone = written.kind === 'answered' || (await findWebhook(tools, id)) === undefined;
  if (written.kind === 'unclear' && !isGone) throw written.error;
  return { kind: 'done', webhook: readWebhookFacts(found, tools.secrets) };
}

async function findWebhook({ api, appId }: WebhookTools, id: string): Promise<Webhook | undefined> {
  const webhooks = await api.webhooks.list(appId);
  return webhooks.find((webhook) => webhook.id === id);
}

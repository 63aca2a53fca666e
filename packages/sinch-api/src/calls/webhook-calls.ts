import type { Webhook, WebhookCreation, WebhookField, WebhookUpdate } from '../bodies/webhook.ts';
import type { CallApi } from './call-api.ts';
import { pathOf } from './path.ts';

export interface WebhookCalls {
  /** Lists all webhooks of an app, with their secrets in the clear. There are five at most. */
  list(appId: string): Promise<readonly Webhook[]>;
  /** Creates one. It is not tried again after an unknown outcome: list first. */
  create(webhook: WebhookCreation): Promise<Webhook>;
  get(webhookId: string): Promise<Webhook>;
  /** Sets the fields of the mask and no others. One that the body lacks is cleared. */
  update(
    webhookId: string,
    change: WebhookUpdate,
    updateMask: readonly [WebhookField, ...WebhookField[]],
  ): Promise<Webhook>;
  /** Deletes one. It also succeeds where a try without an answer has already deleted it. */
  delete(webhookId: string): Promise<void>;
}

export function createWebhookCalls(call: CallApi, projectId: string): WebhookCalls {
  const project = ['v1', 'projects', projectId];
  const pathTo = (webhookId: string) => pathOf([...project, 'webhooks', webhookId]);
  return {
    async list(appId) {
      const path = pathOf([...project, 'apps', appId, 'webhooks']);
      const list = await call<{ readonly webhooks?: readonly Webhook[] }>({
        operation: 'webhooks.list',
        path,
        isComplete: ({ webhooks = [] }) => Array.isArray(webhooks),
      });
      return list.webhooks ?? [];
    },
    async create(body) {
      const path = pathOf([...project, 'webhooks']);
      return await call<Webhook>({ operation: 'webhooks.create', path, body });
    },
    async get(webhookId) {
      return await call<Webhook>({ operation: 'webhooks.get', path: pathTo(webhookId) });
    },
    async update(webhookId, body, updateMask) {
      const path = pathOf([...project, 'webhooks', webhookId], {
        update_mask: updateMask.join(','),
      });
      return await call<Webhook>({ operation: 'webhooks.update', path, body });
    },
    async delete(webhookId) {
      await call({ operation: 'webhooks.delete', path: pathTo(webhookId) });
    },
  };
}

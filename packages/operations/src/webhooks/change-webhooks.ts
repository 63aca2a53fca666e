import {
  type SinchApi,
  SinchApiError,
  type Webhook,
  type WebhookCreation,
  type WebhookField,
  type WebhookUpdate,
} from '@sinch-callbacks/sinch-api';

/** Sinch's calls about webhooks, and the app that they are for. */
export interface WebhookTools {
  readonly api: Pick<SinchApi, 'webhooks'>;
  readonly appId: string;
}

/** Fields to set, and their values. */
export interface WebhookChange {
  readonly body: WebhookUpdate;
  readonly fields: readonly [WebhookField, ...WebhookField[]];
}

export type WebhookWrite =
  | { readonly kind: 'create'; readonly creation: WebhookCreation }
  | { readonly kind: 'update'; readonly id: string; readonly change: WebhookChange }
  | { readonly kind: 'delete'; readonly id: string };

/** What is known of a write after it. */
export type Written =
  | { readonly kind: 'answered'; readonly webhook: Webhook | undefined }
  /** Only a look at the list shows whether it was done. */
  | { readonly kind: 'unclear'; readonly error: SinchApiError };

/**
 * Writes once. A lost answer is `unclear`, and so is a 400 to a creation: that is Sinch's answer
 * when another webhook has the target, also one that an unanswered request has made.
 * @throws SinchApiError for a write that has certainly done nothing.
 */
export async function writeWebhook(tools: WebhookTools, write: WebhookWrite): Promise<Written> {
  try {
    return { kind: 'answered', webhook: await call(tools, write) };
  } catch (error) {
    if (!(error instanceof SinchApiError)) throw error;
    const mayBeThere = write.kind === 'create' && error.status === 400;
    if (error.certainty === 'not-sent' && !mayBeThere) throw error;
    return { kind: 'unclear', error };
  }
}

async function call({ api }: WebhookTools, write: WebhookWrite): Promise<Webhook | undefined> {
  switch (write.kind) {
    case 'create':
      return await api.webhooks.create(write.creation);
    case 'update':
      return await api.webhooks.update(write.id, write.change.body, write.change.fields);
    case 'delete':
      await api.webhooks.delete(write.id);
      return undefined;
  }
}

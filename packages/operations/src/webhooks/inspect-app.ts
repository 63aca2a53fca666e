import { type SinchApi, SinchApiError } from '@sinch-callbacks/sinch-api';
import { readWebhookFacts, type WebhookFacts } from './webhook-facts.ts';

/** What an app at Sinch is like, without the credentials of its channels. */
export interface AppFacts {
  /** `CONVERSATION` or `DISPATCH`. */
  readonly processingMode: string | undefined;
  /** The days that messages of the mode `CONVERSATION` are kept. */
  readonly retentionDays: number | undefined;
  /** The days that messages of the mode `DISPATCH` are kept; 0 keeps none. */
  readonly dispatchRetentionDays: number | undefined;
}

export type AppInspection =
  | {
      readonly kind: 'found';
      readonly app: AppFacts;
      readonly webhooks: readonly WebhookFacts[];
    }
  /** `status` is undefined where there was no answer. The message can be shown. */
  | {
      readonly kind: 'failed';
      readonly status: number | undefined;
      readonly isLogin: boolean;
      readonly message: string;
    };

/** Reads the app and its webhooks. It changes nothing, and throws no error of Sinch's. */
export async function inspectApp(
  api: Pick<SinchApi, 'apps' | 'webhooks'>,
  appId: string,
  secrets: readonly string[],
): Promise<AppInspection> {
  try {
    const app = await api.apps.get(appId);
    const webhooks = await api.webhooks.list(appId);
    return {
      kind: 'found',
      app: {
        processingMode: app.processing_mode,
        retentionDays: app.retention_policy?.ttl_days,
        dispatchRetentionDays: app.dispatch_retention_policy?.ttl_days,
      },
      webhooks: webhooks.map((webhook) => readWebhookFacts(webhook, secrets)),
    };
  } catch (error) {
    if (!(error instanceof SinchApiError)) throw error;
    const { status, message, operation } = error;
    return { kind: 'failed', status, isLogin: operation === 'token' || status === 401, message };
  }
}

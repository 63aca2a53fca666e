import { keptSources, type MessagesSource } from '@sinch-callbacks/outbound';
import type { App, SinchApi } from '@sinch-callbacks/sinch-api';

/** What of an app's messages Sinch keeps, and which of their callbacks it sends. */
export interface KeptMessages {
  /** `CONVERSATION` or `DISPATCH`. */
  readonly processingMode: string | undefined;
  /** Empty where Sinch keeps no message: then nothing can be known. */
  readonly stores: readonly KeptStore[];
  /** False where no webhook has MESSAGE_INBOUND: none of these callbacks is sent at all. */
  readonly sendsInbound: boolean;
  /**
   * True where a webhook has MESSAGE_SUBMIT. Without it a message to a contact has no callback of
   * its own, so that none of them is missing.
   */
  readonly sendsSubmits: boolean;
}

/** One of Sinch's two stores of messages. */
export interface KeptStore {
  readonly source: MessagesSource;
  /** The age at which a message leaves it; `undefined` where Sinch names none. */
  readonly days: number | undefined;
}

/** Reads the app and its webhooks. It changes nothing. @throws SinchApiError. */
export async function readKept(
  api: Pick<SinchApi, 'apps' | 'webhooks'>,
  appId: string,
): Promise<KeptMessages> {
  const app = await api.apps.get(appId);
  const webhooks = await api.webhooks.list(appId);
  const sent = new Set(
    webhooks.flatMap(({ target_type: type, triggers = [] }) => (type === 'HTTP' ? triggers : [])),
  );
  return {
    processingMode: app.processing_mode,
    stores: keptSources(app).map((source) => ({ source, days: daysOf(app, source) })),
    sendsInbound: sent.has('MESSAGE_INBOUND'),
    sendsSubmits: sent.has('MESSAGE_SUBMIT'),
  };
}

function daysOf(app: App, source: MessagesSource): number | undefined {
  const { retention_policy: conversation, dispatch_retention_policy: dispatch } = app;
  if (source === 'DISPATCH_SOURCE') return dispatch?.ttl_days;
  const isForGood = conversation?.retention_type === 'PERSIST_RETENTION_POLICY';
  return isForGood ? undefined : conversation?.ttl_days;
}

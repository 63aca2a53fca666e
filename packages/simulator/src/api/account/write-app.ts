import type { JsonObject } from '../http/json-object.ts';
import type { SimulatedApp } from './open-account.ts';

/** Writes an app as `GET /apps/{id}` returns it. */
export function writeApp(app: SimulatedApp, webhooksPerSecond: number): JsonObject {
  const { settings, queue } = app;
  return {
    id: settings.appId,
    display_name: 'Local app',
    channel_credentials: [],
    conversation_metadata_report_view: 'NONE',
    processing_mode: settings.mode,
    retention_policy: {
      retention_type: 'MESSAGE_EXPIRE_POLICY',
      ttl_days: settings.retentionDays,
    },
    dispatch_retention_policy: {
      retention_type: 'MESSAGE_EXPIRE_POLICY',
      ttl_days: settings.dispatchRetentionDays,
    },
    persist_message_status: { enabled: settings.persistsMessageStatus },
    message_search: { enabled: false },
    callback_settings: {
      secret_for_overridden_callback_urls: settings.secretForOverriddenUrls,
    },
    rate_limits: { inbound: 25, outbound: settings.outboundPerSecond, webhooks: webhooksPerSecond },
    queue_stats: { outbound_size: queue.size(), outbound_limit: settings.outboundLimit },
  };
}

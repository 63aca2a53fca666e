import type { App } from './bodies/app.ts';
import { createCallApi } from './calls/call-api.ts';
import { createDeletionCalls, type DeletionCalls } from './calls/deletion-calls.ts';
import { createMessageCalls, type MessageCalls } from './calls/message-calls.ts';
import { pathOf } from './calls/path.ts';
import { createTokenSource } from './calls/token-source.ts';
import { createWebhookCalls, type WebhookCalls } from './calls/webhook-calls.ts';
import type { SinchApiOperation } from './errors/sinch-api-error.ts';
import { type Connections, openConnections } from './http/connections.ts';
import { readSecureUrl } from './http/secure-url.ts';
import { defaultSinchApiTimings, type SinchApiTimings } from './http/timings.ts';

export type SinchRegion = 'us' | 'eu' | 'br';

/** One HTTP request, for a metric. A call makes several where it is repeated. */
export interface RequestReport {
  readonly operation: SinchApiOperation;
  /** `undefined` where there was no answer. */
  readonly status: number | undefined;
  readonly durationMs: number;
}

export interface SinchApiOptions {
  /** The region of the app. Another region answers 404, as if there were no such app. */
  readonly region: SinchRegion;
  /** Replaces the address of the region. */
  readonly apiUrl?: string | undefined;
  /** Replaces `https://auth.sinch.com`, whose tokens are valid in every region. */
  readonly authUrl?: string | undefined;
  readonly projectId: string;
  readonly keyId: string;
  readonly keySecret: string;
  readonly timings?: Partial<SinchApiTimings> | undefined;
  /** Called after each request. It must not throw: the call would fail although it succeeded. */
  readonly onRequest?: ((report: RequestReport) => void) | undefined;
}

/**
 * Sinch's Conversation API. Each call throws a `SinchApiError`, and a TypeError for an empty id.
 */
export interface SinchApi {
  readonly apps: {
    get(appId: string): Promise<App>;
  };
  readonly webhooks: WebhookCalls;
  readonly messages: MessageCalls;
  readonly deletions: DeletionCalls;
  /** Lets requests in progress finish, ends pauses between tries, and starts no request again. */
  close(): Promise<void>;
}

/** The most requests at a time; further ones wait for a connection, within their own deadline. */
const maxConnections = 32;

/**
 * Creates a client. It connects when it is first called.
 * @throws TypeError for an address that is neither `https:` nor on this machine.
 */
export function createSinchApi(options: SinchApiOptions): SinchApi {
  const { region, projectId, keyId, keySecret, onRequest } = options;
  const timings = { ...defaultSinchApiTimings, ...options.timings };
  const apiUrl = options.apiUrl ?? `https://${region}.conversation.api.sinch.com`;
  const api = openConnections(readSecureUrl('apiUrl', apiUrl), maxConnections, timings);
  const authUrl = options.authUrl ?? 'https://auth.sinch.com';
  const auth = openConnections(readSecureUrl('authUrl', authUrl), 1, timings);
  const closing = new AbortController();
  const { signal } = closing;

  const tokens = createTokenSource({
    connections: reporting(auth, 'token', onRequest),
    keyId,
    keySecret,
    timings,
    signal,
  });
  const call = createCallApi({
    region,
    connectionsOf: (operation) => reporting(api, operation, onRequest),
    tokens,
    keySecret,
    timings,
    signal,
  });
  return {
    apps: {
      async get(appId) {
        const path = pathOf(['v1', 'projects', projectId, 'apps', appId]);
        return await call<App>({ operation: 'apps.get', path });
      },
    },
    webhooks: createWebhookCalls(call, projectId),
    messages: createMessageCalls(call, projectId),
    deletions: createDeletionCalls(call, projectId),
    async close() {
      closing.abort();
      await Promise.all([api.close(), auth.close()]);
    },
  };
}

/** Reports each request of some connections. */
function reporting(
  connections: Connections,
  operation: SinchApiOperation,
  onRequest: SinchApiOptions['onRequest'],
): Pick<Connections, 'exchange'> {
  if (onRequest === undefined) return connections;
  return {
    async exchange(request) {
      const startedAt = performance.now();
      const exchange = await connections.exchange(request);
      const status = exchange.kind === 'unanswered' ? undefined : exchange.status;
      onRequest({ operation, status, durationMs: performance.now() - startedAt });
      return exchange;
    },
  };
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type CallbackEvent, encodeRawBody, eventKey, recognise } from '@sinch-callbacks/core';
import {
  type SimulatedAppOptions,
  type SinchApiOptions,
  sinchVariablesOf,
  startSinchApi,
} from '@sinch-callbacks/simulator/api';
import { createSinchApi, type WebhookTrigger, webhookTriggers } from '@sinch-callbacks/sinch-api';
import { onTestFinished } from 'vitest';
import type { WorkerFixture } from './worker-fixture.ts';

/** All times at Sinch are older than what a comparison leaves out. */
const behindMs = 600_000;

export interface AccountOptions extends Pick<SinchApiOptions, 'seed' | 'faults'> {
  readonly app?: SimulatedAppOptions;
  readonly triggers?: readonly WebhookTrigger[];
}

/**
 * Starts a local Sinch with one app, whose callbacks are queued for the fixture's workers. Its clock
 * is ten minutes slow, so that all of its messages can be compared at once.
 */
export async function openSinchAccount(
  fixture: WorkerFixture,
  { app = {}, triggers = webhookTriggers, ...options }: AccountOptions,
) {
  const sinch = await startSinchApi({
    ...options,
    projects: [{ apps: [app] }],
    clock: () => new Date(Date.now() - behindMs),
    delivery: { rate: { perSecond: 10_000, burst: 10_000 } },
  });
  onTestFinished(async () => await sinch.close());
  const [project] = sinch.projects;
  const appId = project?.appIds[0];
  if (project === undefined || appId === undefined) throw new Error('The API has no app.');
  const { projectId, keyId, keySecret } = project;
  const urls = { apiUrl: sinch.url, authUrl: sinch.url };
  const timings = { requestMs: 2_000, firstPauseMs: 5, longestPauseMs: 20 };
  const api = createSinchApi({ region: 'eu', ...urls, projectId, keyId, keySecret, timings });
  onTestFinished(async () => await api.close());
  const server = createServer((request, response) => {
    void buffer(request)
      .then(async (body) => await fixture.enqueue([eventOf(body)]))
      .then(() => response.writeHead(200).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  await api.webhooks.create({
    app_id: appId,
    target: `http://127.0.0.1:${address.port}/callbacks`,
    target_type: 'HTTP',
    triggers: [...triggers],
    secret: 'secret',
  });
  return {
    sinch,
    api,
    appId,
    projectId,
    /** Ranges that hold every message. */
    since: new Date(Date.now() - 2 * behindMs),
    until: new Date(),
    /** Variables with which a process finds this account. */
    env: sinchVariablesOf(sinch),
  };
}

/** Makes the event that ingest makes of a body. */
export function eventOf(body: Uint8Array): CallbackEvent {
  const found = recognise(Buffer.from(body).toString());
  if (found.kind !== 'known') throw new Error(`not a callback: ${found.kind}`);
  const { trigger, entityId } = found;
  return {
    key: eventKey(trigger, entityId, body),
    trigger,
    entityId,
    rawBody: encodeRawBody(body),
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}

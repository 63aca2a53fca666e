import { startSinchApi } from '@sinch-callbacks/simulator/api';
import { createSinchApi, type Webhook, webhookTriggers } from '@sinch-callbacks/sinch-api';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebhookTools } from './change-webhooks.ts';
import { syncWebhook } from './sync-webhook.ts';

const target = 'https://callbacks.example.com/api/sinch/webhook';
const wanted = { target, secrets: ['new-secret', 'old-secret'] };
const timings = { requestMs: 500, firstPauseMs: 1, longestPauseMs: 2 };

/** Settings that a webhook may have, in any state of neglect. */
const settings = fc.record({
  target_type: fc.constantFrom('HTTP' as const, 'DISMISS' as const),
  triggers: fc.subarray([...webhookTriggers]),
  secret: fc.constantFrom('', 'new-secret', 'old-secret', 'foreign-secret'),
});

const app = fc.record({
  others: fc.array(settings, { maxLength: 4 }),
  own: fc.option(settings, { nil: undefined }),
  lostAnswers: fc.constantFrom(0, 0.3, 1),
  seed: fc.string({ minLength: 1, maxLength: 8 }),
});

describe('a sync', () => {
  it('makes ours as it should be in any app, and leaves all others equal', async () => {
    await fc.assert(
      fc.asyncProperty(app, async ({ others, own, lostAnswers, seed }) => {
        const faultyOperations = ['create-webhook' as const, 'update-webhook' as const];
        const sinch = await startSinchApi({ seed, faults: { lostAnswers }, faultyOperations });
        const [project] = sinch.projects;
        const appId = project?.appIds[0] ?? '';
        const { projectId = '', keyId = '', keySecret = '' } = project ?? {};
        const urls = { apiUrl: sinch.url, authUrl: sinch.url };
        const access = { projectId, keyId, keySecret, timings };
        const api = createSinchApi({ region: 'eu', ...urls, ...access });
        try {
          const register = async (at: string, its: typeof own) =>
            await api.webhooks
              .create({ app_id: appId, target: at, ...its })
              .catch((error: unknown) => error);
          for (const [n, other] of others.entries()) {
            await register(`https://other.example/${n}`, other);
          }
          if (own !== undefined) await register(target, own);
          const isOurs = (webhook: Webhook) => webhook.target === target;
          const before = await api.webhooks.list(appId);

          const outcome = await syncUntilAnswered({ api, appId });

          const after = await api.webhooks.list(appId);
          expect(after.filter((webhook) => !isOurs(webhook))).toEqual(
            before.filter((webhook) => !isOurs(webhook)),
          );
          const triggers = expect.toSatisfy((found: string[]) => found.length === 21);
          const right = { target_type: 'HTTP', secret: 'new-secret', triggers };
          expect(after.filter(isOurs)).toMatchObject([right]);
          expect(outcome).not.toBe('refused');
          const again = await syncWebhook({ api, appId }, wanted, { skipHealth: true });
          expect(again.kind).toBe('nothing');
        } finally {
          await api.close();
          await sinch.close();
        }
      }),
      { numRuns: 20 },
    );
  });
});

/** Syncs as an operator does who runs it again after an error. */
async function syncUntilAnswered(tools: WebhookTools): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { kind } = await syncWebhook(tools, wanted, { skipHealth: true });
      return kind;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

describe('a write without an answer', () => {
  /** A Sinch whose list is as these calls leave it. */
  function scripted(calls: Partial<WebhookTools['api']['webhooks']>) {
    const unused = async () => await Promise.reject(new TypeError('not expected'));
    return {
      appId: '01APP',
      api: {
        webhooks: {
          list: unused,
          get: unused,
          create: unused,
          update: unused,
          delete: unused,
          ...calls,
        },
      },
    };
  }

  it('that Sinch accepts without effect is reported, after three tries', async () => {
    let created = 0;
    const tools = scripted({
      list: async () => [],
      create: async (body) => {
        created += 1;
        return { ...body, id: '01NEW', target_type: 'DISMISS' };
      },
    });
    const result = await syncWebhook(tools, wanted, { skipHealth: true });
    expect(result).toMatchObject({ kind: 'no-effect', plan: { kind: 'create' } });
    expect(created).toBe(3);
  });

  it('that Sinch refuses is an error, and is made once', async () => {
    const sinch = await startSinchApi({ seed: 'x' });
    onTestFinished(async () => await sinch.close());
    const [project] = sinch.projects;
    const { projectId = '', keyId = '', keySecret = '', appIds } = project ?? {};
    const access = { projectId, keyId, keySecret, timings };
    const api = createSinchApi({
      region: 'eu',
      apiUrl: sinch.url,
      authUrl: sinch.url,
      ...access,
    });
    onTestFinished(async () => await api.close());
    const tools = { api, appId: appIds?.[0] ?? '' };
    const long = { ...wanted, target: `${target}/${'x'.repeat(742)}` };
    await expect(syncWebhook(tools, long, { skipHealth: true })).rejects.toMatchObject({
      status: 400,
    });
    expect(sinch.truth().requests['create-webhook']).toEqual({ 400: 1 });
  });
});

import type { AppInspection, WebhookFacts } from '@sinch-callbacks/operations';
import { describe, expect, it } from 'vitest';
import { judgeSinchVariables } from './check-sinch.ts';
import { judgeSinch } from './judge-sinch.ts';

const target = 'https://callbacks.example.com/api/sinch/webhook';
const place = { region: 'eu', ingestUrl: 'https://callbacks.example.com', hasSecret: true };

const right: WebhookFacts = {
  id: '01OURS',
  target,
  targetType: 'HTTP',
  triggers: ['OPT_IN'],
  missingTriggers: [],
  secret: { kind: 'ours', position: 0 },
};

const kept = { processingMode: 'CONVERSATION', retentionDays: 180, dispatchRetentionDays: 0 };
const found = (webhooks: readonly WebhookFacts[], app = kept): AppInspection => ({
  kind: 'found',
  app,
  webhooks,
});
const failed = (status: number | undefined, isLogin = false): AppInspection => ({
  kind: 'failed',
  status,
  isLogin,
  message: 'apps.get: failed',
});

describe('the app at Sinch', () => {
  it('is well with an HTTP webhook that has every trigger and the first secret', () => {
    const checks = judgeSinch(found([right]), place);
    expect(checks.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(checks.at(-1)?.message).toContain('180 days');
  });

  it.each([
    [{ targetType: 'DISMISS' }, 'Sinch webhook', 'failure'],
    [{ missingTriggers: ['OPT_IN' as const] }, 'Sinch triggers', 'warning'],
    [{ secret: { kind: 'none' as const } }, 'Sinch secret', 'failure'],
    [{ secret: { kind: 'another' as const } }, 'Sinch secret', 'failure'],
    [{ secret: { kind: 'ours' as const, position: 1 } }, 'Sinch secret', 'warning'],
  ])('is judged for %j', (changes, name, status) => {
    const checks = judgeSinch(found([{ ...right, ...changes }]), place);
    const notOk = checks.filter((check) => check.status !== 'ok');
    expect(notOk).toMatchObject([
      { name, status, advice: expect.stringContaining('callbacks webhooks') },
    ]);
  });

  it('cannot be compared with a secret that is not set here', () => {
    const foreign = { ...right, secret: { kind: 'another' as const } };
    const checks = judgeSinch(found([foreign]), { ...place, hasSecret: false });
    expect(checks.filter(({ name }) => name === 'Sinch secret')).toMatchObject([
      { status: 'skipped' },
    ]);
  });

  it('without a webhook to ingest fails, and one behind another host counts', () => {
    const elsewhere = { ...right, target: 'https://other.example/hook' };
    expect(judgeSinch(found([elsewhere]), place)[1]).toMatchObject({ status: 'failure' });
    const inside = { ...place, ingestUrl: 'http://127.0.0.1:3000' };
    expect(judgeSinch(found([elsewhere, right]), inside)[1]).toMatchObject({ status: 'ok' });
    expect(judgeSinch(found([right]), { ...place, ingestUrl: undefined })[1]?.message).toContain(
      target,
    );
  });

  it('is not judged by the webhook of another environment, which has another secret', () => {
    const staging: WebhookFacts = {
      ...right,
      target: 'https://staging.example.com/api/sinch/webhook',
      secret: { kind: 'another' },
    };
    const inside = { ...place, ingestUrl: 'http://127.0.0.1:3000' };
    const judged = judgeSinch(found([staging, right]), inside);
    expect(judged.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  it.each([
    [{ ...kept, processingMode: 'DISPATCH' }, 'warning', 'reconcile finds nothing'],
    [{ ...kept, processingMode: 'DISPATCH', dispatchRetentionDays: 7 }, 'ok', '7 days'],
    [{ ...kept, processingMode: 'NEW' }, 'skipped', 'unknown processing mode'],
  ])('keeps messages by its mode: %j', (app, status, message) => {
    const check = judgeSinch(found([right], app), place).at(-1);
    expect(check).toMatchObject({ status, message: expect.stringContaining(message) });
  });

  it.each([
    [failed(404), 'failure', 'SINCH_REGION'],
    [failed(404, true), 'failure', 'SINCH_AUTH_URL'],
    [failed(401, true), 'failure', 'SINCH_ACCESS_SECRET'],
    [failed(403), 'failure', 'SINCH_PROJECT_ID'],
    [failed(503, true), 'warning', 'later'],
    [failed(undefined), 'warning', 'later'],
  ])('that cannot be read: %j', (inspection, status, advice) => {
    expect(judgeSinch(inspection, place)).toMatchObject([
      { name: 'Sinch', status, advice: expect.stringContaining(advice) },
    ]);
  });
});

describe('the variables of Sinch', () => {
  it('that are missing leave one line', () => {
    const message =
      'Invalid configuration:\n- SINCH_A must be set to x\n- SINCH_B must be set to y';
    expect(judgeSinchVariables(message)).toEqual({
      name: 'Sinch',
      status: 'skipped',
      message: 'not checked: SINCH_A, SINCH_B not set',
    });
  });

  it('that are malformed are a failure', () => {
    const message =
      'Invalid configuration:\n- SINCH_REGION must be us, eu or br\n- SINCH_B must be set to y';
    expect(judgeSinchVariables(message)).toMatchObject({
      status: 'failure',
      message: 'SINCH_REGION must be us, eu or br',
    });
  });
});

import { verifySignature } from '@sinch-callbacks/core';
import { expect, test } from 'vitest';
import { startReceiver } from '../receiver.fixture.ts';
import type { Attempt } from './deliver.ts';
import type { Answer } from './delivery-rules.ts';
import { createHttpTransport } from './http-transport.ts';

const attempt = (webhook: number): Attempt => ({
  event: { key: 'k', trigger: 'OPT_IN', body: '{"name":"Zoë"}', webhook, heldMs: 0 },
  callback: 0,
  number: 1,
  signature: { nonce: '01NONCE', timestampSeconds: 1_700_000_000 },
});

function openTransport(url: string, timeoutMs = 5_000) {
  const stopping = new AbortController();
  const secrets = ['first', 'second'];
  const transport = createHttpTransport({ url, secrets, timeoutMs, signal: stopping.signal });
  const send = (webhook = 0) =>
    new Promise<Answer>((resolve) => {
      transport(attempt(webhook), resolve);
    });
  return { send, stopping };
}

test("each webhook's callbacks are signed with its own secret, as the attempt says", async () => {
  const receiver = await startReceiver(() => ({ status: 200, body: '' }));
  const { send } = openTransport(receiver.url);
  expect([await send(0), await send(1)]).toEqual([
    { kind: 'answered', status: 200 },
    { kind: 'answered', status: 200 },
  ]);

  const verdicts = receiver.requests.map(({ rawBody, headers }) =>
    verifySignature(rawBody, (name) => headers[name]?.toString(), ['first', 'second']),
  );
  expect(verdicts).toMatchObject([
    { kind: 'valid', secretPosition: 0 },
    { kind: 'valid', secretPosition: 1 },
  ]);
  const nonces = receiver.requests.map(({ headers }) => headers['x-sinch-webhook-signature-nonce']);
  expect(nonces).toEqual(['01NONCE', '01NONCE']);
});

test('distinguishes a timeout from a cut connection', async () => {
  const slow = await startReceiver(() => 'never');
  expect(await openTransport(slow.url, 20).send()).toEqual({ kind: 'timeout' });

  const cutting = await startReceiver(() => 'cut');
  expect(await openTransport(cutting.url).send()).toMatchObject({ kind: 'unreachable' });
});

test('a redirect is an answer, and is not followed', async () => {
  const receiver = await startReceiver(() => ({
    status: 307,
    body: '',
    headers: { location: '/elsewhere' },
  }));
  expect(await openTransport(receiver.url).send()).toEqual({ kind: 'answered', status: 307 });
  expect(receiver.requests).toHaveLength(1);
});

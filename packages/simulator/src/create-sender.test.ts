import { verifySignature } from '@sinch-callbacks/core';
import { describe, expect, test } from 'vitest';
import { createSender } from './create-sender.ts';
import { startReceiver } from './receiver.fixture.ts';

const secret = 'a secret';

describe('createSender', () => {
  test('signs exactly the bytes it sends', async () => {
    const receiver = await startReceiver(() => ({ status: 200, body: '{"status":"accepted"}' }));
    const sender = createSender({ url: receiver.url, secret });

    const answer = await sender.send({ text: 'Zoë 📦' });
    await sender.send('{ "spaced" : true }\n');
    await sender.send(Uint8Array.of(0xff, 0x00));

    expect(answer).toMatchObject({ status: 200, body: '{"status":"accepted"}' });
    expect(receiver.requests.map((request) => request.rawBody.toString('latin1'))).toEqual([
      Buffer.from('{"text":"Zoë 📦"}').toString('latin1'),
      '{ "spaced" : true }\n',
      '\u00ff\u0000',
    ]);
    for (const { rawBody, headers } of receiver.requests) {
      const readHeader = (name: string) => headers[name]?.toString();
      expect(verifySignature(rawBody, readHeader, [secret])).toMatchObject({ kind: 'valid' });
    }
  });

  test('uses the given time and nonce, and otherwise a new nonce for each callback', async () => {
    const receiver = await startReceiver(() => ({ status: 200, body: '' }));
    const clock = () => new Date('2026-02-01T00:00:00.900Z');
    const sender = createSender({ url: receiver.url, secret, clock });

    await sender.send('{}', { nonce: 'once', timestampSeconds: 1 });
    await sender.send('{}');
    await sender.send('{}');

    const read = (name: string) =>
      receiver.requests.map(({ headers }) => headers[`x-sinch-webhook-signature-${name}`]);
    expect(read('timestamp')).toEqual(['1', '1769904000', '1769904000']);
    expect(new Set(read('nonce')).size).toBe(3);
    expect(read('nonce')[0]).toBe('once');
  });

  test('a header can be replaced or left out', async () => {
    const receiver = await startReceiver(() => ({ status: 401, body: '' }));
    const headers = {
      'x-sinch-webhook-signature-nonce': undefined,
      'x-sinch-webhook-signature-algorithm': 'none',
    };

    const answer = await createSender({ url: receiver.url, secret }).send('{}', { headers });

    expect(answer.status).toBe(401);
    expect(receiver.requests[0]?.headers).not.toHaveProperty('x-sinch-webhook-signature-nonce');
    expect(receiver.requests[0]?.headers['x-sinch-webhook-signature-algorithm']).toBe('none');
  });

  test('a redirect is an answer, not followed', async () => {
    const receiver = await startReceiver(() => ({
      status: 307,
      body: '',
      headers: { location: '/elsewhere' },
    }));

    const answer = await createSender({ url: receiver.url, secret }).send('{}');

    expect(answer.status).toBe(307);
    expect(receiver.requests).toHaveLength(1);
  });

  test('keeps its connection from one callback to the next', async () => {
    const receiver = await startReceiver(() => ({ status: 200, body: 'ok' }));
    const sender = createSender({ url: receiver.url, secret });

    for (let sent = 0; sent < 20; sent += 1) await sender.send('{}');

    // A second one can open while the first is still being read.
    expect(receiver.connections()).toBeLessThanOrEqual(2);
  });

  test('rejects when no answer comes in time', async () => {
    const receiver = await startReceiver(() => 'never');

    const sending = createSender({ url: receiver.url, secret, timeoutMs: 50 }).send('{}');

    await expect(sending).rejects.toThrow(/timeout/);
  });
});

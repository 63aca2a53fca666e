import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SendRequest, SinchApiError } from '../index.ts';
import { apiOf, fastTimings, inTurn, type Scripted, startSinch } from '../sinch-server.fixture.ts';
import { createAnswerHandler, maxAnswerBytes } from './answer-handler.ts';
import type { Exchange } from './exchange.ts';

const message: SendRequest = {
  app_id: 'A1',
  recipient: {
    identified_by: { channel_identities: [{ channel: 'SMS', identity: '15551234567' }] },
  },
  message: { text_message: { text: 'hello' } },
};

/** Sends a message to a server that does `scripted`, and returns the requests and the error. */
async function sendTo(scripted: Scripted, timings = {}) {
  const { url, requests } = await startSinch(inTurn(scripted));
  const api = apiOf({ apiUrl: url, authUrl: url, timings: { ...fastTimings, ...timings } });
  const error: unknown = await api.messages.send(message).catch((reason: unknown) => reason);
  return { error, requests };
}

describe('a send', () => {
  it.each([400, 403, 404, 405, 413, 415, 429])(
    'was not accepted after %i, and is not repeated',
    async (status) => {
      const { error, requests } = await sendTo({ status });
      expect(error).toMatchObject({ status, certainty: 'not-sent', operation: 'messages.send' });
      expect(requests).toHaveLength(1);
    },
  );

  it.each([301, 307, 408, 409, 499, 500, 501, 502, 503, 504])(
    'may have been accepted after %i, and is not repeated',
    async (status) => {
      const { error, requests } = await sendTo({ status, headers: { location: '/elsewhere' } });
      expect(error).toMatchObject({ status, certainty: 'unknown' });
      expect(requests).toHaveLength(1);
    },
  );

  it('may have been accepted when its answer is lost', async () => {
    const { error, requests } = await sendTo('lose');
    expect(error).toMatchObject({ status: undefined, certainty: 'unknown' });
    expect(requests).toHaveLength(1);
  });

  it('may have been accepted when no answer comes in time', async () => {
    const { error, requests } = await sendTo('hang', { requestMs: 500 });
    expect(error).toMatchObject({ status: undefined, certainty: 'unknown' });
    expect(error).toHaveProperty('message', expect.stringContaining('no answer in time'));
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Scripted, object]>([
    ['cut off', 'cut', {}],
    ['cut off in time', 'stall', { requestMs: 500 }],
    ['not JSON', { status: 200, body: '<html>' }, {}],
    ['no object', { status: 200, body: '["M1"]' }, {}],
    ['without an id', { status: 200, body: { message_id: '' } }, {}],
    ['longer than the bound', { status: 200, body: Buffer.alloc(maxAnswerBytes + 1, ' ') }, {}],
  ])('was accepted when the answer is a 200 and %s', async (_, scripted, timings) => {
    const { error, requests } = await sendTo(scripted, timings);
    expect(error).toMatchObject({ status: 200, certainty: 'sent' });
    expect(requests).toHaveLength(1);
  });

  it('did not leave when no connection is made', async () => {
    const { url } = await startSinch(inTurn({ status: 200 }));
    const refused = apiOf({ apiUrl: 'http://127.0.0.1:1', authUrl: url }).messages.send(message);
    await expect(refused).rejects.toMatchObject({
      certainty: 'not-sent',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const unknownHost = apiOf({ apiUrl: 'https://sinch.invalid', authUrl: url });
    await expect(unknownHost.messages.send(message)).rejects.toMatchObject({
      certainty: 'not-sent',
    });
  });

  it('did not leave when TLS fails', async () => {
    const { url } = await startSinch(inTurn({ status: 200 }));
    const api = apiOf({ apiUrl: url.replace('http:', 'https:'), authUrl: url });
    await expect(api.messages.send(message)).rejects.toMatchObject({ certainty: 'not-sent' });
  });

  it('did not leave when the server does not take the connection in time', async () => {
    const { url } = await startSinch(inTurn({ status: 200 }));
    // It accepts the connection and never answers the first message of TLS.
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => {
        const address = silent.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    onTestFinished(() => void silent.close());
    const apiUrl = `https://127.0.0.1:${port}`;
    const api = apiOf({ apiUrl, authUrl: url, timings: { ...fastTimings, connectMs: 100 } });
    await expect(api.messages.send(message)).rejects.toMatchObject({
      certainty: 'not-sent',
      message: expect.stringContaining('UND_ERR_CONNECT_TIMEOUT'),
    });
  });

  it('did not leave when no connection was free early enough', async () => {
    const { url, requests } = await startSinch(() => 'hang');
    const timings = { ...fastTimings, requestMs: 1_000 };
    const api = apiOf({ apiUrl: url, authUrl: url, timings });
    const sends = Array.from({ length: 40 }, async () => await api.messages.send(message));
    const outcomes = (await Promise.allSettled(sends)).map((result) =>
      result.status === 'rejected' && result.reason instanceof SinchApiError
        ? result.reason.certainty
        : 'none',
    );
    const unknown = outcomes.filter((certainty) => certainty === 'unknown').length;
    expect(unknown).toBeGreaterThanOrEqual(requests.length);
    expect(unknown).toBeLessThanOrEqual(32);
    expect(outcomes.filter((certainty) => certainty === 'not-sent')).toHaveLength(40 - unknown);
  });
});

it('a request is not written again on a second connection', () => {
  const settled: Exchange[] = [];
  const handler = createAnswerHandler(10_000, (exchange) => settled.push(exchange));
  const nothing = () => undefined;
  const aborts: string[] = [];
  const abort = ({ message: reason }: Error) => void aborts.push(reason);
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    pause: nothing,
    resume: nothing,
  };
  handler.onRequestStart?.({ ...controller, abort }, undefined);
  expect(aborts).toEqual([]);
  handler.onRequestStart?.({ ...controller, abort }, undefined);
  expect(aborts).toEqual(['written once at most']);
  expect(settled).toEqual([
    { kind: 'unanswered', isWritten: true, reason: 'the connection was replaced' },
  ]);
});

it('a long answer is not read to its end', async () => {
  const { api } = await startSinch(
    inTurn({ status: 500, body: Buffer.alloc(maxAnswerBytes + 1, 'x') }),
  );
  await expect(api.webhooks.create({ app_id: 'A1', target: 't' })).rejects.toMatchObject({
    status: 500,
    message: 'webhooks.create: 500; the answer is too long',
  });
});

it('an answer is never decompressed, and is asked for plain', async () => {
  const bomb = gzipSync(Buffer.alloc(4 * maxAnswerBytes));
  expect(bomb.length).toBeLessThan(maxAnswerBytes);
  const headers = { 'content-encoding': 'gzip' };
  const { api, requests, tokenRequests } = await startSinch(
    inTurn({ status: 200, body: bomb, headers }),
  );
  await expect(api.messages.send(message)).rejects.toMatchObject({
    certainty: 'sent',
    message: expect.stringContaining('unreadable'),
  });
  for (const { acceptEncoding } of [...requests, ...tokenRequests]) {
    expect(acceptEncoding).toBe('identity');
  }
});

it('a redirect is not followed', async () => {
  const { api, requests } = await startSinch(
    inTurn({ status: 302, headers: { location: '/oauth2/elsewhere' } }),
  );
  await expect(api.apps.get('A1')).rejects.toThrow('redirects are not followed');
  expect(requests).toHaveLength(1);
});

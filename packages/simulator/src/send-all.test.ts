import { describe, expect, test } from 'vitest';
import { createSender } from './create-sender.ts';
import { isRetried, retryDelayMs } from './delivery/delivery-rules.ts';
import { startReceiver } from './receiver.fixture.ts';
import { type SendReport, sendAll } from './send-all.ts';

const backoff = { baseMs: 1, maxMs: 4 };
const accepted = { status: 200, body: '{"status":"accepted"}' };

describe('sendAll', () => {
  test('counts each callback once, by its final answer', async () => {
    const receiver = await startReceiver(({ rawBody }) => {
      const body = rawBody.toString();
      if (body === 'again') return { status: 200, body: '{"status":"duplicate"}' };
      return body === 'forged' ? { status: 401, body: '' } : accepted;
    });
    const sender = createSender({ url: receiver.url, secret: 's' });
    const callbacks = ['one', 'two', 'again', 'forged'].map((body) => ({ body }));
    const progress: SendReport[] = [];

    const report = await sendAll(sender, callbacks, {
      concurrency: 2,
      onProgress: (soFar) => void progress.push(soFar),
    });

    expect(report).toEqual({
      sent: 4,
      accepted: 2,
      duplicate: 1,
      rejected: 1,
      givenUp: 0,
      retries: 0,
    });
    expect(progress.map(({ sent }) => sent)).toEqual([1, 2, 3, 4]);
  });

  test('retries after 5xx, 429 and a cut connection, with the same body', async () => {
    const answers = [
      { status: 503, body: '' },
      { status: 429, body: '' },
      'cut',
      accepted,
    ] as const;
    const receiver = await startReceiver(() => answers[receiver.requests.length - 1] ?? accepted);
    const sender = createSender({ url: receiver.url, secret: 's' });

    const report = await sendAll(sender, [{ body: 'kept' }], { backoff });

    expect(report).toMatchObject({ sent: 1, accepted: 1, retries: 3 });
    expect(receiver.requests.map(({ rawBody }) => rawBody.toString())).toEqual(
      Array.from({ length: 4 }, () => 'kept'),
    );
  });

  test('never retries after another 4xx: for Sinch that event is lost', async () => {
    const receiver = await startReceiver(() => ({ status: 413, body: '' }));
    const sender = createSender({ url: receiver.url, secret: 's' });

    const report = await sendAll(sender, [{ body: 'big' }], { backoff });

    expect(report).toMatchObject({ rejected: 1, retries: 0 });
    expect(receiver.requests).toHaveLength(1);
  });

  test('gives up after the allowed tries and reports the reason', async () => {
    const receiver = await startReceiver(() => ({ status: 500, body: '' }));
    const sender = createSender({ url: receiver.url, secret: 's' });

    const report = await sendAll(sender, [{ body: '{}' }], { backoff, attempts: 3 });

    expect(report).toMatchObject({ givenUp: 1, retries: 2, lastFailure: 'HTTP 500' });
    expect(receiver.requests).toHaveLength(3);
  });

  test('stops when its signal aborts, also in the middle of a wait', async () => {
    const stopping = new AbortController();
    const receiver = await startReceiver(() => {
      setTimeout(() => stopping.abort(), 20);
      return { status: 503, body: '' };
    });
    const sender = createSender({ url: receiver.url, secret: 's' });

    const report = await sendAll(sender, [{ body: 'one' }, { body: 'two' }], {
      concurrency: 1,
      backoff: { baseMs: 60_000, maxMs: 60_000 },
      signal: stopping.signal,
    });

    expect(report).toMatchObject({ sent: 1, givenUp: 1 });
  });

  test('has at most the allowed number of requests in progress', async () => {
    let underWay = 0;
    let most = 0;
    const sender = {
      ...createSender({ url: 'http://127.0.0.1/', secret: 's' }),
      async send() {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise(setImmediate);
        underWay -= 1;
        return { ...accepted, headers: new Headers() };
      },
    };

    await sendAll(
      sender,
      Array.from({ length: 20 }, () => ({ body: '{}' })),
      { concurrency: 3 },
    );

    expect(most).toBe(3);
  });
});

describe('retrying a callback', () => {
  test('the wait doubles up to its bound', () => {
    const delays = [1, 2, 3, 4, 5].map((failures) =>
      retryDelayMs(failures, { baseMs: 100, maxMs: 1_000 }),
    );

    expect(delays).toEqual([100, 200, 400, 800, 1_000]);
  });

  test.each([
    [429, true],
    [500, true],
    [503, true],
    [200, false],
    [301, false],
    [400, false],
    [401, false],
    [413, false],
  ])('after %i: %s', (status, expected) => {
    expect(isRetried(status)).toBe(expected);
  });
});

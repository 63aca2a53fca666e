import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySignature } from '@sinch-callbacks/core';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { tryHandler } from '../testing/try-handler.ts';
import { forward } from './forward.ts';
import type { ForwardTarget } from './send-forward.ts';

const body = '{ "message": {"id":"01JD", "contact_message": {"text_message":{"text":"é"}}} }';
const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const nextSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let close: (() => void) | undefined;
afterEach(() => close?.());

/** Starts a receiver that answers so, and returns what it receives. */
async function receiver(status: number, headers: Record<string, string> = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status, headers).end('ignored');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  close = () => server.close();
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const target = (to: string, change: Partial<ForwardTarget> = {}): ForwardTarget => ({
  to,
  secrets: [secret],
  ...change,
});

describe('forward', () => {
  it('sends the exact bytes, which the reference library verifies with the old secret and the new', async () => {
    const { received, url } = await receiver(204);
    const handler = forward('out', 'all', target(url, { secrets: [secret, nextSecret] }));
    expect((await tryHandler(handler, body)).outcome).toBe('done');
    const [call] = received;
    expect(call?.body.toString()).toBe(body);
    for (const known of [secret, nextSecret]) {
      const verified = new Webhook(known).verify(call?.body ?? '', plain(call?.headers));
      expect(verified).toEqual(JSON.parse(body));
    }
    const other = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
    expect(() => new Webhook(other).verify(call?.body ?? '', plain(call?.headers))).toThrow();
  });

  it('has one id over all attempts, without the full stop that separates what is signed', async () => {
    const { received, url } = await receiver(500);
    const handler = forward('out', 'all', target(url));
    await tryHandler(handler, body, { attempt: 1 });
    await tryHandler(handler, body, { attempt: 2 });
    const ids = received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).not.toContain('.');
  });

  it('signs as Sinch signs, so that a receiver of its callbacks takes it', async () => {
    const { received, url } = await receiver(200);
    await tryHandler(forward('out', 'all', target(url, { as: 'sinch', secrets: ['s3'] })), body);
    const [call] = received;
    const headers = plain(call?.headers);
    const verdict = verifySignature(call?.body ?? Buffer.of(), (name) => headers[name], ['s3']);
    expect(verdict).toMatchObject({ kind: 'valid' });
  });

  it('tries again over three days, later and later, and waits as long as the receiver asks', async () => {
    const { url } = await receiver(500);
    const handler = forward('out', 'all', target(url));
    let sum = 0;
    for (let attempt = 1; attempt < handler.options.attempts; attempt += 1) {
      const { retryAt } = await tryHandler(handler, body, { attempt });
      sum += (retryAt?.getTime() ?? 0) - Date.now();
    }
    expect(sum / 86_400_000).toBeGreaterThan(2.9);
    expect(sum / 86_400_000).toBeLessThan(3.5);
    const asked = await receiver(429, { 'retry-after': '7200' });
    const { retryAt } = await tryHandler(forward('out', 'all', target(asked.url)), body);
    expect((retryAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(7_100_000);
  });

  it('pauses when the receiver is gone for good', async () => {
    const { url } = await receiver(410);
    expect((await tryHandler(forward('out', 'all', target(url)), body)).outcome).toBe('paused');
  });

  it('follows no redirect', async () => {
    const { received, url } = await receiver(307, { location: 'http://127.0.0.1:1/' });
    const tried = await tryHandler(forward('out', 'all', target(url)), body);
    expect(tried).toMatchObject({ outcome: 'retry-at', error: 'the receiver answered 307' });
    expect(received).toHaveLength(1);
  });

  it('tries again when there is no answer, and says why', async () => {
    const tried = await tryHandler(forward('out', 'all', target('http://127.0.0.1:1/')), body);
    expect(tried.outcome).toBe('retry-at');
    expect(tried.error).toMatch(/^no answer: /);
  });

  it.each([
    'http://example.com/',
    'ftp://localhost/',
    'localhost',
    'http://127.0.0.1.example.com/',
  ])('refuses to send to %s', (to) => {
    expect(() => forward('out', 'all', target(to))).toThrow('https:');
  });

  it('sends without TLS to every address of this machine', () => {
    expect(() => forward('out', 'all', target('http://127.0.0.2:4000/'))).not.toThrow();
  });

  it("refuses an empty secret for Sinch's signature: everyone could sign with it", () => {
    const empty = target('https://example.com', { as: 'sinch', secrets: [''] });
    expect(() => forward('out', 'all', empty)).toThrow('the secret is empty');
  });

  it.each(['secret', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(200)}`])(
    'refuses a malformed secret and does not quote it',
    (malformed) => {
      const make = () =>
        forward('out', 'all', target('https://example.com', { secrets: [malformed] }));
      expect(make).toThrow('a secret');
      expect(make).not.toThrow(new RegExp(malformed.slice(6) || 'whsec_$'));
    },
  );
});

function plain(headers: IncomingHttpHeaders = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

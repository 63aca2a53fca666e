import { gzipSync } from 'node:zlib';
import { eventKey, signatureHeaders } from '@sinch-callbacks/core';
import type { SendOverrides } from '@sinch-callbacks/simulator';
import { describe, expect, it } from 'vitest';
import { type ContractContext, secrets } from './contract-context.ts';
import { openRaw, postHead } from './raw-request.ts';

function deliveryReport(messageId: string): string {
  return `{"app_id":"A","message_delivery_report":{"message_id":"${messageId}","status":"DELIVERED"}}`;
}

export function describeVerdicts(context: () => ContractContext): void {
  describe('a verified callback', () => {
    it('is answered 200 accepted, and is in the queue by then, byte for byte', async () => {
      const body =
        '{ "message_delivery_report" : {"message_id":"M1", "n":1.10e+2, "text":"åé\\u0000\\ud800 😀"} }\r\n';
      const answer = await context().sender().send(body);
      expect(answer).toMatchObject({ status: 200, body: '{"status":"accepted"}' });
      const key = eventKey('MESSAGE_DELIVERY', 'M1', Buffer.from(body));
      expect(await context().queuedBody(key)).toEqual(Buffer.from(body));
    });

    it('is answered 200 again and again, and queued once', async () => {
      const body = deliveryReport('M2');
      const before = await context().countQueued();
      const answers = await Promise.all([1, 2, 3].map(() => context().sender().send(body)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(await context().countQueued()).toBe(before + 1);
    });

    it.each(['current', 'previous'] as const)('may be signed with the %s secret', async (name) => {
      const overrides = { secret: secrets[name] };
      const answer = await context()
        .sender()
        .send(deliveryReport(`M5-${name}`), overrides);
      expect(answer.status).toBe(200);
    });

    it('is queued when its trigger is unknown', async () => {
      const body = '{"app_id":"A","brand_new_notification":{"id":"N1"}}';
      expect(await context().sender().send(body)).toMatchObject({
        status: 200,
        body: '{"status":"accepted"}',
      });
      const key = eventKey('UNKNOWN', 'brand_new_notification', Buffer.from(body));
      expect(await context().queuedBody(key)).toEqual(Buffer.from(body));
    });

    it.each([
      ['text that is no JSON', Buffer.from('hello')],
      ['nothing at all', Buffer.alloc(0)],
      ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28])],
    ])('is queued when it is %s', async (_, body) => {
      expect((await context().sender().send(body)).status).toBe(200);
      expect(await context().queuedBody(eventKey('UNREADABLE', undefined, body))).toEqual(body);
    });

    it('is verified by the bytes on the wire when it is compressed', async () => {
      const body = gzipSync(deliveryReport('M7'));
      const headers = { 'content-encoding': 'gzip' };
      expect((await context().sender().send(body, { headers })).status).toBe(200);
      expect(await context().queuedBody(eventKey('UNREADABLE', undefined, body))).toEqual(body);
    });

    it('needs no particular content type', async () => {
      const headers = { 'content-type': 'text/plain; charset=utf-16' };
      const answer = await context().sender().send(deliveryReport('M8'), { headers });
      expect(answer.status).toBe(200);
    });

    it('may come to the address with a slash at its end', async () => {
      const sender = context().sender(`${context().ingest.webhookUrl}/`);
      expect((await sender.send(deliveryReport('M9'))).status).toBe(200);
    });
  });

  describe('a callback whose signature headers were repeated on the way', () => {
    it.each(Object.values(signatureHeaders))(
      'is accepted with equal copies of %s',
      async (name) => {
        const body = deliveryReport(`C-${name.length}`);
        expect(await sendTwice(body, name, (value) => value)).toMatch(/^HTTP\/1\.1 200 /);
        const key = eventKey('MESSAGE_DELIVERY', `C-${name.length}`, Buffer.from(body));
        expect(await context().queuedBody(key)).toEqual(Buffer.from(body));
      },
    );

    it.each(Object.values(signatureHeaders))('gets 401 if copies of %s differ', async (name) => {
      const body = deliveryReport(`D-${name.length}`);
      expect(await sendTwice(body, name, (value) => `${value}1`)).toMatch(/^HTTP\/1\.1 401 /);
    });

    /** As two headers, which no HTTP client would send. */
    async function sendTwice(
      body: string,
      name: (typeof signatureHeaders)[keyof typeof signatureHeaders],
      second: (value: string) => string,
    ): Promise<string> {
      const { webhookUrl } = context().ingest;
      const signed = context().sender().sign(body);
      const length = Buffer.byteLength(body);
      const head = postHead(webhookUrl, {
        connection: 'close',
        ...signed,
        'content-length': length,
      });
      const copy = `${name}: ${second(signed[name])}\r\n`;
      const connection = await openRaw(webhookUrl);
      await connection.write(`${head.slice(0, -2)}${copy}\r\n${body}`);
      return await connection.answers;
    }
  });

  describe('a forged or misconfigured callback', () => {
    it.each(Object.values(signatureHeaders))('gets 401 without %s', async (name) => {
      await expectRejected({ headers: { [name]: undefined } });
    });

    it.each([
      ['of another algorithm', { [signatureHeaders.algorithm]: 'HmacSHA1' }],
      ['with a signature that is none', { [signatureHeaders.signature]: 'x' }],
      ['with a timestamp that is none', { [signatureHeaders.timestamp]: 'now' }],
      ['with a timestamp in milliseconds', { [signatureHeaders.timestamp]: String(Date.now()) }],
    ])('gets 401 %s', async (_, headers) => {
      await expectRejected({ headers });
    });

    it('gets 401 when another secret signed it', async () => {
      await expectRejected({ secret: 'a-different-secret' });
    });

    it('gets 401 when one bit of the body differs', async () => {
      const body = Buffer.from(deliveryReport('F2'));
      const headers = context().sender().sign(body);
      body[10] = (body[10] ?? 0) ^ 1;
      await expectRejected({ headers }, body);
    });

    async function expectRejected(
      overrides: SendOverrides,
      body: string | Buffer = deliveryReport('F1'),
    ): Promise<void> {
      const before = await context().countQueued();
      const answer = await context().sender().send(body, overrides);
      expect(answer).toMatchObject({ status: 401, body: '{"status":"rejected"}' });
      expect(await context().countQueued()).toBe(before);
    }
  });
}

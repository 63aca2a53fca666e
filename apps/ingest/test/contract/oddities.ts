import { eventKey } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/testing/processes';
import { describe, expect, it } from 'vitest';
import type { ContractBench } from '../contract-bench.ts';
import { openRaw, postHead } from '../raw-request.ts';

/** What no sender has to say, and what some server or framework gives a meaning of its own. */
const oddHeaders: readonly Readonly<Record<string, string>>[] = [
  { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' },
  { connection: 'upgrade', upgrade: 'websocket' },
  { expect: 'a-miracle' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { 'next-action': '00', 'content-type': 'multipart/form-data; boundary=x' },
  { 'x-middleware-prefetch': '1' },
  { 'x-middleware-subrequest': 'middleware:middleware:middleware' },
  { 'x-middleware-set-cookie': 'a=b', 'x-middleware-rewrite': '/nowhere' },
  { 'x-matched-path': '/nowhere', 'x-invoke-status': '500', 'x-nextjs-data': '1' },
  { 'x-http-method-override': 'GET', 'x-forwarded-host': 'elsewhere' },
  { cookie: '__prerender_bypass=x; __next_preview_data=y', range: 'bytes=0-1' },
];

export function describeOddities(bench: () => ContractBench): void {
  const url = () => bench().ingest.webhookUrl;
  const oddBody = (name: string) =>
    `{"app_id":"A","message_delivery_report":{"message_id":"ODD","name":${JSON.stringify(name)}}}`;

  describe('a verified callback that says odd things', () => {
    it.each(oddHeaders.map((headers) => [JSON.stringify(headers), headers] as const))(
      'is answered 200 and is in the queue: %s',
      async (name, headers) => {
        const body = oddBody(name);
        await expectQueued(body, (signed) => postHead(url(), { ...signed, ...headers }));
      },
    );

    it.each(['/', '//', '?a=%&b[]=1', '#fragment'])(
      'is answered 200 and is in the queue: %s behind the address',
      async (tail) => {
        await expectQueued(oddBody(tail), (signed) => headAt(`/api/sinch/webhook${tail}`, signed));
      },
    );

    it.each(['//api//sinch/webhook', 'http://callbacks.example/api/sinch/webhook'])(
      'is answered 200 and is in the queue: for %s',
      async (target) => {
        await expectQueued(oddBody(target), (signed) => headAt(target, signed));
      },
    );

    async function expectQueued(
      body: string,
      head: (headers: Readonly<Record<string, string | number>>) => string,
    ): Promise<void> {
      const signed = bench().sender().sign(body);
      const length = Buffer.byteLength(body);
      const headers = { connection: 'close', ...signed, 'content-length': length };
      const connection = await openRaw(url());
      await connection.write(head(headers) + body);
      // Some of them keep the connection for themselves.
      await connection.heard;
      connection.endWriting();
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 200 [^]*\{"status":"accepted"\}/);
      const key = eventKey('MESSAGE_DELIVERY', 'ODD', Buffer.from(body));
      expect(await bench().queuedBody(key)).toEqual(Buffer.from(body));
    }
  });

  it.each(['TRACE', 'PROPFIND', 'QUERY', 'PURGE', 'M-SEARCH'])(
    'a method that few know gets 405 and its line: %s',
    async (method) => {
      const linesSince = await bench().markLog();
      const answer = await ask(`${method} /api/sinch/webhook`);
      expect(answer).toMatch(
        /^HTTP\/1\.1 405 [^]*allow: POST[^]*\{"status":"method-not-allowed"\}/,
      );
      await until(() => linesSince().length > 0, { what: 'its line' });
      expect(linesSince()).toMatchObject([{ outcome: 'method-not-allowed', method }]);
    },
  );

  it.each([
    'POST *',
    'GET /',
    'POST /api/sinch/webhook/x',
    'GET /api/sinch/webhook.rsc',
    'GET /_next/image?url=%2Fapi%2Fhealth&w=64&q=75',
    'GET /_next/static/..%2f..%2fpackage.json',
    'POST /_error',
    'GET http://[/x',
  ])('what is not here gets 404 and leaves no trace in the log: %s', async (request) => {
    const linesSince = await bench().markLog();
    const before = bench().ingest.output().length;
    expect(await ask(request)).toMatch(/^HTTP\/1\.1 404 [^]*\{"status":"not-found"\}/);
    await bench().sender().send(oddBody(request));
    await until(() => linesSince().length > 0, { what: 'the line of what came after it' });
    const written = bench().ingest.output().slice(before).trimEnd();
    expect(written.split('\n')).toHaveLength(1);
  });

  it('an offer to speak another protocol where nothing is ends, and keeps no connection', async () => {
    const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n';
    expect(await ask('GET /nowhere', upgrade)).toMatch(/^HTTP\/1\.1 404 /);
  });

  function headAt(target: string, headers: Readonly<Record<string, string | number>>): string {
    return postHead(url(), headers).replace(/^POST \S+/, () => `POST ${target}`);
  }

  async function ask(request: string, headers = 'connection: close\r\n'): Promise<string> {
    const connection = await openRaw(url());
    await connection.write(`${request} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
    return await connection.answers;
  }
}

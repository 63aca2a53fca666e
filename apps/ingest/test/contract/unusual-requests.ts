import { eventKey } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { refusedLines } from '../../src/log/request-log.ts';
import { linesIn } from '../servers/start-ingest.ts';
import type { ContractContext } from './contract-context.ts';
import { openRaw, postHead } from './raw-request.ts';

/** Headers that no sender needs, and to which some server or framework gives a meaning. */
const unusualHeaders: readonly Readonly<Record<string, string>>[] = [
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

/** More headers than Node accepts. */
const overflowing = `POST /api/sinch/webhook HTTP/1.1\r\nhost: x\r\nhunter2: ${'x'.repeat(20_000)}\r\n\r\n`;

export function describeUnusualRequests(context: () => ContractContext): void {
  const url = () => context().ingest.webhookUrl;
  const bodyNamed = (name: string) =>
    `{"app_id":"A","message_delivery_report":{"message_id":"ODD","name":${JSON.stringify(name)}}}`;

  describe('a verified callback with unusual headers or addresses', () => {
    it.each(unusualHeaders.map((headers) => [JSON.stringify(headers), headers] as const))(
      'is answered 200 and is in the queue: %s',
      async (name, headers) => {
        const body = bodyNamed(name);
        await expectQueued(body, (signed) => postHead(url(), { ...signed, ...headers }));
      },
    );

    it.each(['/', '//', '?a=%&b[]=1', '#fragment'])(
      'is answered 200 and is in the queue: %s behind the address',
      async (tail) => {
        await expectQueued(bodyNamed(tail), (signed) =>
          headAt(`/api/sinch/webhook${tail}`, signed),
        );
      },
    );

    it.each(['//api//sinch/webhook', 'http://callbacks.example/api/sinch/webhook'])(
      'is answered 200 and is in the queue: for %s',
      async (target) => {
        await expectQueued(bodyNamed(target), (signed) => headAt(target, signed));
      },
    );

    async function expectQueued(
      body: string,
      head: (headers: Readonly<Record<string, string | number>>) => string,
    ): Promise<void> {
      const signed = context().sender().sign(body);
      const length = Buffer.byteLength(body);
      const headers = { connection: 'close', ...signed, 'content-length': length };
      const connection = await openRaw(url());
      await connection.write(head(headers) + body);
      // Some of these headers keep the connection open.
      await connection.firstBytes;
      connection.endWriting();
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 200 [^]*\{"status":"accepted"\}/);
      const key = eventKey('MESSAGE_DELIVERY', 'ODD', Buffer.from(body));
      expect(await context().queuedBody(key)).toEqual(Buffer.from(body));
    }
  });

  it.each(['TRACE', 'PROPFIND', 'QUERY', 'PURGE', 'M-SEARCH'])(
    'a rare method gets 405 and its line: %s',
    async (method) => {
      const linesSince = await context().markLog();
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
  ])('an unknown address gets 404 and one line, without its query: %s', async (request) => {
    const writtenBy = await context().markOutput();
    expect(await ask(request)).toMatch(/^HTTP\/1\.1 404 [^]*\{"status":"not-found"\}/);
    const [method = '', target = ''] = request.split(' ');
    const [path] = target.split('?');
    expect(await writtenBy()).toMatchObject([
      { level: 'warn', msg: 'request refused', outcome: 'not-found', status: 404, method, path },
    ]);
  });

  it('a callback to the health page, as a mistyped address may send it, gets 405 and one line', async () => {
    const writtenBy = await context().markOutput();
    const answer = await ask('POST /api/health?token=hunter2');
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*allow: GET, HEAD/);
    const [line, ...others] = await writtenBy();
    expect(line).toMatchObject({ msg: 'request refused', status: 405, path: '/api/health' });
    expect(others).toEqual([]);
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });

  it.each([
    [400, 'unreadable-request', 'HPE_INVALID_METHOD', 'HUNTER2 / HTTP/1.1\r\n\r\n'],
    [400, 'unreadable-request', 'HPE_INVALID_CONSTANT', '\u0016\u0003\u0001hunter2\r\n\r\n'],
    [400, 'unreadable-request', 'HPE_', 'POST / HTTP/1.1\r\nhost hunter2\r\n\r\n'],
    [431, 'headers-too-large', 'HPE_HEADER_OVERFLOW', overflowing],
  ])(
    'a request that Node cannot read gets %i and one line, with nothing that was sent: %s, %s',
    async (status, outcome, cause, sent) => {
      const writtenBy = await context().markOutput();
      const connection = await openRaw(url());
      await connection.write(sent);
      const answer = await connection.answers;
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*"status":"${outcome}"`));
      expect(answer).toMatch(/connection: close/i);
      const written = await writtenBy();
      expect(written).toMatchObject([
        {
          level: 'warn',
          msg: 'request refused',
          outcome,
          status,
          cause: expect.stringMatching(/^HPE_/),
        },
      ]);
      expect(JSON.stringify(written).toLowerCase()).not.toContain('hunter2');
      expect(String(written[0]?.['cause'])).toContain(
        cause === 'HPE_INVALID_CONSTANT' ? 'HPE_' : cause,
      );
    },
  );

  it('a flood of requests for unknown addresses has a bounded number of lines, and the rest is summed', async () => {
    const ingest = await context().start({ SINCH_WEBHOOK_SECRET: 'any' });
    const count = refusedLines.burst * 3;
    const startedAt = performance.now();
    const nowhere = new URL('/nowhere', ingest.webhookUrl);
    const answers = await Promise.all(Array.from({ length: count }, () => fetch(nowhere)));
    const seconds = (performance.now() - startedAt) / 1000;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    await ingest.stop();
    const written = linesIn(ingest.output());
    const lines = written.filter(({ msg }) => msg === 'request refused').length;
    const summed = written.flatMap((line) => (line['summed'] ?? []) as { count: number }[]);
    expect(lines).toBeGreaterThanOrEqual(refusedLines.burst);
    expect(lines).toBeLessThanOrEqual(
      refusedLines.burst + Math.ceil(seconds * refusedLines.perSecond),
    );
    expect(lines + summed.reduce((sum, one) => sum + one.count, 0)).toBe(count);
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

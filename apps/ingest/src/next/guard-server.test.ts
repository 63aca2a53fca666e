import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import type { RequestRefused } from '@sinch-callbacks/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ingest } from '../webhook/handle-callback.ts';
import { guardFirstServer } from './guard-server.ts';

let server: Server;
let origin: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    response.end(JSON.stringify({ url: request.url, headers: Object.keys(request.headers) }));
  });
  // As Next does it.
  server.on('upgrade', (_request, socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterEach(() => void server.close());

function ingestThatRecords(refused: RequestRefused[]): Ingest {
  const unused = () => {
    throw new Error('It is not needed.');
  };
  return {
    config: readConfig(parseIngestConfig, {}),
    requestLog: { write: unused, writeRefused: (facts) => refused.push(facts), flush: unused },
    bodies: { enter: unused },
    producer: undefined,
    rejected: undefined,
  };
}

it('finds a server that it was never given, and bounds how slow a sender may be', async () => {
  const refused: RequestRefused[] = [];
  guardFirstServer(() => ingestThatRecords(refused));
  expect((await fetch(`${origin}/nowhere?a=b`)).status).toBe(404);
  expect(refused).toEqual([{ outcome: 'not-found', status: 404, method: 'GET', path: '/nowhere' }]);
  expect(server.headersTimeout).toBe(20_000);
  expect(server.requestTimeout).toBe(60_000);
  expect(server.listenerCount('upgrade')).toBe(0);
});

it.each([
  [5_000, 75_000],
  [120_000, 120_000],
  [0, 0],
])('keeps idle connections for longer than load balancers do: %i becomes %i', async (set, kept) => {
  server.keepAliveTimeout = set;
  guardFirstServer(() => ingestThatRecords([]));
  await fetch(`${origin}/nowhere`);
  expect(server.keepAliveTimeout).toBe(kept);
});

it('ends a kept connection whose request was in progress when the server was closed', async () => {
  guardFirstServer(() => ingestThatRecords([]));
  const closed = once(server, 'close');
  server.prependOnceListener('request', () => server.close());
  expect((await fetch(`${origin}/api/health`)).status).toBe(200);
  // Otherwise it would stay open for as long as idle connections are kept.
  await closed;
}, 10_000);

it('passes on one form of an address, and no header that the routes do not read', async () => {
  guardFirstServer(() => {
    throw new Error('The ingest is not needed.');
  });
  const headers = { rsc: '1', 'x-middleware-prefetch': '1', 'x-sinch-webhook-signature': 'x' };
  const answer = await fetch(`${origin}//api/sinch/webhook/?a=b`, { method: 'POST', headers });
  expect(await answer.json()).toEqual({
    url: '/api/sinch/webhook',
    headers: ['x-sinch-webhook-signature', 'host', 'content-length'],
  });
});

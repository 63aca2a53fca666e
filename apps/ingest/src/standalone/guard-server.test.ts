import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('finds a server that it was never given, and bounds how slow a sender may be', async () => {
  guardFirstServer(() => {
    throw new Error('Nobody asked for the ingest.');
  });
  expect((await fetch(`${origin}/nowhere`)).status).toBe(404);
  expect(server.headersTimeout).toBe(20_000);
  expect(server.requestTimeout).toBe(60_000);
  expect(server.listenerCount('upgrade')).toBe(0);
});

it('passes on one form of an address, and no header that the routes do not read', async () => {
  guardFirstServer(() => {
    throw new Error('Nobody asked for the ingest.');
  });
  const headers = { rsc: '1', 'x-middleware-prefetch': '1', 'x-sinch-webhook-signature': 'x' };
  const answer = await fetch(`${origin}//api/sinch/webhook/?a=b`, { method: 'POST', headers });
  expect(await answer.json()).toEqual({
    url: '/api/sinch/webhook',
    headers: ['x-sinch-webhook-signature', 'host', 'content-length'],
  });
});

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type CallbackEvent, receive } from '@sinch-callbacks/core';
import { openProducer } from '@sinch-callbacks/queue';
import { onTestFinished } from 'vitest';
import type { CliHarness } from './cli-harness.ts';

export interface SmallIngest {
  readonly url: string;
  /** The received bodies, copies included. */
  readonly bodies: readonly string[];
}

/** The treatment of a verified callback: queued, dropped, or answered with a status. */
export type Treat = (event: CallbackEvent, place: number) => Promise<'queue' | 'drop' | number>;

/** Starts a server that verifies and queues as ingest does, and can be made to fail. */
export async function startSmallIngest(
  { location }: CliHarness,
  treat: Treat = async () => 'queue',
): Promise<SmallIngest> {
  const producer = openProducer({ ...location, timeoutMs: 10_000 });
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void answer(request).then((status) => response.writeHead(status).end('{}'));
  });

  async function answer(request: IncomingMessage): Promise<number> {
    const rawBody = await buffer(request);
    const place = bodies.push(rawBody.toString()) - 1;
    const readHeader = (name: string) => request.headers[name]?.toString();
    const outcome = receive(
      { rawBody, readHeader, receivedAt: new Date() },
      { secrets: ['test-secret'], timestampToleranceSeconds: 300, replayPolicy: 'absorb' },
    );
    if (outcome.kind !== 'verified') return 401;
    const treatment = await treat(outcome.event, place);
    if (typeof treatment === 'number') return treatment;
    if (treatment === 'queue') await producer.enqueue(outcome.event);
    return 200;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await producer.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/api/sinch/webhook`, bodies };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { OutboundFixture } from './outbound-fixture.ts';

export interface CallbackReceiver {
  readonly url: string;
  close(): Promise<void>;
}

/** Receives callbacks and applies each before it is acknowledged, several in one transaction. */
export async function openCallbackReceiver(fixture: OutboundFixture): Promise<CallbackReceiver> {
  const waiting: { readonly body: string; readonly done: () => void }[] = [];
  let isApplying = false;

  async function applyAll(): Promise<void> {
    if (isApplying) return;
    isApplying = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxBatch);
      await fixture.apply(...batch.map(({ body }) => body));
      for (const { done } of batch) done();
    }
    isApplying = false;
  }

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      waiting.push({ body, done: () => void response.writeHead(200).end() });
      void applyAll();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/callbacks`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const maxBatch = 100;

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

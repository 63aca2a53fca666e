import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Reply =
  | { readonly status: number; readonly body: string }
  /** The connection is cut. */
  | 'cut'
  /** The request is never answered. */
  | 'never';

/** Starts a server on loopback for one test. Returns its address and its requests. */
export async function startHttpServer(answer: (request: Received) => Reply) {
  const requests: Received[] = [];
  const server = createServer((incoming, response) => {
    void buffer(incoming).then((body) => {
      const request = { path: incoming.url ?? '', headers: incoming.headers, body };
      requests.push(request);
      const reply = answer(request);
      if (reply === 'never') return;
      if (reply === 'cut') return void incoming.socket.destroy();
      response.writeHead(reply.status).end(reply.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, requests };
}

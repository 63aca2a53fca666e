import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

interface ReceivedRequest {
  readonly rawBody: Buffer;
  readonly headers: IncomingHttpHeaders;
}

type Answer =
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
  /** Cuts the connection. */
  | 'cut'
  /** Sends no answer. */
  | 'never';

/** Starts an HTTP server for one test, which answers with `answer` and records its requests. */
export async function startReceiver(answer: (request: ReceivedRequest) => Answer) {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  const server = createServer((incoming, response) => {
    void buffer(incoming).then((rawBody) => {
      const request = { rawBody, headers: incoming.headers };
      requests.push(request);
      const reply = answer(request);
      if (reply === 'never') return;
      if (reply === 'cut') return void incoming.socket.destroy();
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, requests, connections: () => connections };
}

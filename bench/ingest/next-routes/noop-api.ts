/** An API route that does nothing: the same kind of route as ours. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export const config = { api: { bodyParser: false } };

export default function handle(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"accepted"}');
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createSinchApi, type SinchApiOptions } from './create-sinch-api.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly body: string;
  readonly acceptEncoding: string;
}

/** An answer, or what the server does to the connection in place of one. */
export type Scripted =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Takes the request and closes the connection. */
  | 'lose'
  /** Takes the request and says nothing. */
  | 'hang'
  /** Sends a 200 and half of a body, and closes the connection. */
  | 'cut'
  /** The same, but says nothing more. */
  | 'stall';

export type Script = (request: Received, number: number) => Scripted;

export const keySecret = 'the-secret-of-the-access-key';

/** Pauses of a millisecond, so that a test of retries takes none. */
export const fastTimings = {
  connectMs: 5_000,
  requestMs: 10_000,
  callMs: 60_000,
  firstPauseMs: 1,
  longestPauseMs: 4,
  longestRetryAfterMs: 1_000,
};

/** Scripted answers in turn; the last one again and again. */
export function inTurn(...answers: readonly [Scripted, ...Scripted[]]): Script {
  return (_, number) => answers[Math.min(number, answers.length) - 1] ?? answers[0];
}

/** Grants `token-1`, `token-2` and so on, each for an hour. */
export const grants: Script = (_, number) => ({
  status: 200,
  body: { access_token: `token-${number}`, token_type: 'bearer', expires_in: 3600 },
});

/** Starts a server that is API and token endpoint in one, for one test. */
export async function startSinch(script: Script, tokenScript: Script = grants) {
  const requests: Received[] = [];
  const tokenRequests: Received[] = [];
  const server = createServer((incoming, response) => {
    void read(incoming).then((received) => {
      const isToken = received.url === '/oauth2/token';
      const list = isToken ? tokenRequests : requests;
      list.push(received);
      act((isToken ? tokenScript : script)(received, list.length), response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests, tokenRequests, url, api: apiOf({ apiUrl: url, authUrl: url }) };
}

/** Creates a client, which is closed after the test. */
export function apiOf(options: Partial<SinchApiOptions>) {
  const api = createSinchApi({
    region: 'eu',
    projectId: 'P1',
    keyId: 'key-id',
    keySecret,
    timings: fastTimings,
    ...options,
  });
  onTestFinished(async () => await api.close());
  return api;
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const { method = '', url = '', headers } = incoming;
  const { authorization = '', 'accept-encoding': encoding } = headers;
  const acceptEncoding = encoding?.toString() ?? '';
  return { method, url, authorization, acceptEncoding, body: await text(incoming) };
}

function act(scripted: Scripted, response: ServerResponse): void {
  if (scripted === 'hang') return;
  if (scripted === 'lose') return void response.socket?.destroy();
  if (scripted === 'cut' || scripted === 'stall') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"message_id":"half', () => {
      if (scripted === 'cut') response.socket?.destroy();
    });
    return;
  }
  const { status, body = {}, headers = {} } = scripted;
  const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  response.writeHead(status, headers).end(content);
}

import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestLog } from '../log/request-log.ts';
import { type Answer, answer } from './answer.ts';

/** Answers to requests that Node's parser refuses: the statuses are those of Node's own answers. */
const answers: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: answer(431, 'headers-too-large', { connection: 'close' }),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: answer(413, 'too-large', { connection: 'close' }),
  ERR_HTTP_REQUEST_TIMEOUT: answer(408, 'slow-request', { connection: 'close' }),
};
const unreadable = answer(400, 'unreadable-request', { connection: 'close' });

/**
 * Answers requests that Node's parser refuses, as Node would without a listener, and logs a line
 * for each, since they never reach the server's own code. The line holds nothing that was sent.
 *
 * A request that is being answered keeps its own answer and has its own line.
 */
export function answerParseErrors(server: Server, openLog: () => RequestLog): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const { code = '' } = error;
    const inProgress = exchangeOn(socket);
    // Other codes mean that a connection broke, such as ECONNRESET: no request is refused.
    const isRefusal = code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');
    const refusal = answers[code] ?? unreadable;
    if (isRefusal && inProgress?.req?.complete !== false) {
      const { status } = refusal;
      openLog().writeRefused({ outcome: wordOf(refusal), cause: code, status });
    }
    if (!isRefusal || !socket.writable || inProgress?.headersSent === true) {
      socket.destroy(error);
      return;
    }
    socket.write(asText(refusal));
    socket.destroySoon();
  });
}

interface ExchangeInProgress {
  readonly headersSent: boolean;
  readonly req?: { readonly complete: boolean };
}

/** Finds the answer that is being written on this connection, in the member that Node uses. */
function exchangeOn(socket: Socket): ExchangeInProgress | undefined {
  const found: unknown = Reflect.get(socket, '_httpMessage');
  return typeof found === 'object' && found !== null ? (found as ExchangeInProgress) : undefined;
}

function wordOf({ body }: Answer): string {
  return (JSON.parse(body) as { readonly status: string }).status;
}

function asText({ status, headers, body }: Answer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}

/**
 * Timeouts of our own servers. A load balancer keeps idle connections for about 60 seconds; if we
 * closed one first, it might send the next request over it. So ours are kept for longer. The other
 * timeouts are for senders that have given up by Sinch's rules. Bodies have a deadline in
 * `handleCallback`; `requestTimeout` covers all other code.
 */
export const serverTimeouts = {
  keepAliveTimeout: 75_000,
  headersTimeout: 20_000,
  requestTimeout: 60_000,
} as const;

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { MetricsText } from '@sinch-callbacks/telemetry';
import type { Answer } from '../http/answer.ts';
import { healthAnswer, isHealthMethod } from '../http/health-answer.ts';
import { matchRoute, refuseRequest } from '../http/match-route.ts';
import { answerParseErrors, serverTimeouts } from '../http/node-server.ts';
import { readHeaderOf } from '../http/read-header-of.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { handleCallback, type Ingest, type WebhookRequest } from '../webhook/handle-callback.ts';
import { settlesWithin } from './graceful-stop.ts';
import { maySeeMetrics, metricsAnswer } from './metrics.ts';
import { type ListenerExchange, readNodeBody } from './read-node-body.ts';

/** The webhook, the health page and the metrics on plain `node:http`. */
export interface Listener {
  /**
   * Starts to listen, and returns the URL.
   * @throws when the address cannot be used.
   */
  listen(host: string, port: number): Promise<string>;
  /**
   * Takes no more connections and finishes the requests in progress. Returns true if all finished
   * in time; the others are cut off.
   */
  stop(timeoutMs: number): Promise<boolean>;
}

interface ServerState {
  isStopping: boolean;
}

/** @param readMetrics reads the counters for `/metrics`. */
export function createListener(ingest: Ingest, readMetrics: () => Promise<MetricsText>): Listener {
  const state: ServerState = { isStopping: false };
  const server = createServer(serverTimeouts, (request, response) => {
    route({ request, response, awaitsContinue: false }, ingest, state, readMetrics);
  });
  // `100 Continue` is sent only when the body is wanted: one that is too large is not even sent.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    route({ request, response, awaitsContinue: true }, ingest, state, readMetrics);
  });
  // With an unknown `Expect`, the body comes anyway.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  answerParseErrors(server, () => ingest.requestLog);
  return {
    async listen(host, port) {
      server.listen(port, host);
      await once(server, 'listening');
      return urlOf(host, (server.address() as AddressInfo).port);
    },
    async stop(timeoutMs) {
      state.isStopping = true;
      const closed = once(server, 'close');
      server.close();
      const hasFinished = await settlesWithin(closed, timeoutMs);
      server.closeAllConnections();
      return hasFinished;
    },
  };
}

function route(
  exchange: ListenerExchange,
  ingest: Ingest,
  server: ServerState,
  readMetrics: () => Promise<MetricsText>,
): void {
  const { method = '', url = '' } = exchange.request;
  const send = (answer: Answer) => {
    const { awaitsContinue, stopReading } = exchange;
    // Without `100 Continue` a client may still send the body: the next bytes are no request.
    sendAnswer(exchange, answer, { isLast: server.isStopping || awaitsContinue, stopReading });
  };
  const { metricsToken } = ingest.config.listener;
  switch (matchRoute(url)) {
    case 'webhook':
      void handleCallback(webhookRequest(method, exchange), ingest).then(send);
      return;
    case 'health':
      if (isHealthMethod(method)) void healthAnswer(method, ingest.producer).then(send);
      else send(refuseRequest('method-not-allowed', exchange.request, ingest.requestLog));
      return;
    case 'metrics':
      if (method === 'GET' && maySeeMetrics(exchange.request, metricsToken)) {
        void metricsAnswer(readMetrics).then(send);
      } else send(refuseRequest('not-found', exchange.request, ingest.requestLog));
      return;
    case undefined:
      send(refuseRequest('not-found', exchange.request, ingest.requestLog));
  }
}

function webhookRequest(method: string, exchange: ListenerExchange): WebhookRequest {
  return {
    method,
    readHeader: readHeaderOf(exchange.request),
    readBody: (limits) => readNodeBody(exchange, limits),
  };
}

export function urlOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

import cluster, { type Worker } from 'node:cluster';
import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '@sinch-callbacks/core';
import type { MetricsText } from '@sinch-callbacks/telemetry';
import { type IngestMetrics, openClusterMetrics } from '@sinch-callbacks/telemetry/ingest-metrics';
import { type Answer, answer } from '../http/answer.ts';

/** A message from a process of a port to the one that supervises it. */
interface MetricsRequest {
  readonly kind: 'metrics-request';
  readonly number: number;
}

/** The supervisor's reply. */
interface MetricsReply {
  readonly kind: 'metrics-reply';
  readonly number: number;
  /** Absent where they could not be read. */
  readonly metrics?: MetricsText;
}

const timeoutMs = 6_000;

/**
 * Creates a reader for the counters of all processes of this port. A process that is not alone asks
 * its supervisor.
 */
export function createMetricsReader(own: IngestMetrics): () => Promise<MetricsText> {
  const { worker } = cluster;
  if (worker === undefined) return async () => await own.read();
  openClusterMetrics();
  const waiting = new Map<number, (reply: MetricsReply) => void>();
  let requests = 0;
  process.on('message', (message) => {
    if (isAbout(message, 'metrics-reply')) waiting.get(message.number)?.(message as MetricsReply);
  });
  return async () => {
    const number = (requests += 1);
    const reply = await new Promise<MetricsReply>((resolve) => {
      const late = { kind: 'metrics-reply', number } as const;
      const timer = setTimeout(resolve, timeoutMs, late);
      waiting.set(number, (received) => {
        clearTimeout(timer);
        resolve(received);
      });
      process.send?.({ kind: 'metrics-request', number } satisfies MetricsRequest);
    });
    waiting.delete(number);
    if (reply.metrics === undefined) throw new Error('not every process has sent its metrics');
    return reply.metrics;
  };
}

/** Answers the metrics requests of the processes that this one supervises. */
export function answerMetrics(): (worker: Worker) => void {
  const metrics = openClusterMetrics();
  const reply = async (worker: Worker, number: number) => {
    const read = await metrics.read().catch(() => undefined);
    const message: MetricsReply = { kind: 'metrics-reply', number, ...(read && { metrics: read }) };
    if (worker.isConnected()) worker.send(message);
  };
  return (worker) => {
    worker.on('message', (message: unknown) => {
      if (isAbout(message, 'metrics-request')) void reply(worker, message.number);
    });
  };
}

function isAbout(message: unknown, kind: string): message is { readonly number: number } {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'kind') === kind;
}

/** Headers that a proxy adds to requests that it forwards. */
const forwarding = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/**
 * Returns true if this request may read the metrics: it comes from this machine or has the token.
 * The port itself is public, and a proxy on this machine forwards requests from elsewhere.
 */
export function maySeeMetrics(
  { socket, headers }: IncomingMessage,
  token: string | undefined,
): boolean {
  const { remoteAddress = '' } = socket;
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(remoteAddress);
  if (isLocal && forwarding.every((name) => headers[name] === undefined)) return true;
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return token !== undefined && given !== undefined && isSameSecret(given, token);
}

/** Answers with the counters of `read`, or 503 if it fails or misses its deadline. */
export async function metricsAnswer(read: () => Promise<MetricsText>): Promise<Answer> {
  try {
    const { text, contentType } = await read();
    return {
      status: 200,
      headers: {
        'content-type': contentType,
        'content-length': String(Buffer.byteLength(text)),
        'cache-control': 'no-store',
      },
      body: text,
    };
  } catch {
    return answer(503, 'unavailable', { 'retry-after': '10' });
  }
}

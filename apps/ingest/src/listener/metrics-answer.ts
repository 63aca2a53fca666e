import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '@sinch-callbacks/core';
import type { MetricsText } from '@sinch-callbacks/telemetry';
import { type Answer, answer } from '../http/answer.ts';

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

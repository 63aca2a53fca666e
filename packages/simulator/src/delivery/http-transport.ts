import { createSender } from '../create-sender.ts';
import type { Attempt, Transport } from './deliver.ts';
import type { Answer } from './delivery-rules.ts';

interface HttpTransportOptions {
  readonly url: string;
  /** A secret for each webhook, in their order. */
  readonly secrets: readonly string[];
  /** The timeout by the real clock. */
  readonly timeoutMs: number;
  /** Aborts the requests in progress, which are then never settled. */
  readonly signal: AbortSignal;
}

/** Creates a transport over HTTP that signs each webhook's callbacks with its own secret. */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const { url, secrets, timeoutMs, signal } = options;
  const senders = secrets.map((secret) => createSender({ url, secret, timeoutMs }));
  return createTransport(({ event, signature }) => {
    const sender = senders[event.webhook];
    if (!sender) throw new RangeError(`Webhook ${event.webhook} has no secret.`);
    return sender.send(event.body, { ...signature, signal });
  }, signal);
}

/**
 * Creates a transport from a function that sends one request. Its rejection means no answer; what
 * it throws at once is a bug, and is thrown on.
 * @param signal once it is aborted, requests in progress are never settled.
 */
export function createTransport(
  send: (attempt: Attempt) => Promise<{ readonly status: number }>,
  signal: AbortSignal,
): Transport {
  return (attempt, settle) => {
    void send(attempt)
      .then(({ status }): Answer => ({ kind: 'answered', status }), noAnswer)
      .then((answer) => {
        if (!signal.aborted) settle(answer);
      });
  };
}

/** Classifies an error. Its message is only "fetch failed"; the reason is in its cause. */
function noAnswer(error: unknown): Answer {
  if (!(error instanceof Error)) return { kind: 'unreachable', reason: String(error) };
  if (error.name === 'TimeoutError') return { kind: 'timeout' };
  const cause = error.cause instanceof Error ? error.cause : error;
  return { kind: 'unreachable', reason: cause.message || cause.name };
}

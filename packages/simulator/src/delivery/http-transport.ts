import { createSender } from '../create-sender.ts';
import type { Attempt, Transport } from './deliver.ts';
import type { Answer } from './delivery-rules.ts';

export interface HttpTransportOptions {
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

  async function send({ event, signature }: Attempt): Promise<Answer> {
    const sender = senders[event.webhook];
    if (!sender) throw new RangeError(`Webhook ${event.webhook} has no secret.`);
    try {
      const { status } = await sender.send(event.body, { ...signature, signal });
      return { kind: 'answered', status };
    } catch (error) {
      return noAnswer(error);
    }
  }

  return (attempt, settle) => {
    void send(attempt).then((answer) => {
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

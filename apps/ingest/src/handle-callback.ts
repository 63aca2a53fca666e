import type { IngestConfig } from '@sinch-callbacks/config';
import { type ReadHeader, receive } from '@sinch-callbacks/core';
import type { CallbackProducer } from '@sinch-callbacks/queue';
import { callbackReceived, type Logger } from '@sinch-callbacks/telemetry';
import type { Answer } from './answer.ts';
import { type CallbackOutcome, outcomeToAnswer } from './outcome-to-answer.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

export type BodyReading =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable-body' };

/** A request to the webhook, whichever server received it. */
export interface WebhookRequest {
  readonly method: string;
  readonly readHeader: ReadHeader;
  /** Takes the body off the wire, once, and never holds more of it than the limit. */
  readonly readBody: (limits: BodyLimits) => Promise<BodyReading>;
}

export interface Ingest {
  readonly config: IngestConfig;
  readonly logger: Logger;
  /** Absent where no queue is configured. */
  readonly producer: CallbackProducer | undefined;
}

/** Longer than Sinch waits for an answer; a body that takes this long has nobody waiting for it. */
const bodyTimeoutMs = 20_000;

/**
 * Takes one request from its bytes to its answer, and writes its one log line.
 * Answers 200 only once the event is in the queue. Never throws.
 */
export async function handleCallback(request: WebhookRequest, ingest: Ingest): Promise<Answer> {
  const startedAt = performance.now();
  const { outcome, bytes } = await decide(request, ingest).catch((error: unknown) => ({
    outcome: { kind: 'failed', error } as const,
    bytes: undefined,
  }));
  const answer = outcomeToAnswer(outcome);
  callbackReceived(ingest.logger, {
    ...factsOf(outcome),
    outcome: outcome.kind,
    method: request.method,
    status: answer.status,
    bytes,
    durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
  });
  return answer;
}

interface Decided {
  readonly outcome: CallbackOutcome;
  readonly bytes?: number;
}

async function decide(request: WebhookRequest, ingest: Ingest): Promise<Decided> {
  if (request.method !== 'POST') return { outcome: { kind: 'method-not-allowed' } };
  const { maxBodyBytes } = ingest.config;
  const body = await request.readBody({ maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs });
  if (body.kind !== 'read') return { outcome: body };
  return { outcome: await accept(body.bytes, request, ingest), bytes: body.bytes.byteLength };
}

async function accept(
  rawBody: Uint8Array,
  { readHeader }: WebhookRequest,
  { config, producer }: Ingest,
): Promise<CallbackOutcome> {
  const received = receive({ rawBody, readHeader, receivedAt: new Date() }, config.verification);
  if (received.kind !== 'verified') return received;
  if (producer === undefined) return { kind: 'unconfigured' };
  const { event } = received;
  const queued = await producer.enqueue(event);
  if (queued.kind === 'queued') return { kind: 'accepted', event };
  return { kind: 'unavailable', event, cause: queued.reason };
}

/** What a log line may know of an outcome: names, ids and causes, nothing of the body. */
function factsOf(outcome: CallbackOutcome) {
  const event = 'event' in outcome ? outcome.event : undefined;
  return {
    cause: 'cause' in outcome ? outcome.cause : undefined,
    trigger: event?.trigger,
    eventKey: event?.key,
    secretPosition: event?.signature?.secretPosition,
    stale: event?.signature?.isStale,
    err: 'error' in outcome ? outcome.error : undefined,
  };
}

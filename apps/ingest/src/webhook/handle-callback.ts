import type { IngestConfig } from '@sinch-callbacks/config';
import {
  findHeaderFault,
  type ReadHeader,
  receive,
  type SignatureHeaders,
  signatureHeaders,
} from '@sinch-callbacks/core';
import type { CallbackProducer } from '@sinch-callbacks/queue';
import type { Answer } from '../http/answer.ts';
import type { RequestLog } from '../log/request-log.ts';
import type { BodyBudget, EvictionReason } from './body-budget.ts';
import { type CallbackOutcome, outcomeToAnswer } from './outcome-to-answer.ts';
import type { RejectedRecorder, SaveOutcome } from './rejected-recorder.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Called with the size of each chunk as it arrives. */
  readonly onBytes: (bytes: number) => void;
}

export type BodyReading =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable-body' };

/** A request to the webhook, from any server. */
export interface WebhookRequest {
  readonly method: string;
  readonly readHeader: ReadHeader;
  /**
   * Reads the body, once, and never holds more of it than the limit. The caller may abandon it: an
   * answer that closes the connection then ends the reading too.
   */
  readonly readBody: (limits: BodyLimits) => Promise<BodyReading>;
}

export interface Ingest {
  readonly config: IngestConfig;
  readonly requestLog: RequestLog;
  readonly bodies: BodyBudget;
  /** Absent where no queue is configured. */
  readonly producer: CallbackProducer | undefined;
  /** Absent where no queue is configured: then rejected callbacks are only logged. */
  readonly rejected: RejectedRecorder | undefined;
}

/**
 * Handles one request from its bytes to its answer, and logs its outcome. Answers 200 only once the
 * event is in the queue. Never throws.
 *
 * Only unverified requests are ever limited, and none by its address: behind a proxy, Sinch and
 * all other senders have the same one.
 */
export async function handleCallback(request: WebhookRequest, ingest: Ingest): Promise<Answer> {
  const startedAt = performance.now();
  const { outcome, bytes, keeping } = await resolveOutcome(request, ingest).catch(
    (error: unknown): Resolved => ({ outcome: { kind: 'failed', error } }),
  );
  const answer = outcomeToAnswer(outcome);
  const facts = {
    ...factsOf(outcome),
    ...keeping,
    outcome: outcome.kind,
    method: request.method,
    status: answer.status,
    bytes,
    durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
  };
  ingest.requestLog.write(facts, 'event' in outcome);
  return answer;
}

type Rejected = Extract<CallbackOutcome, { kind: 'rejected' }>;

interface Resolved {
  readonly outcome: CallbackOutcome;
  readonly bytes?: number;
  readonly keeping?: SaveOutcome | undefined;
}

async function resolveOutcome(request: WebhookRequest, ingest: Ingest): Promise<Resolved> {
  if (request.method !== 'POST') return { outcome: { kind: 'method-not-allowed' } };
  const fault = findHeaderFault(request.readHeader);
  const cannotVerify = fault !== undefined && ingest.config.verification.secrets.length > 0;
  // Its body is needed only for the store: when the store takes no more, the body is not read.
  const mayBeKept = cannotVerify && tryAcquire(ingest);
  if (cannotVerify && !mayBeKept) {
    const outcome = { kind: 'rejected', cause: fault, isUnread: true } as const;
    return { outcome, keeping: overRate(ingest) };
  }
  const body = await readBody(request, ingest);
  if (body.kind !== 'read') return { outcome: body };
  await nextTurn();
  const { bytes: rawBody } = body;
  const receivedAt = new Date();
  const outcome = await accept(rawBody, receivedAt, request, ingest);
  const bytes = rawBody.byteLength;
  if (outcome.kind !== 'rejected') return { outcome, bytes };
  if (!mayBeKept && !tryAcquire(ingest)) {
    const keeping = overRate(ingest);
    return { outcome: orAskAgain(outcome, keeping), bytes, keeping };
  }
  const headers = signatureHeadersOf(request.readHeader);
  // Awaited, since a serverless instance may be frozen as soon as the answer is sent.
  const keeping = await ingest.rejected?.keep({
    rawBody,
    headers,
    cause: outcome.cause,
    receivedAt,
  });
  return { outcome: orAskAgain(outcome, keeping), bytes, keeping };
}

/**
 * Turns a 401 into a 503 where a future timestamp was rejected and the callback is not stored. Only
 * the secret's holder can sign, so then our clock is behind. A 401 is final: it is right only where
 * a recheck can recover the callback.
 */
function orAskAgain(outcome: Rejected, keeping: SaveOutcome | undefined): CallbackOutcome {
  const mustBeKept = outcome.cause === 'future-timestamp' && keeping?.keeping !== 'kept';
  return mustBeKept ? { kind: 'not-kept', cause: outcome.cause } : outcome;
}

function tryAcquire({ rejected }: Ingest): boolean {
  return rejected?.tryAcquire() ?? false;
}

function overRate({ rejected }: Ingest): SaveOutcome | undefined {
  return rejected && { keeping: 'over-rate' };
}

/** Reads the body, unless the budget evicts it: it is too slow, or too large for the moment. */
async function readBody(
  request: WebhookRequest,
  { config, bodies }: Ingest,
): Promise<BodyReading | { readonly kind: EvictionReason }> {
  // The first to settle wins. This is cheaper than `Promise.race` for each request.
  const first = Promise.withResolvers<BodyReading | { readonly kind: EvictionReason }>();
  const place = bodies.enter((kind) => first.resolve({ kind }));
  try {
    const reading = request.readBody({ maxBytes: config.maxBodyBytes, onBytes: place.grow });
    reading.then(first.resolve, first.reject);
    return await first.promise;
  } finally {
    place.leave();
  }
}

async function accept(
  rawBody: Uint8Array,
  receivedAt: Date,
  { readHeader }: WebhookRequest,
  { config, producer }: Ingest,
): Promise<CallbackOutcome> {
  const received = receive({ rawBody, readHeader, receivedAt }, config.verification);
  if (received.kind !== 'verified') return received;
  if (producer === undefined) return { kind: 'unconfigured' };
  const { event } = received;
  const queued = await producer.enqueue(event);
  if (queued.kind === 'queued') return { kind: 'accepted', event };
  return { kind: 'unavailable', event, cause: queued.reason };
}

function signatureHeadersOf(readHeader: ReadHeader): Partial<SignatureHeaders> {
  const present = Object.values(signatureHeaders).flatMap((name) => {
    const value = readHeader(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(present);
}

/** Facts of an outcome for its log line: names, ids and causes, nothing of the body. */
function factsOf(outcome: CallbackOutcome) {
  const event = 'event' in outcome ? outcome.event : undefined;
  return {
    cause: 'cause' in outcome ? outcome.cause : undefined,
    trigger: event?.trigger,
    eventKey: event?.key,
    secretPosition: event?.signature?.secretPosition,
    stale: event?.signature?.isStale,
    future: event?.signature?.isFuture,
    err: 'error' in outcome ? outcome.error : undefined,
  };
}

let turnEnd: Promise<void> | undefined;

/**
 * Resolves when this turn of the event loop ends, for all waiting requests at once. So each step
 * runs for all of them before the next step does, and finds its code in the processor's caches.
 */
function nextTurn(): Promise<void> {
  turnEnd ??= new Promise((resolve) => {
    setImmediate(() => {
      turnEnd = undefined;
      resolve();
    });
  });
  return turnEnd;
}

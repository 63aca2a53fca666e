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
import type { BodyBudget, GiveWayReason } from './body-budget.ts';
import { type CallbackOutcome, outcomeToAnswer } from './outcome-to-answer.ts';
import type { Keeping, RejectedRecorder } from './rejected-recorder.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Told of every piece, as it arrives. */
  readonly onBytes: (bytes: number) => void;
}

export type BodyReading =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable-body' };

/** A request to the webhook, whichever server received it. */
export interface WebhookRequest {
  readonly method: string;
  readonly readHeader: ReadHeader;
  /**
   * Takes the body off the wire, once, and never holds more of it than the limit. It may be
   * given up on: an answer that closes the connection then ends the reading too.
   */
  readonly readBody: (limits: BodyLimits) => Promise<BodyReading>;
}

export interface Ingest {
  readonly config: IngestConfig;
  readonly requestLog: RequestLog;
  readonly bodies: BodyBudget;
  /** Absent where no queue is configured. */
  readonly producer: CallbackProducer | undefined;
  /** Absent where no queue is configured: what is rejected then is only logged. */
  readonly rejected: RejectedRecorder | undefined;
}

/**
 * Takes one request from its bytes to its answer, and writes down how it ended.
 * Answers 200 only once the event is in the queue. Never throws.
 *
 * Only what is not verified is ever limited, and nothing is judged by where it comes from: behind
 * a proxy, Sinch and all others have one address.
 */
export async function handleCallback(request: WebhookRequest, ingest: Ingest): Promise<Answer> {
  const startedAt = performance.now();
  const { outcome, bytes, keeping } = await decide(request, ingest).catch(
    (error: unknown): Decided => ({ outcome: { kind: 'failed', error } }),
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

interface Decided {
  readonly outcome: CallbackOutcome;
  readonly bytes?: number;
  readonly keeping?: Keeping | undefined;
}

async function decide(request: WebhookRequest, ingest: Ingest): Promise<Decided> {
  if (request.method !== 'POST') return { outcome: { kind: 'method-not-allowed' } };
  const fault = findHeaderFault(request.readHeader);
  const isHopeless = fault !== undefined && ingest.config.verification.secrets.length > 0;
  // Its body is wanted for the store alone: where the store takes no more, nor is the body read.
  const hasTurn = isHopeless && tryAcquire(ingest);
  if (isHopeless && !hasTurn) {
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
  if (!hasTurn && !tryAcquire(ingest)) {
    const keeping = overRate(ingest);
    return { outcome: orAskAgain(outcome, keeping), bytes, keeping };
  }
  const headers = signatureHeadersOf(request.readHeader);
  // Awaited, since what is not dies with a serverless instance as soon as the answer is out.
  const keeping = await ingest.rejected?.keep({
    rawBody,
    headers,
    cause: outcome.cause,
    receivedAt,
  });
  return { outcome: orAskAgain(outcome, keeping), bytes, keeping };
}

/**
 * Only the secret's holder can sign, so a timestamp of the future means that our clock is behind.
 * A 401 is final: it may be given only where a recheck can recover the callback.
 */
function orAskAgain(outcome: Rejected, keeping: Keeping | undefined): CallbackOutcome {
  const mustBeKept = outcome.cause === 'future-timestamp' && keeping?.keeping !== 'kept';
  return mustBeKept ? { kind: 'not-kept', cause: outcome.cause } : outcome;
}

function tryAcquire({ rejected }: Ingest): boolean {
  return rejected?.tryAcquire() ?? false;
}

function overRate({ rejected }: Ingest): Keeping | undefined {
  return rejected && { keeping: 'over-rate' };
}

/** Reads the body, unless that takes too long, or too much is being read and this one is in the way. */
async function readBody(
  request: WebhookRequest,
  { config, bodies }: Ingest,
): Promise<BodyReading | { readonly kind: GiveWayReason }> {
  // Whatever comes first. Cheaper than a race, which every request would pay for.
  const first = Promise.withResolvers<BodyReading | { readonly kind: GiveWayReason }>();
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

/** What a log line may know of an outcome: names, ids and causes, nothing of the body. */
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

let end: Promise<void> | undefined;

/**
 * Resolves when this turn of the event loop ends, for all that wait for it at once. What has to be
 * done for each of many requests is then done step by step for all of them, and each step finds
 * its code in the processor's caches, which the parsing of the next request would have taken.
 */
function nextTurn(): Promise<void> {
  end ??= new Promise((resolve) => {
    setImmediate(() => {
      end = undefined;
      resolve();
    });
  });
  return end;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Sender, SenderAnswer, SendOverrides } from './create-sender.ts';
import { type Backoff, isRetried, retryDelayMs } from './delivery/delivery-rules.ts';

export interface OutgoingCallback {
  readonly body: string | Uint8Array | object;
  readonly overrides?: SendOverrides;
}

/** Counts of `sendAll`. Every callback is in `sent` and in one of the next four. */
export interface SendReport {
  readonly sent: number;
  /** Callbacks that were answered with 2xx. */
  readonly accepted: number;
  /** Callbacks that were answered with 2xx and the status `duplicate`. */
  readonly duplicate: number;
  /** Callbacks with another final answer, after which Sinch does not retry. */
  readonly rejected: number;
  /** Callbacks without a final answer in the allowed tries. */
  readonly givenUp: number;
  /** Requests after the first of each callback. */
  readonly retries: number;
  /** The last failure of the latest given-up callback. */
  readonly lastFailure?: string;
}

export interface SendAllOptions {
  readonly concurrency?: number;
  /** The number of tries for each callback, the first included. */
  readonly attempts?: number;
  readonly backoff?: Backoff;
  /** Called after each callback's outcome with the counts so far. */
  readonly onProgress?: (report: SendReport) => void;
  /** Stops the sending; callbacks in progress are aborted and count as given up. */
  readonly signal?: AbortSignal;
}

type Outcome = 'accepted' | 'duplicate' | 'rejected' | 'givenUp';

const defaultBackoff: Backoff = { baseMs: 200, maxMs: 5_000 };

/** Sends every callback until it has a final answer, as Sinch does, with bounded tries. */
export async function sendAll(
  sender: Sender,
  callbacks: Iterable<OutgoingCallback>,
  options: SendAllOptions = {},
): Promise<SendReport> {
  const counts = { sent: 0, accepted: 0, duplicate: 0, rejected: 0, givenUp: 0, retries: 0 };
  let lastFailure: string | undefined;
  const report = () => (lastFailure === undefined ? { ...counts } : { ...counts, lastFailure });
  // The lanes share one iterator, so each callback is sent by one lane, in their order.
  const remaining = callbacks[Symbol.iterator]();

  async function runLane(): Promise<void> {
    for (let next = remaining.next(); next.done !== true; next = remaining.next()) {
      if (options.signal?.aborted) return;
      const { outcome, retries, failure } = await sendUntilFinal(sender, next.value, options);
      counts.sent += 1;
      counts[outcome] += 1;
      counts.retries += retries;
      if (failure !== undefined) lastFailure = failure;
      options.onProgress?.(report());
    }
  }

  await Promise.all(Array.from({ length: options.concurrency ?? 8 }, runLane));
  return report();
}

interface Attempts {
  readonly outcome: Outcome;
  readonly retries: number;
  readonly failure?: string;
}

async function sendUntilFinal(
  sender: Sender,
  { body, overrides }: OutgoingCallback,
  { attempts = 6, backoff = defaultBackoff, signal }: SendAllOptions,
): Promise<Attempts> {
  const interruptible = signal === undefined ? { ...overrides } : { ...overrides, signal };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sender.send(body, interruptible).catch(describeFailure);
    const outcome = typeof answer === 'string' ? undefined : finalOutcome(answer);
    if (outcome !== undefined) return { outcome, retries: attempt - 1 };
    if (attempt < attempts) await pause(retryDelayMs(attempt, backoff), signal);
    if (attempt === attempts || signal?.aborted) {
      const failure = typeof answer === 'string' ? answer : `HTTP ${answer.status}`;
      return { outcome: 'givenUp', retries: attempt - 1, failure };
    }
  }
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** Returns the reason of an error: the message is only "fetch failed", the cause says more. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}

/** Classifies an answer; `undefined` for one after which Sinch retries. */
function finalOutcome({ status, body }: SenderAnswer): Outcome | undefined {
  if (isRetried(status)) return undefined;
  if (status < 200 || status > 299) return 'rejected';
  return saysDuplicate(body) ? 'duplicate' : 'accepted';
}

function saysDuplicate(body: string): boolean {
  return /"status"\s*:\s*"duplicate"/.test(body);
}

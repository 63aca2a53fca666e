import { randomBytes } from 'node:crypto';
import { signCallback } from '@sinch-callbacks/core';
import type { Answer } from '../delivery/delivery-rules.ts';
import type { KeyedBody } from '../keyed-body.ts';
import type { CallbackDraw } from './draw-callbacks.ts';
import type { LoadTally } from './load-tally.ts';
import type { Poster } from './post-callback.ts';
import type { Schedule } from './schedule.ts';

export interface SendLoadOptions {
  readonly poster: Poster;
  readonly secret: string;
  readonly schedule: Schedule;
  readonly draw: CallbackDraw;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly tally: LoadTally;
  readonly signal: AbortSignal;
  readonly elapsedMs: () => number;
}

/** Signs and sends a load over HTTP, from its first due callback to its last answer. */
export async function sendLoad(options: SendLoadOptions): Promise<LoadEnd> {
  const { poster, secret, schedule, draw, connections, timeoutMs } = options;
  const { tally, signal, elapsedMs } = options;
  // Copies are signed again, and no two requests of any run share a nonce.
  const run = randomBytes(8).toString('hex');
  let requests = 0;

  function send(body: string, settle: (answer: Answer) => void): void {
    requests += 1;
    const nonce = `${run}${requests.toString(36).padStart(8, '0')}`;
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    const headers = signCallback({ rawBody: body, secret, nonce, timestampSeconds });
    poster.post(body, { ...headers }, settle);
  }

  return await runLoad({
    schedule,
    next: () => draw.next(),
    send,
    maxInFlight: connections,
    // A caller waits no longer than this for an answer, so a longer wait is given up.
    graceMs: timeoutMs,
    tally,
    signal,
    elapsedMs,
  });
}

export type LoadEnd = 'finished' | 'interrupted';

interface RunLoadOptions {
  readonly schedule: Schedule;
  readonly next: () => KeyedBody;
  /** Sends a body, and calls `settle` once, later, with any result. */
  readonly send: (body: string, settle: (answer: Answer) => void) => void;
  /** The most requests in progress at once. Further due callbacks wait, and their latency grows. */
  readonly maxInFlight: number;
  /** The time after the schedule's end in which waiting callbacks may still be sent. */
  readonly graceMs: number;
  readonly tally: LoadTally;
  /** Stops the sending; requests in progress are awaited. */
  readonly signal: AbortSignal;
  /** Milliseconds from the start, by a monotonic clock. */
  readonly elapsedMs: () => number;
}

/**
 * Sends each callback when it is due, without waiting for earlier answers: a sender that waits
 * spares a slow receiver, and measures shorter latencies than its callers would get.
 *
 * The due and unsent callbacks are always the places from `sent` up to `due`, in order.
 */
async function runLoad(options: RunLoadOptions): Promise<LoadEnd> {
  const { schedule, tally, signal, elapsedMs, maxInFlight, graceMs } = options;
  const finished = Promise.withResolvers<LoadEnd>();
  let [due, sent, inFlight] = [0, 0, 0];
  let ended: LoadEnd | undefined;
  let timer: NodeJS.Timeout | undefined;

  function noteDue(): void {
    const now = elapsedMs();
    for (; due < schedule.count; due += 1) {
      const dueMs = schedule.dueAtMs(due);
      if (dueMs > now) break;
      tally.cameDue(dueMs, now);
    }
  }

  function sendDue(): void {
    for (; inFlight < maxInFlight && sent < due && !ended; sent += 1) send(schedule.dueAtMs(sent));
  }

  function send(dueMs: number): void {
    const { key, body } = options.next();
    inFlight += 1;
    const sentMs = elapsedMs();
    tally.wasSent(sentMs);
    options.send(body, (answer) => {
      inFlight -= 1;
      tally.settled({ key, dueMs, sentMs, endMs: elapsedMs(), answer });
      sendDue();
      endIfDone();
    });
  }

  function turn(): void {
    const before = due;
    noteDue();
    sendDue();
    for (let place = Math.max(before, sent); place < due; place += 1) tally.wasHeldBack();
    if (sent === schedule.count) return endIfDone();
    if (elapsedMs() > schedule.durationMs + graceMs) return stopSending('finished');
    const nextMs = due < schedule.count ? schedule.dueAtMs(due) : schedule.durationMs + graceMs;
    timer = setTimeout(turn, Math.max(1, nextMs - elapsedMs()));
  }

  function stopSending(how: LoadEnd): void {
    ended ??= how;
    clearTimeout(timer);
    const now = elapsedMs();
    for (; sent < due; sent += 1) tally.wasNeverSent(schedule.dueAtMs(sent), now);
    endIfDone();
  }

  function endIfDone(): void {
    if (inFlight > 0 || (sent < schedule.count && ended === undefined)) return;
    clearTimeout(timer);
    finished.resolve(ended ?? 'finished');
  }

  const interrupt = () => stopSending('interrupted');
  signal.addEventListener('abort', interrupt, { once: true });
  turn();
  try {
    return await finished.promise;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

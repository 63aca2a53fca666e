import { randomUUID } from 'node:crypto';
import type { OutboundMessage } from '../outbound-message.ts';
import { createClaim } from '../sending/claim-messages.ts';
import { extendHolds, returnUnsent } from '../sending/holds.ts';
import { resendAfterMs } from '../sending/resend-uncertain.ts';
import type { SenderOptions, SenderTimings } from './contract.ts';
import { createHeldMessages } from './held-messages.ts';
import { createPace } from './pace.ts';
import { createRecovery } from './recovery.ts';
import { createSendOnce } from './send-once.ts';

export const defaultSenderTimings: SenderTimings = {
  pollMs: 250,
  holdMs: 20_000,
  extendMs: 4_000,
  recoverMs: 5_000,
  readAppMs: 10_000,
  resendAfterMs,
  // A request has 15 s, and its row is written then.
  stopWithinMs: 18_000,
};

/** Requests at a time, as many as the client has connections. */
const maxInProgress = 32;
/** The answer of a claim that failed may be lost: it can commit so long afterwards. */
const claimInDoubtMs = 60_000;

export interface Sender {
  /** Milliseconds since it last looked for messages, or tried to. */
  idleMs(): number;
  /** False until the app was read: nothing is sent before. */
  isUsable(): boolean;
  /** Claims no more, lets requests in progress end, and writes what became of their messages. */
  stop(): Promise<void>;
}

/**
 * Sends the queued messages of one app. A row is SENDING in the database before its request leaves,
 * and a request that may have been carried out is never made again by itself.
 */
export function startSender(options: SenderOptions): Sender {
  const { database, appId, events } = options;
  const timings = { ...defaultSenderTimings, ...options.timings };
  const hold = { holder: randomUUID(), holdMs: timings.holdMs };
  const sending = new Map<string, Promise<void>>();
  const held = createHeldMessages(hold.holdMs);
  const pace = createPace(options.perSecond);
  const claimMessages = createClaim(database, appId, hold);
  const recovery = createRecovery(options, timings, hold);
  const sendOnce = createSendOnce(options, hold.holder, held);
  let isStopping = false;
  let turnedAtMs = performance.now();
  let pausedUntilMs = 0;
  let claimInDoubtUntilMs = 0;
  let wake: () => void = ignore;
  let recovering: Promise<void> | undefined;

  async function poll(): Promise<void> {
    while (!isStopping) {
      turnedAtMs = performance.now();
      recover();
      await returnLost();
      if (recovery.isUsable() && turnedAtMs >= pausedUntilMs) await claim();
      turnedAtMs = performance.now();
      await pauseOrWake(timings.pollMs);
    }
  }

  /** Beside the sends: it may wait for Sinch. */
  function recover(): void {
    recovering ??= recovery.turn().finally(() => {
      recovering = undefined;
    });
  }

  /** Also during a pause, and when the process stops: such rows would become UNCERTAIN. */
  async function returnLost(): Promise<void> {
    if (performance.now() >= claimInDoubtUntilMs) return;
    await returnUnsent(database, hold.holder, [...sending.keys()]).catch((error: unknown) =>
      events.databaseFailed(error),
    );
  }

  async function claim(): Promise<void> {
    const limit = Math.min(maxInProgress - sending.size, pace.available());
    if (limit < 1 || isStopping) return;
    try {
      const claimedAt = held.now();
      const messages = await claimMessages(limit);
      events.databaseAnswered();
      pace.take(messages.length);
      held.held(
        messages.map(({ id }) => id),
        claimedAt,
      );
      for (const message of messages) begin(message);
    } catch (error) {
      claimInDoubtUntilMs = performance.now() + claimInDoubtMs;
      events.databaseFailed(error);
    }
  }

  function begin(message: OutboundMessage): void {
    const done = sendOnce(message)
      .then((pause) => {
        if (pause === undefined) return;
        const untilMs = performance.now() + pause.pauseMs;
        if (untilMs <= pausedUntilMs) return;
        pausedUntilMs = untilMs;
        events.paused(pause);
      })
      .catch((error: unknown) => events.failed(error))
      .finally(() => {
        sending.delete(message.id);
        held.forget(message.id);
        wake();
      });
    sending.set(message.id, done);
  }

  /** A message that ends may make room for the next one of its recipient. */
  async function pauseOrWake(pauseMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    wake = resolve;
    if (isStopping) resolve();
    await promise;
    clearTimeout(timer);
    wake = ignore;
  }

  let extending: Promise<void> | undefined;
  const extendTimer = setInterval(() => {
    if (sending.size === 0) return;
    const extendedAt = held.now();
    extending ??= extendHolds(database, hold)
      .then((ids) =>
        held.held(
          ids.filter((id) => sending.has(id)),
          extendedAt,
        ),
      )
      .catch((error: unknown) => {
        recovery.holdsInDoubt();
        events.databaseFailed(error);
      })
      .finally(() => {
        extending = undefined;
      });
  }, timings.extendMs);
  const polling = poll();
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    isStopping = true;
    wake();
    await polling;
    await returnLost();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timings.stopWithinMs);
    await Promise.race([Promise.all([...sending.values(), recovering]), late]);
    clearTimeout(timer);
    sendOnce.giveUp();
    clearInterval(extendTimer);
    await extending;
  }

  return {
    idleMs: () => performance.now() - turnedAtMs,
    isUsable: () => recovery.isUsable(),
    stop: () => (stopped ??= stop()),
  };
}

const ignore = () => undefined;

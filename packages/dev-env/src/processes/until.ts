import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** The awaited condition, for the error's message: "the worker to be ready". */
  readonly what: string;
}

const defaultTimeoutMs = 10_000;
const defaultIntervalMs = 20;

/**
 * Polls until the predicate's answer is not false, undefined or null, and returns it. An exception
 * counts as "not yet", and the last one is the cause of the error after the timeout.
 * @throws when the predicate is not true in time.
 */
export async function until<T>(
  predicate: () => T | Promise<T>,
  { timeoutMs = defaultTimeoutMs, intervalMs = defaultIntervalMs, what }: UntilOptions,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  do {
    try {
      const answer = await predicate();
      lastError = undefined;
      if (isYes(answer)) return answer;
    } catch (error) {
      lastError = error;
    }
    await sleep(intervalMs);
  } while (performance.now() < deadline);
  throw new Error(`Waited ${timeoutMs} ms for ${what}, in vain.`, { cause: lastError });
}

function isYes<T>(answer: T): answer is Exclude<T, false | undefined | null> {
  return answer !== false && answer !== undefined && answer !== null;
}

/** A one-time event that several callers can wait for. */
export interface Latch<T> {
  readonly isOpen: boolean;
  /** Releases all waiters, now and later. Only the first call counts. */
  open(value: T): void;
  /** @throws when the latch stays shut for `timeoutMs`. */
  wait(timeoutMs?: number): Promise<T>;
}

/** @param what the event that opens it, for the error's message: "the second delivery" */
export function latch<T = void>(what: string): Latch<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  let isOpen = false;
  return {
    get isOpen() {
      return isOpen;
    },
    open(value) {
      isOpen = true;
      resolve(value);
    },
    wait: async (timeoutMs = defaultTimeoutMs) =>
      await withTimeout(timeoutMs, promise, `Waited ${timeoutMs} ms for ${what}, in vain.`),
  };
}

/** Waits for a promise, and rejects with `message` when it takes longer than `timeoutMs`. */
export async function withTimeout<T>(
  timeoutMs: number,
  awaited: Promise<T>,
  message: string,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(message)), timeoutMs);
  try {
    return await Promise.race([awaited, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

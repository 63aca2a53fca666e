import { normaliseIdentity, type Trigger } from '@sinch-callbacks/core';
import type { ApiOperation } from './http/operations.ts';
import { createPhoneMemory, type PhoneMessage } from './phone-memory.ts';

/** A callback that was never sent, to one webhook. */
export interface DroppedCallback {
  readonly key: string;
  readonly trigger: Trigger;
  /** The id of the message that it is about, where there is one. */
  readonly messageId: string;
  readonly url: string;
  /** Its body, so that a test can send it late. */
  readonly body: string;
}

/** Counts of callbacks, each for one webhook. */
export interface CallbackCounts {
  readonly offered: number;
  readonly requests: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly givenUp: number;
  readonly dropped: number;
  /** Callbacks to other machines, which are not sent unless that is allowed. */
  readonly withheld: number;
}

/** One request to the API, with its result. */
export interface ApiRequestFacts {
  readonly method: string;
  readonly path: string;
  readonly operation: ApiOperation | 'token' | 'unknown';
  /** The HTTP status, or the fault that took the place of an answer. */
  readonly result: number | 'lost-answer' | 'hang';
  readonly tookMs: number;
}

/** A snapshot of what really happened, which a receiver's own account is compared with. */
export interface SinchTruth {
  /** The messages of each phone, by channel and normalised identity: `SMS:15551234567`. */
  readonly phones: Readonly<Record<string, readonly PhoneMessage[]>>;
  /** The oldest messages at phones, where there were too many to keep: 0 in any test. */
  readonly forgotten: number;
  readonly callbacks: CallbackCounts;
  /** Reports to come, and callbacks that are neither acknowledged, lost nor given up. */
  readonly pending: number;
  /** At most 100,000 of the dropped callbacks. */
  readonly dropped: readonly DroppedCallback[];
  /** The number of requests by operation and result. */
  readonly requests: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The recorder of what happens. */
export interface TruthRecorder {
  phoneReceived(channel: string, identity: string, message: PhoneMessage): void;
  callback(what: keyof CallbackCounts): void;
  callbackDropped(callback: DroppedCallback): void;
  requestEnded(request: ApiRequestFacts): void;
  snapshot(): Omit<SinchTruth, 'pending'>;
}

const maxDropped = 100_000;

export function createTruthRecorder(): TruthRecorder {
  const phones = createPhoneMemory();
  const requests = new Map<string, Map<string, number>>();
  const dropped: DroppedCallback[] = [];
  const callbacks = {
    offered: 0,
    requests: 0,
    acknowledged: 0,
    lost: 0,
    givenUp: 0,
    dropped: 0,
    withheld: 0,
  };
  return {
    phoneReceived(channel, identity, message) {
      phones.add(`${channel}:${normaliseIdentity(channel, identity)}`, message);
    },
    callback(what) {
      callbacks[what] += 1;
    },
    callbackDropped(callback) {
      callbacks.dropped += 1;
      if (dropped.length < maxDropped) dropped.push(callback);
    },
    requestEnded({ operation, result }) {
      const results = requests.get(operation) ?? new Map<string, number>();
      results.set(String(result), (results.get(String(result)) ?? 0) + 1);
      requests.set(operation, results);
    },
    snapshot: () => ({
      phones: phones.snapshot(),
      forgotten: phones.forgotten(),
      callbacks: { ...callbacks },
      dropped: [...dropped],
      requests: Object.fromEntries(
        [...requests].map(([operation, results]) => [operation, Object.fromEntries(results)]),
      ),
    }),
  };
}

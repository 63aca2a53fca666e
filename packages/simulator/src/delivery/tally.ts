import type { Offer } from '../traffic/plan-traffic.ts';
import type { Attempt } from './deliver.ts';
import type { Answer, Verdict } from './delivery-rules.ts';

/** Counts of a delivery. Every offered callback, copies too, is in one of the last four. */
export interface DeliveryCounts {
  readonly offered: { readonly callbacks: number; readonly events: number };
  /** Settled requests. */
  readonly requests: number;
  /** Requests after the first of each callback. */
  readonly retries: number;
  /** The number of answers by status, `timeout` or `unreachable`. */
  readonly answers: Readonly<Record<string, number>>;
  /** Acknowledged callbacks; `copies` are those of events that were acknowledged before. */
  readonly acknowledged: {
    readonly callbacks: number;
    readonly events: number;
    readonly copies: number;
  };
  /** Callbacks that were not retried after an answer such as 400 or 401. */
  readonly lost: number;
  /** Callbacks without an acknowledgement after their last try. */
  readonly givenUp: number;
  /** Callbacks that are not settled, including those in progress when a run is stopped. */
  readonly unfinished: number;
}

export interface Tally {
  readonly record: (attempt: Attempt, answer: Answer, verdict: Verdict) => void;
  counts(): DeliveryCounts;
  /** Lists the keys of acknowledged events, each once. */
  acknowledgedKeys(): string[];
  /** Lists the keys of lost or given-up events without an acknowledged copy. */
  missedKeys(): string[];
  /** Returns the reason of the latest request without an answer. */
  lastFailure(): string | undefined;
}

export function createTally(offers: readonly Offer[]): Tally {
  const offered = {
    callbacks: offers.length,
    events: new Set(offers.map(({ event }) => event.key)).size,
  };
  const answers: Record<string, number> = {};
  const acknowledged = new Set<string>();
  const missed = new Set<string>();
  const settled = { acknowledged: 0, lost: 0, 'given-up': 0 };
  let [requests, retries] = [0, 0];
  let lastFailure: string | undefined;

  return {
    record({ event, number }, answer, verdict) {
      requests += 1;
      if (number > 1) retries += 1;
      const what = answer.kind === 'answered' ? String(answer.status) : answer.kind;
      answers[what] = (answers[what] ?? 0) + 1;
      if (answer.kind === 'unreachable') lastFailure = answer.reason;
      if (verdict.kind === 'retry') return;
      settled[verdict.kind] += 1;
      (verdict.kind === 'acknowledged' ? acknowledged : missed).add(event.key);
    },
    counts: () => ({
      offered,
      requests,
      retries,
      answers: { ...answers },
      acknowledged: {
        callbacks: settled.acknowledged,
        events: acknowledged.size,
        copies: settled.acknowledged - acknowledged.size,
      },
      lost: settled.lost,
      givenUp: settled['given-up'],
      unfinished: offered.callbacks - settled.acknowledged - settled.lost - settled['given-up'],
    }),
    acknowledgedKeys: () => [...acknowledged],
    missedKeys: () => [...missed].filter((key) => !acknowledged.has(key)),
    lastFailure: () => lastFailure,
  };
}

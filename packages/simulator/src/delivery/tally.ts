import type { Offer } from '../traffic/plan-traffic.ts';
import type { Attempt } from './deliver.ts';
import type { Answer, Verdict } from './delivery-rules.ts';

/** Every callback that was offered is in one of the last four; copies count for themselves. */
export interface DeliveryCounts {
  readonly offered: { readonly callbacks: number; readonly events: number };
  /** Tries that were settled. */
  readonly requests: number;
  /** Requests beyond the first of each callback. */
  readonly retries: number;
  /** What came back, by status, `timeout` or `unreachable`. */
  readonly answers: Readonly<Record<string, number>>;
  /** `copies`: acknowledged callbacks of events that were acknowledged before. */
  readonly acknowledged: {
    readonly callbacks: number;
    readonly events: number;
    readonly copies: number;
  };
  /** Never tried again after an answer such as 400 or 401. */
  readonly lost: number;
  /** Never tried again after the last try allowed. */
  readonly givenUp: number;
  /** Not settled yet; of those under way when a run is stopped it is unknown. */
  readonly unfinished: number;
}

export interface Tally {
  readonly record: (attempt: Attempt, answer: Answer, verdict: Verdict) => void;
  counts(): DeliveryCounts;
  /** Event keys, each once. */
  acknowledgedKeys(): string[];
  /** Of events that were lost or given up, and no copy of which was acknowledged. */
  missedKeys(): string[];
  /** Why the latest request without an answer got none. */
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

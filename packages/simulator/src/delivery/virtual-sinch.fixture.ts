import { createRandom, drawInteger, pickWeighted } from '../random.ts';
import type { Offer, PlannedEvent } from '../traffic/plan-traffic.ts';
import { type Attempt, deliver } from './deliver.ts';
import {
  type Answer,
  createSigning,
  type Rate,
  type RetryRules,
  type RetrySignature,
  type Verdict,
} from './delivery-rules.ts';
import { createEventSchedule, type Timeline } from './event-schedule.ts';
import { createTally } from './tally.ts';

/** A request in virtual time, with its result. */
export interface Seen {
  readonly attempt: Attempt;
  readonly sentMs: number;
  readonly settledMs: number;
  readonly answer: Answer;
  readonly verdict: Verdict;
}

export interface VirtualRun {
  readonly seed: string;
  readonly rate?: Rate;
  readonly retries?: RetryRules;
  readonly concurrency?: number;
  readonly retrySignature?: RetrySignature;
  readonly answer?: (attempt: Attempt) => Answer;
}

const timeoutMs = 15_000;
export const shortLadder: RetryRules = { baseMs: 5_000, maxMs: 40_000, attempts: 5 };

/** Delivers in virtual time to a receiver that answers at random, or as `run.answer` says. */
export function runVirtually(offers: readonly Offer[], run: VirtualRun) {
  const random = createRandom(`${run.seed} receiver`);
  const timeline = createVirtualTimeline();
  const tally = createTally(offers);
  const seen: Seen[] = [];
  const sentAt = new Map<Attempt, number>();
  let [nonces, ends, underWay, mostUnderWay] = [0, 0, 0, 0];
  deliver(offers, {
    timeline,
    transport(attempt, settle) {
      sentAt.set(attempt, timeline.nowMs());
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      const answer = run.answer?.(attempt) ?? anyAnswer(random);
      const takesMs = answer.kind === 'timeout' ? timeoutMs : drawInteger(random, 1, 900);
      timeline.at(timeline.nowMs() + takesMs, () => {
        underWay -= 1;
        settle(answer);
      });
    },
    signing: createSigning({
      retrySignature: run.retrySignature ?? 'keep',
      newNonce: () => `nonce-${(nonces += 1)}`,
      wallClock: () => new Date(timeline.nowMs()),
    }),
    random: createRandom(`${run.seed} lanes`),
    rate: run.rate ?? { perSecond: 25, burst: 50 },
    retries: run.retries ?? shortLadder,
    concurrency: run.concurrency ?? 16,
    onSettled(attempt, answer, verdict) {
      tally.record(attempt, answer, verdict);
      const sentMs = sentAt.get(attempt) ?? Number.NaN;
      seen.push({ attempt, sentMs, settledMs: timeline.nowMs(), answer, verdict });
    },
    onFinished: () => (ends += 1),
  });
  timeline.run();
  return { seen, tally, ends, mostUnderWay };
}

function anyAnswer(random: () => number): Answer {
  const kind = pickWeighted(random, { ok: 50, again: 20, busy: 10, no: 5, timeout: 8, cut: 7 });
  switch (kind) {
    case 'ok':
      return { kind: 'answered', status: 200 };
    case 'again':
      return { kind: 'answered', status: 503 };
    case 'busy':
      return { kind: 'answered', status: 429 };
    case 'no':
      return { kind: 'answered', status: 400 };
    case 'timeout':
      return { kind: 'timeout' };
    case 'cut':
      return { kind: 'unreachable', reason: 'ECONNRESET' };
  }
}

/** Makes callbacks of one trigger that are ready at these times. */
export function offersAt(
  times: readonly number[],
  trigger: PlannedEvent['trigger'] = 'MESSAGE_DELIVERY',
): Offer[] {
  return times.map((atMs, index) => ({
    atMs,
    event: { key: `${trigger}.${index}`, trigger, body: '{}', webhook: 0, heldMs: 0 },
  }));
}

/** A timeline that jumps to the time of the next task: hours pass at once, always the same way. */
interface VirtualTimeline extends Timeline {
  /** Runs every task, and those that they add, until none is left. */
  run(): void;
}

function createVirtualTimeline(): VirtualTimeline {
  const schedule = createEventSchedule();
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    at: (atMs, task) => schedule.add(Math.max(atMs, nowMs), task),
    run() {
      for (let next = schedule.nextAtMs(); next !== undefined; next = schedule.nextAtMs()) {
        nowMs = next;
        schedule.takeDue(nowMs)?.();
      }
    },
  };
}

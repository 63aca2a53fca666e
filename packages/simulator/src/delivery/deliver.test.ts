import { describe, expect, test } from 'vitest';
import { createRandom, drawInteger } from '../random.ts';
import { type Offer, planTraffic, usualFaults } from '../traffic/plan-traffic.ts';
import { laneOf } from './deliver.ts';
import { usualRetryRules } from './delivery-rules.ts';
import { offersAt, runVirtually, type Seen, shortLadder } from './virtual-sinch.fixture.ts';

const seeds = Array.from({ length: 40 }, (_, index) => `delivery ${index}`);

/** Runs a delivery with traffic and settings that depend on the seed. */
function anyRun(seed: string) {
  const random = createRandom(seed);
  const offers = planTraffic({
    seed,
    startAt: new Date('2026-03-01T00:00:00Z'),
    messages: drawInteger(random, 1, 60),
    spacingMs: drawInteger(random, 0, 2_000),
    webhooks: 2,
    faults: usualFaults,
  });
  const rate = { perSecond: drawInteger(random, 1, 50), burst: drawInteger(random, 1, 60) };
  const concurrency = drawInteger(random, 1, 20);
  return { offers, rate, concurrency, ...runVirtually(offers, { seed, rate, concurrency }) };
}

function byCallback(seen: readonly Seen[]): Seen[][] {
  const sorted = seen.toSorted((one, other) => one.attempt.number - other.attempt.number);
  return [...Map.groupBy(sorted, ({ attempt }) => attempt.callback).values()];
}

describe('for any traffic and any receiver', () => {
  test.each(seeds)('every callback ends once, and the counts say how (%s)', (seed) => {
    const { offers, seen, tally, ends } = anyRun(seed);
    const counts = tally.counts();
    const finals = seen.filter(({ verdict }) => verdict.kind !== 'retry');

    expect(finals.map(({ attempt }) => attempt.callback).toSorted((a, b) => a - b)).toEqual(
      offers.map((_, index) => index),
    );
    const { acknowledged, lost, givenUp } = counts;
    expect(acknowledged.callbacks + lost + givenUp).toBe(offers.length);
    expect(counts).toMatchObject({ unfinished: 0, requests: seen.length });
    expect(counts.retries).toBe(seen.length - offers.length);
    expect(acknowledged.events + acknowledged.copies).toBe(acknowledged.callbacks);
    expect(ends).toBe(1);
  });

  test.each(seeds)('nothing is retried after 2xx or a 4xx other than 429 (%s)', (seed) => {
    for (const tries of byCallback(anyRun(seed).seen)) {
      const answers = tries.map(({ answer }) => answer);
      const last = answers.pop();
      for (const answer of answers) {
        const isFinal = answer.kind === 'answered' && answer.status < 500 && answer.status !== 429;
        expect(isFinal).toBe(false);
      }
      const isAnswered = last?.kind === 'answered' && [200, 400].includes(last.status);
      expect(isAnswered || tries.length === shortLadder.attempts).toBe(true);
    }
  });

  test.each(seeds)('a retry waits for its backoff, which doubles (%s)', (seed) => {
    for (const tries of byCallback(anyRun(seed).seen)) {
      expect(tries.map(({ attempt }) => attempt.number)).toEqual(
        tries.map((_, place) => place + 1),
      );
      for (const [place, { sentMs }] of tries.entries()) {
        const before = tries[place - 1];
        if (before === undefined) continue;
        const waitMs = Math.min(shortLadder.maxMs, shortLadder.baseMs * 2 ** (place - 1));
        expect(sentMs).toBeGreaterThanOrEqual(before.settledMs + waitMs);
      }
    }
  });

  test.each(seeds)('no second has more requests than the rate and the burst (%s)', (seed) => {
    const { seen, rate, concurrency, mostUnderWay } = anyRun(seed);
    const sent = seen.map(({ sentMs }) => sentMs).toSorted((one, other) => one - other);
    let from = 0;
    for (const [place, atMs] of sent.entries()) {
      while ((sent[from] ?? 0) <= atMs - 1_000) from += 1;
      expect(place - from + 1).toBeLessThanOrEqual(rate.burst + rate.perSecond);
    }
    expect(mostUnderWay).toBeLessThanOrEqual(concurrency);
  });

  test('the same seed gives the same requests at the same times', () => {
    expect(anyRun('again').seen).toEqual(anyRun('again').seen);
  });
});

describe('deliver', () => {
  const busy = () => ({ kind: 'answered', status: 503 }) as const;
  const fine = () => ({ kind: 'answered', status: 204 }) as const;

  test('by default tries for 22 hours and 45 minutes, 15 times, and gives up', () => {
    const options = { seed: 's', retries: usualRetryRules, answer: busy };
    const { seen, tally } = runVirtually(offersAt([0]), options);

    const hours = ((seen.at(-1)?.sentMs ?? 0) - (seen[0]?.sentMs ?? 0)) / 3_600_000;
    expect(seen).toHaveLength(15);
    expect(hours).toBeCloseTo(22.75, 1);
    expect(tally.counts()).toMatchObject({ givenUp: 1, retries: 14, answers: { '503': 15 } });
    expect(tally.missedKeys()).toEqual(['MESSAGE_DELIVERY.0']);
  });

  test('a burst goes at once, the rest at the rate', () => {
    const rate = { perSecond: 10, burst: 5 };
    const offers = offersAt(Array.from({ length: 25 }, () => 0));
    const options = { seed: 's', rate, answer: fine, concurrency: 50 };
    const sent = runVirtually(offers, options).seen.map(({ sentMs }) => Math.round(sentMs));

    expect(sent.filter((atMs) => atMs === 0)).toHaveLength(5);
    expect(Math.max(...sent)).toBe(2_000);
  });

  test('retries take their share of the rate', () => {
    const rate = { perSecond: 1, burst: 1 };
    const offers = offersAt([0, 0, 0]);
    const { seen } = runVirtually(offers, { seed: 's', rate, answer: busy });
    const sent = seen.map(({ sentMs }) => sentMs).toSorted((one, other) => one - other);

    for (const [place, atMs] of sent.entries()) {
      if (place > 0) expect(atMs - (sent[place - 1] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
  });

  test('the lanes do not wait for each other: order holds in each, not across them', () => {
    const times = Array.from({ length: 100 }, () => 0);
    const offers: Offer[] = [...offersAt(times, 'MESSAGE_INBOUND'), ...offersAt(times)];
    const options = { seed: 's', answer: fine, concurrency: 1 };
    const sent = runVirtually(offers, options).seen.map(({ attempt }) => attempt);

    const lanes = sent.map(({ event }) => laneOf(event.trigger));
    expect(lanes.slice(0, 50)).toContain('status');
    for (const lane of ['inbound', 'status']) {
      const own = sent.filter(({ event }) => laneOf(event.trigger) === lane);
      expect(own.map(({ callback }) => callback)).toEqual(
        own.map(({ callback }) => callback).toSorted((one, other) => one - other),
      );
    }
  });

  test('a copy that is acknowledged makes up for one that is lost', () => {
    const [offer] = offersAt([0]);
    if (offer === undefined) throw new Error('no offer');
    const answer = ({ callback }: { callback: number }) =>
      ({ kind: 'answered', status: callback === 0 ? 400 : 200 }) as const;
    const { tally } = runVirtually([offer, { ...offer, atMs: 50 }], { seed: 's', answer });

    expect(tally.counts()).toMatchObject({
      offered: { callbacks: 2, events: 1 },
      acknowledged: { callbacks: 1, events: 1, copies: 0 },
      lost: 1,
    });
    expect(tally.missedKeys()).toEqual([]);
  });

  test('a plan of nothing is finished at once', () => {
    expect(runVirtually([], { seed: 's' }).ends).toBe(1);
  });
});

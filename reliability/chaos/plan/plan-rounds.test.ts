import { defaultEngineTimings } from '@sinch-callbacks/handlers';
import { describe, expect, it } from 'vitest';
import { faultNames, holdRanges } from './faults.ts';
import { planRounds } from './plan-rounds.ts';
import { compress, planWave } from './plan-wave.ts';

const plan = (seed: string, rounds = 3) => planRounds({ seed, rounds, faults: faultNames });

describe('the schedule', () => {
  it('is the same for the same seed, to the last byte of every callback', () => {
    expect(plan('one')).toEqual(plan('one'));
    const [first] = plan('one');
    if (first === undefined) throw new Error('an empty schedule');
    expect(planWave('one', first)).toEqual(planWave('one', first));
  });

  it('is another one for another seed', () => {
    expect(plan('one')).not.toEqual(plan('two'));
  });

  it('has every fault as often as there are rounds', () => {
    for (const name of faultNames) {
      expect(plan('one').filter(({ fault }) => fault === name)).toHaveLength(3);
    }
  });

  it('is short in the first round of each fault', () => {
    for (const { fault, holdMs } of plan('one', 1)) {
      expect(holdMs).toBeGreaterThanOrEqual(holdRanges[fault].first.from);
      expect(holdMs).toBeLessThanOrEqual(holdRanges[fault].first.to);
    }
  });

  it('freezes some workers for longer than the locks of their jobs last', () => {
    const frozen = plan('two', 20).filter(({ fault }) => fault === 'freeze-worker');
    expect(frozen.some(({ holdMs }) => holdMs > 15_000)).toBe(true);
  });
});

describe('a freeze of a handlers process', () => {
  it('lasts longer than the holds of its tasks, in every round', () => {
    const frozen = plan('one', 20).filter(({ fault }) => fault === 'freeze-handlers');
    expect(frozen).toHaveLength(20);
    for (const { holdMs } of frozen) {
      expect(holdMs).toBeGreaterThan(defaultEngineTimings.holdMs);
    }
  });
});

describe('the callbacks around a fault', () => {
  const [round] = plan('one');
  if (round === undefined) throw new Error('an empty schedule');
  const { offers, poisonKeys } = planWave('one', round);

  it('come from before it until after it', () => {
    const lastMs = Math.max(...offers.map(({ atMs }) => atMs)) / compress;
    expect(lastMs).toBeGreaterThan(round.leadMs + round.holdMs);
  });

  it('hold copies of some, and poison that cannot be read', () => {
    const keys = offers.map(({ event }) => event.key);
    expect(new Set(keys).size).toBeLessThan(keys.length);
    const poisoned = offers.filter(({ event }) => poisonKeys.includes(event.key));
    expect(poisoned.length).toBeGreaterThan(0);
    expect(new Set(poisoned.map(({ event }) => event.trigger))).toEqual(new Set(['UNREADABLE']));
  });
});
